import re

INLINE = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|\Z)|[`*\[]|~(?=~)|<(?=[a-zA-Z/!?])|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|(?<=\s)#(?=#*\Z)"
)
LEADING = re.compile(r"\A(?:[#>+=~-]|\d{1,9}(?=[.)]))")


def escaped(text: str) -> str:
    """Text on one line that Markdown shows as it is, at the beginning of a block or in a heading too."""
    line = INLINE.sub(r"\\\g<0>", " ".join(text.split()))
    return LEADING.sub(lambda mark: f"{mark[0]}\\" if mark[0].isdigit() else f"\\{mark[0]}", line)
