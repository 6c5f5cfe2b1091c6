from dataclasses import dataclass
from uuid import UUID

from django.utils.crypto import salted_hmac


@dataclass(frozen=True)
class Fence:
    """Marks text of others as data, by lines that hold a key which nobody who wrote the text can know.

    The key stays the same within a conversation, so that the beginning of a prompt does too: providers charge
    less for a beginning that they have seen.
    """

    key: str

    @classmethod
    def of(cls, conversation: UUID) -> "Fence":
        return cls(salted_hmac("chatbot.bots.llm", str(conversation), algorithm="sha256").hexdigest()[:16])

    def around(self, what: str, text: str) -> str:
        """`what` is a word or two of ours; text that holds the key after all loses it."""
        return f"<{what} {self.key}>\n{self.without_key(text)}\n</{what} {self.key}>"

    def without_key(self, text: str) -> str:
        # Not by nothing: what lies around it could be the two halves of another.
        return text.replace(self.key, "…")
