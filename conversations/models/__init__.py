from .api_token import ApiToken
from .conversation import Conversation
from .dead_record import DeadRecord
from .message import Message
from .tool_call import ToolCall
from .user import User

__all__ = ["ApiToken", "Conversation", "DeadRecord", "Message", "ToolCall", "User"]
