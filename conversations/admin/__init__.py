from .api_token import ApiTokenAdmin
from .conversation import ConversationAdmin
from .dead_record import DeadRecordAdmin
from .message import MessageAdmin
from .user import UserAdmin

__all__ = ["ApiTokenAdmin", "ConversationAdmin", "DeadRecordAdmin", "MessageAdmin", "UserAdmin"]
