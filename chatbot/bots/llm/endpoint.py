import re
from dataclasses import dataclass, field
from importlib.util import find_spec
from urllib.parse import urlsplit

PACKAGES = {
    "openai": "openai",
    "openai-responses": "openai",
    "anthropic": "anthropic",
    "google": "google.genai",
    "mistral": "mistralai",
}
"""The providers that `LLM_MODEL` may name, and the package that each needs."""


class EndpointError(Exception):
    """No model can be asked: a setting is missing or wrong. Says which, why, and what to do."""


@dataclass(frozen=True)
class Endpoint:
    """A model and where it is: what `LLM_MODEL`, `LLM_BASE_URL` and `LLM_API_KEY` say.

    With a base URL, a server there speaks OpenAI's protocol and knows the model by all of `model`; without
    one, `model` is `provider:name`.
    """

    model: str
    base_url: str = ""
    api_key: str = field(default="", repr=False)

    @property
    def provider(self) -> str:
        return "" if self.base_url else self.model.partition(":")[0]

    @property
    def name(self) -> str:
        return self.model if self.base_url else self.model.partition(":")[2]

    def check(self) -> None:
        """Raises EndpointError; a key is never repeated in it."""
        if not self.model:
            raise EndpointError(
                "LLM_MODEL is not set: give provider:name, such as openai:gpt-6-luna, or with LLM_BASE_URL "
                "the name by which that server knows the model"
            )
        if not re.fullmatch(r"[!-~]{1,200}", self.model):
            raise EndpointError(
                "LLM_MODEL must be at most 200 characters, all of them ASCII and none a space"
            )
        if not re.fullmatch(r"[!-~]{0,1000}", self.api_key):
            raise EndpointError("LLM_API_KEY must be all ASCII, without a space")
        self._check_server() if self.base_url else self._check_provider()

    def _check_server(self) -> None:
        try:
            url = urlsplit(self.base_url)
            is_fine = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
        except ValueError:
            is_fine = False
        if not is_fine or url.username or url.query or url.fragment or re.search(r"[^!-~]", self.base_url):
            raise EndpointError(
                "LLM_BASE_URL must be http:// or https://, a host, and the path above /chat/completions, "
                "such as http://localhost:11434/v1, with no user, no ? and no # in it"
            )

    def _check_provider(self) -> None:
        if self.provider not in PACKAGES or not self.name:
            known = ", ".join(PACKAGES)
            raise EndpointError(
                f"LLM_MODEL is {self.model!r}, and must be provider:name with one of these providers: "
                f"{known}. For any other server that speaks OpenAI's protocol, set LLM_BASE_URL"
            )
        if not self.api_key:
            raise EndpointError(f"LLM_API_KEY is not set, and {self.provider} wants one")
        if not is_there(PACKAGES[self.provider]):
            raise EndpointError(
                f"LLM_MODEL names {self.provider}, whose package is not installed: "
                f'pip install "pydantic-ai-slim[{self.provider}]"'
            )


def is_there(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False
