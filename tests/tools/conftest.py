from collections.abc import Iterator

import pytest
from pytest_django import Settings

from chatbot.database import Database
from conversations.models import Conversation, Message, User
from tests.conversations.replying import ask
from tests.tools import examples
from tests.tools.scene import Attempts


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def reply(transactional_db: None, settings: Settings) -> Iterator[Message]:
    """Of alice's, queued; whoever answers it has the tools of the tests."""
    settings.TOOLS = examples.TOOLS
    examples.held.clear()
    queued = ask(Conversation.objects.create(owner=User.objects.create_user("alice"), bot="script"))
    yield Message.objects.select_related("conversation__owner").get(pk=queued.pk)
    examples.sent.clear()
    examples.held.set()


@pytest.fixture
def attempts(reply: Message) -> Iterator[Attempts]:
    attempts = Attempts(reply.conversation, Database())
    yield attempts
    assert attempts.database.close(timeout=5)
