import ast
from collections.abc import Iterator
from pathlib import Path

import streaming

MODELS = ("django.db", "django.contrib", "django.apps")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.ImportFrom(module=str(module)):
                yield module
            case ast.Import(names=names):
                yield from (alias.name for alias in names)


def test_delivery_knows_no_models() -> None:
    files = [path for path in Path(streaming.__path__[0]).rglob("*.py") if path.name != "apps.py"]

    names = {name for path in files for name in imported(path)}

    assert len(files) > 20
    assert [name for name in names if name.startswith(MODELS)] == []
