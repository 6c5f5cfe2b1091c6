import os
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skips a test on a machine that lacks something; with CI=true it fails: there nothing may be lacking."""
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(f"missing in CI: {what}", pytrace=False)
    pytest.skip(what)
