import random

from pydantic_ai.exceptions import AgentRunError, ModelAPIError

from chatbot.bots.llm.failure import is_worth_repeating

TRIES = 3
FIRST = 0.5
LONGEST = 8.0


def pause_after(tries: int, error: AgentRunError) -> float | None:
    """Seconds until the request is made again, after so many tries; None: never.

    As long as the provider asks for, if that is no longer than 8 seconds; otherwise it doubles from half a
    second. Jitter comes on top, so that many do not come back at the same moment.
    """
    if tries >= TRIES or not is_worth_repeating(error):
        return None
    asked = error.retry_after if isinstance(error, ModelAPIError) else None
    pause = FIRST * 2 ** (tries - 1) if asked is None else asked
    return pause + random.uniform(0, FIRST) if pause <= LONGEST else None
