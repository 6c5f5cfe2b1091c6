"""Why something people asked for was not done.

ConversationsError
├── NotFoundError                 it is not there, or not for this person: the same to them
├── InvalidError                  a value that cannot be; names the field
└── ConflictError                 it cannot be as things stand; `code` is for programs
    ├── ClientIdReusedError
    ├── ClientMessageIdReusedError
    ├── ConversationDeletedError
    ├── DecisionTakenError
    ├── NotAReplyError
    └── ReplyUnfinishedError
"""


class ConversationsError(Exception):
    """All of these are answers to a person, never faults of the service."""


class NotFoundError(ConversationsError):
    pass


class InvalidError(ConversationsError):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class ConflictError(ConversationsError):
    code = "conflict"


class ClientMessageIdReusedError(ConflictError):
    code = "client_message_id_reused"

    def __init__(self) -> None:
        super().__init__(
            "This client_message_id was already used in this conversation, with another text. "
            "Make a new one for each message."
        )


class ConversationDeletedError(ConflictError):
    code = "conversation_deleted"

    def __init__(self) -> None:
        super().__init__("The conversation with this client_id was deleted. Start another with a new one.")


class DecisionTakenError(ConflictError):
    code = "decision_taken"

    def __init__(self) -> None:
        super().__init__("This was decided otherwise already, or the time for it is over.")


class ClientIdReusedError(ConflictError):
    code = "client_id_reused"

    def __init__(self) -> None:
        super().__init__(
            "This client_id already had another question of this conversation answered again. "
            "Make a new one for each answer."
        )


class NotAReplyError(ConflictError):
    code = "not_a_reply"

    def __init__(self) -> None:
        super().__init__("This is what the user said. Only a reply can be cancelled or made anew.")


class ReplyUnfinishedError(ConflictError):
    code = "reply_unfinished"

    def __init__(self) -> None:
        super().__init__(
            "This question is still being answered. Wait for the end, or cancel that answer first."
        )
