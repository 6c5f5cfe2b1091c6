"""What the page's own form sends, for browsers without JavaScript."""

from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError

from conversations.asking.posting import post_message
from conversations.errors import ClientMessageIdReusedError
from conversations.models import User

LONGEST = 32_000


class Saying(forms.Form):
    text = forms.CharField(
        strip=False,
        max_length=LONGEST,
        error_messages={
            "required": "Write something first.",
            "max_length": "A message has at most 32,000 characters. Shorten it, or send it in parts.",
        },
    )
    client_message_id = forms.UUIDField(required=False)

    def clean_text(self) -> str:
        """As it was typed: a form sends every line break as CR and LF."""
        text: str = self.cleaned_data["text"].replace("\r\n", "\n")
        if not text.strip():
            raise ValidationError("Write something first.")
        return text

    @property
    def draft(self) -> str:
        return str(self.data.get("text", ""))

    @property
    def notice(self) -> str:
        return " ".join(str(error) for errors in self.errors.values() for error in errors)

    def post(self, author: User, conversation_id: UUID) -> None:
        text, sent_as = self.cleaned_data["text"], self.cleaned_data["client_message_id"] or uuid4()
        try:
            post_message(author, conversation_id, text=text, client_message_id=sent_as)
        except ClientMessageIdReusedError:
            # The Back button brought the form back, and it says something else now.
            post_message(author, conversation_id, text=text, client_message_id=uuid4())
