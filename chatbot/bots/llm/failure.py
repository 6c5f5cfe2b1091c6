import re

from pydantic_ai.exceptions import (
    AgentRunError,
    ContentFilterError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelServerError,
    ModelTimeoutError,
    ModelUnavailableError,
    UnexpectedModelBehavior,
)

OPERATOR = "Whoever runs this service has to look at it."
ELSEWHERE = f"The model's server is elsewhere. {OPERATOR}"
LATER = "Ask again in a minute, please."
IN_THE_MIDDLE = "The model stopped in the middle of its answer. Ask again, please."
CUT_OFF = "The answer was cut off: the model may not say more at once. Ask it to go on."
DECLINED = "The model declined to answer this."
TOO_LONG = "This is too long for the model. Ask something shorter, or begin a new conversation, please."
TOO_MANY_CALLS = "The model called one tool after the other and came to no end. Ask in other words, please."
OTHER = "The model failed. Ask again, please."
# The first that fits: some are kinds of others.
SENTENCES: tuple[tuple[type[AgentRunError], str], ...] = (
    (ModelAuthenticationError, f"The model refuses this service's key. {OPERATOR}"),
    (ModelNotFoundError, f"The model that this service asks is not known there. {OPERATOR}"),
    (ModelQuotaExceededError, f"This service's quota of the model is used up. {OPERATOR}"),
    (ModelContextWindowExceededError, TOO_LONG),
    (ModelRateLimitError, f"The model is asked too much right now. {LATER}"),
    (ModelUnavailableError, f"The model is overloaded right now. {LATER}"),
    (ModelTimeoutError, f"The model did not answer in time. {LATER}"),
    (ModelConnectionError, f"The model can't be reached. {LATER}"),
    (ModelServerError, f"The model's server failed. {LATER}"),
    (ContentFilterError, DECLINED),
    (ModelRequestRejectedError, f"The model does not take this question. {OPERATOR}"),
)
UNEXPLAINED = (ModelAPIError, UnexpectedModelBehavior)
"""A stream that ended without a reason or a word, or with an error that is no kind of error."""
WORTH_REPEATING = (ModelRateLimitError, ModelUnavailableError, ModelServerError, ModelConnectionError)


def sentence(error: AgentRunError, *, has_spoken: bool) -> str:
    """For the person who asked."""
    if has_spoken:
        return IN_THE_MIDDLE
    if is_too_long(error):
        return TOO_LONG
    if is_redirect(error):
        return ELSEWHERE
    return next((said for kind, said in SENTENCES if isinstance(error, kind)), OTHER)


def is_too_long(error: AgentRunError) -> bool:
    """Also where a server has no code for it: each words it in its own way."""
    if not isinstance(error, ModelHTTPError):
        return False
    is_worded_so = re.search(r"context (length|size|window)", str(error.body))
    return error.status_code == 413 or (error.status_code == 400 and is_worded_so is not None)


def refuses_tools(error: AgentRunError) -> bool:
    """Whether the model, or its server as it was started, answers only those who offer it no tools."""
    is_refusal = isinstance(error, ModelHTTPError) and error.status_code in {400, 404, 422, 501}
    return is_refusal and re.search(r"\b(tools?|function calling)\b", str(error), re.IGNORECASE) is not None


def is_redirect(error: Exception) -> bool:
    """Which is not followed: the key would go along."""
    return 300 <= status(error) < 400


def status(error: Exception) -> int:
    """That of HTTP; 0 where there was none."""
    found = getattr(error, "status_code", None) or getattr(error.__cause__, "status_code", None)
    return found if isinstance(found, int) else 0


def details(error: Exception) -> str:
    """For who runs the service: what a provider calls the error, and nothing that it says about it.

    Its own words may repeat the key, or what was asked.
    """
    told: dict[str, object] = {"status": status(error)}
    if isinstance(error, ModelHTTPError):
        told["request"] = (error.headers or {}).get("x-request-id")
    if isinstance(error, ModelAPIError):
        told |= {"code": error.provider_error_code, "type": error.provider_error_type}
        told["retry-after"] = error.retry_after
    told["cause"] = type(error.__cause__).__name__ if error.__cause__ else None
    known = [
        f"{name} {value}" for name, value in told.items() if re.fullmatch(r"[\w.:-]{1,80}", str(value or ""))
    ]
    return " ".join([kind(error), *known])


def kind(error: Exception) -> str:
    """The name of the error's class that the table above knows, or its own."""
    return next((each.__name__ for each, _ in SENTENCES if isinstance(error, each)), type(error).__name__)


def is_worth_repeating(error: AgentRunError) -> bool:
    """Whether the same request may succeed a moment later; what took all its time is not asked again."""
    if type(error) in UNEXPLAINED:
        return not is_redirect(error)
    return isinstance(error, WORTH_REPEATING) and not isinstance(error, ModelTimeoutError)
