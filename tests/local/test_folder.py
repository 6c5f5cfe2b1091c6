import stat
import subprocess
from pathlib import Path

import pytest

from chatbot.local.failure import CannotRunError, DiskFullError
from chatbot.local.folder import DataFolder


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_the_secret_key_stays_the_same_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    key = DataFolder(tmp_path).secret_key()

    assert len(key) >= 50
    assert DataFolder(tmp_path).secret_key() == key
    assert mode(tmp_path / "secret_key") == 0o600


def test_two_folders_have_two_keys(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    DataFolder(one).open()
    DataFolder(other).open()

    assert DataFolder(one).secret_key() != DataFolder(other).secret_key()


def test_a_shell_that_reads_the_noted_environment_has_it(tmp_path: Path) -> None:
    awkward = 'it\'s $HOME & "more"'

    file = DataFolder(tmp_path).note_environment({"SECRET_KEY": awkward})

    said = subprocess.run(
        ["sh", "-c", f'. {file}; printf %s "$SECRET_KEY"'], capture_output=True, text=True, check=True
    )
    assert said.stdout == awkward
    assert mode(file) == 0o600


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(CannotRunError, match=r"can't be written to \(Not a directory\)"):
        DataFolder(tmp_path / "file" / "data").open()


def test_too_little_room_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DiskFullError, match=r"The disk is full: .* MB are free"):
        DataFolder(tmp_path, needed=2**62).open()
