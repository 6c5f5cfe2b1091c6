from typing import Any

import pytest

from .cases import Case, cases
from .transcript import Does, Transcript


def done(transcript: Transcript, step: Case) -> Does | None:
    if "history" in step:
        transcript.read(step["history"])
        return None
    if "taken" in step:
        return transcript.take(step["taken"])
    return transcript.hear(step["event"], step["data"])


def named(expected: Case, held: Case) -> Case:
    return {name: held[name] for name in expected}


@pytest.mark.parametrize("case", cases(), ids=lambda case: str(case["name"]))
def test_the_client_rules_hold(case: dict[str, Any]) -> None:
    transcript = Transcript("c1")
    transcript.read(case["given"])

    does = [done(transcript, step) for step in case["when"]]

    assert does == [step.get("does") for step in case["when"]]
    assert [message["id"] for message in transcript.messages] == [message["id"] for message in case["then"]]
    assert [named(*pair) for pair in zip(case["then"], transcript.messages, strict=True)] == case["then"]
    assert named(case.get("conversation", {}), transcript.conversation) == case.get("conversation", {})
