from collections.abc import Sequence

from chatbot.bots.protocol import ToolCall as Told
from conversations.models import ToolCall

State = ToolCall.State
FINAL = (State.DECLINED, State.INTERRUPTED)


class Kept:
    """The calls of earlier attempts, all of them ended: told to the bot, or given to it for new ones."""

    def __init__(self, calls: Sequence[ToolCall] = ()) -> None:
        self._calls = list(calls)
        self._unused = list(calls)

    @property
    def told(self) -> Sequence[Told]:
        return [
            Told(call.ordinal, call.tool, call.arguments, call.result, call.error) for call in self._calls
        ]

    def resume(self) -> None:
        """Results that the bot knows of are not given to it any more."""
        self._unused = [call for call in self._unused if call.state in FINAL]

    def take(self, tool: str, digest: str) -> ToolCall | None:
        """The same call of an earlier attempt; each result counts once, so that two calls alike stay two."""
        call = next((call for call in self._unused if (call.tool, call.digest) == (tool, digest)), None)
        # A no stays a no, and what may have been done is not done again, however often it is called.
        if call is not None and call.state not in FINAL:
            self._unused.remove(call)
        return call
