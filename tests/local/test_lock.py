import os
from pathlib import Path

import pytest

from chatbot.local.failure import CannotRunError
from chatbot.local.lock import OnlyCopy


def test_a_second_copy_is_refused_and_told_who_holds_the_folder(tmp_path: Path) -> None:
    told = f"process {os.getpid()}.* already runs on {tmp_path}"

    with OnlyCopy(tmp_path), pytest.raises(CannotRunError, match=told):
        OnlyCopy(tmp_path).__enter__()


def test_the_folder_is_free_again_after_the_first_copy_has_left(tmp_path: Path) -> None:
    with OnlyCopy(tmp_path):
        pass

    with OnlyCopy(tmp_path):
        pass


def test_the_refused_copy_does_not_free_the_folder(tmp_path: Path) -> None:
    with OnlyCopy(tmp_path):
        with pytest.raises(CannotRunError):
            OnlyCopy(tmp_path).__enter__()

        with pytest.raises(CannotRunError):
            OnlyCopy(tmp_path).__enter__()
