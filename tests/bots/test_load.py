import pytest

from chatbot.bots.load import BrokenBotError, UnknownBotError, load
from chatbot.bots.script import ScriptBot


class Parrot:
    markdown = True


class Stillborn:
    markdown = True

    def __init__(self) -> None:
        raise SystemExit(1)

    async def answer(self) -> None: ...


def test_a_bot_goes_by_its_name() -> None:
    assert isinstance(load("script"), ScriptBot)


def test_a_bot_goes_by_its_dotted_path() -> None:
    assert isinstance(load("chatbot.bots.script.ScriptBot"), ScriptBot)


@pytest.mark.parametrize("name", ["nobody", "", ".", "no.such.module", "chatbot.bots.script.NoBot"])
def test_an_unknown_name_says_which_there_are(name: str) -> None:
    with pytest.raises(UnknownBotError, match="knowledge, langchain, llm, script"):
        load(name)


@pytest.mark.parametrize("path", ["os.abort", "builtins.dict", "tests.bots.test_load.Parrot"])
def test_what_is_not_a_bot_is_never_called(path: str) -> None:
    with pytest.raises(UnknownBotError, match="is not a bot"):
        load(path)


@pytest.mark.parametrize("path", ["tests.bots.test_load.Stillborn", "tests.bots.unwell.Bot"])
def test_a_bot_whose_own_code_fails_is_told_by_its_name(path: str) -> None:
    with pytest.raises(BrokenBotError, match=path):
        load(path)
