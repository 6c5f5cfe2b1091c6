from typing import Any

from chatbot.bots.protocol import Bot
from chatbot.worker.attempt.attempt import Attempt
from conversations.answers.outcome import Outcome
from tests.worker.claims import claim


def attempt(bot: Any) -> Attempt:
    """One whose acknowledgements lie in the epoch `e`."""
    said: Bot = bot
    return Attempt(claim(), said, lambda ack: f"e-{ack.partition}-{ack.offset}")


def ends(outcome: Outcome) -> tuple[str, str, str]:
    return outcome.status, outcome.text, outcome.error
