"""Whom PostgreSQL runs as: it refuses to be root."""

import os
import pwd
import shutil
from collections.abc import Sequence
from pathlib import Path

from chatbot.local.failure import CannotRunError

NOBODY = "nobody"


def unprivileged(folder: Path) -> Sequence[str]:
    """A prefix that runs a command as the owner of `folder`; empty for an ordinary user.

    As root the folder is given to `nobody`, and the command keeps one capability, to pass through folders
    that only root may enter: nothing on the way to the data or the programs has to be opened to others.
    """
    if os.geteuid() != 0:
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise CannotRunError(
            "PostgreSQL does not run as root, and setpriv (of util-linux), which would run it as `nobody`, "
            "is missing: start this as an ordinary user, or set DATABASE_URL to a PostgreSQL that runs."
        )
    uid, gid = _owner(folder)
    return (
        setpriv,
        f"--reuid={uid}",
        f"--regid={gid}",
        "--clear-groups",
        "--inh-caps=+dac_override",
        "--ambient-caps=+dac_override",
        "--securebits=+no_setuid_fixup",  # access(), which initdb asks, counts the capability only with this
        "--",
    )


def give(folder: Path) -> None:
    """Make `folder` belong to the account that PostgreSQL runs as, where that is not us."""
    if os.geteuid() == 0:
        os.chown(folder, *_owner(folder))


def _owner(folder: Path) -> tuple[int, int]:
    found = folder.stat()
    if found.st_uid != 0:
        return found.st_uid, found.st_gid
    nobody = pwd.getpwnam(NOBODY)
    return nobody.pw_uid, nobody.pw_gid
