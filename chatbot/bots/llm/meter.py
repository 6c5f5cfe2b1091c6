import time

from pydantic_ai.usage import RequestUsage

from chatbot.bots.protocol import Usage


class Meter:
    """Adds up what an answer takes, over all requests that it needs."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._begun = time.monotonic()
        self._first_token: float | None = None
        self._input = 0
        self._output = 0

    @property
    def has_spoken(self) -> bool:
        return self._first_token is not None

    def spoken(self) -> None:
        if self._first_token is None:
            self._first_token = time.monotonic() - self._begun

    def add(self, usage: RequestUsage) -> None:
        self._input += usage.input_tokens
        self._output += usage.output_tokens

    def usage(self, *, failure: str = "") -> Usage:
        """A provider that counts nothing is one that told nothing: no request takes no tokens."""
        return Usage(
            self._model,
            input_tokens=self._input or None,
            output_tokens=self._output or None,
            first_token_ms=None if self._first_token is None else round(self._first_token * 1000),
            failure=failure,
        )
