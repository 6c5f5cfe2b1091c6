from dataclasses import dataclass

from chatbot.bots.llm.endpoint import Endpoint


@dataclass(frozen=True)
class Brief:
    """What one bot is told before it is asked anything.

    `patience` is the worker's: seconds after which a bot that says nothing is given up.
    """

    endpoint: Endpoint
    prompt: str
    has_knowledge: bool
    history_tokens: int
    patience: float
