"""Why something people asked for was not done.

ConversationsError
├── NotFoundError                 it is not there, or not for this person: the same to them
├── InvalidError                  a value that cannot be; names the field
└── ConflictError                 it cannot be as things stand; `code` is for programs
    ├── ClientMessageIdReusedError
    └── ConversationDeletedError
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
