import os
import signal

import pytest

from chatbot.local.interruption import Interruption, StoppedError


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_raised_only_where_it_is_asked_for(number: signal.Signals) -> None:
    with Interruption() as interruption:
        interruption.check()

        os.kill(os.getpid(), number)

        with pytest.raises(StoppedError):
            interruption.check()


def test_one_press_that_arrives_twice_is_no_hurry() -> None:
    with Interruption() as interruption:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

        interruption.check_hurry()


def test_a_second_press_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.local.interruption.SAME_PRESS_SECONDS", 0.0)

    with Interruption() as interruption:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

        with pytest.raises(StoppedError):
            interruption.check_hurry()


def test_the_handlers_from_before_are_back_afterwards() -> None:
    before = signal.getsignal(signal.SIGTERM)

    with Interruption():
        assert signal.getsignal(signal.SIGTERM) != before

    assert signal.getsignal(signal.SIGTERM) == before
