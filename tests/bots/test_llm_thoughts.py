"""What a model thinks before it speaks is not said, in whatever way its server tells it."""

from itertools import pairwise

from hypothesis import assume, example, given
from hypothesis import strategies as st

from chatbot.bots.llm.aloud import Aloud
from chatbot.bots.llm.bot import LlmBot
from chatbot.bots.protocol import Thought, Usage
from tests.bots.asking import pieces
from tests.bots.provider import Provider, says, thinks


class PlainBot(LlmBot):
    has_knowledge = False


def aloud(text: str, cuts: list[int]) -> str:
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    spoken = Aloud()
    return "".join([*(spoken.feed(text[begin:end]) for begin, end in pairwise(edges)), spoken.rest()])


def test_what_a_model_thinks_is_a_sign_of_life_and_not_said(provider: Provider) -> None:
    provider.will(thinks("Hm,", " a bicycle", then=says("Two.")))

    heard = pieces(PlainBot(), "What does a bicycle cost?")

    assert [part for part in heard if not isinstance(part, Usage)][:3] == [Thought(), Thought(), "Two."]


def test_what_a_model_thinks_within_its_text_is_not_said_either(provider: Provider) -> None:
    provider.will(says("<think>\nHm,", " a bicycle", "\n</think>\n\nTwo", " crowns."))

    heard = pieces(PlainBot(), "What does a bicycle cost?")

    spoken = [part for part in heard if not isinstance(part, Usage)]
    assert [part for part in spoken if part != Thought()] == ["Two", " crowns."]
    assert spoken[:2] == [Thought(), Thought()]


@given(st.text("<think>/ \nab", max_size=30), st.lists(st.integers(0, 60), max_size=6))
@example("<think", [])
@example(" <a>", [2])
def test_what_is_said_aloud_is_what_is_said_where_nothing_was_thought(text: str, cuts: list[int]) -> None:
    assume(not text.lstrip().startswith("<think>"))

    assert aloud(text, cuts) == text


@given(st.text("<think>/ \nab", max_size=30), st.lists(st.integers(0, 60), max_size=6))
def test_what_is_thought_first_is_not_said_however_it_is_cut(thought: str, cuts: list[int]) -> None:
    assume("</think>" not in f"{thought}</think>"[:-1])

    assert aloud(f"\n<think>{thought}</think>\n\nTwo.", cuts).strip() == "Two."
    assert aloud(f"<think>{thought}", cuts) == ""
