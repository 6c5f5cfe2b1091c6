import re
from collections.abc import Sequence

REFERS_BACK = re.compile(
    r"\b(?:it|its|that|this|those|these|they|them|their|he|she|one|ones|there|same|other|others|too|also|else)\b"
    r"|\A\W*(?:and|but|or|why|then|so|with|without|what about|how about)\b"
    r"|\b(?:dies|diese[mnrs]?|ihn|ihm|dort|auch|sonst|da(?:bei|für|mit|ran|rauf|rüber|von|zu))\b"
    r"|\A\W*(?:und|aber|oder|dann|also)\b"
    r"|\b(?:ese|esos?|esas?|estos?|estas?|ellos|ellas|también|otr[oa]s?)\b|\A\W*(?:y|pero|o|entonces)\b"
    r"|\b(?:ça|cela|celui|celle|ceux|celles|aussi|autres?)\b|\A\W*(?:et|mais|ou|alors|donc)\b",
    re.IGNORECASE,
)
"""In English, German, Spanish and French: what is an article as well, or polite, is left out."""
FEW_WORDS = 3
MOST_TURNS = 3
"""Questions before this one that are looked at."""


def context_of(question: str, before: Sequence[str]) -> str:
    """What the question is to be read with: the one before, where it refers back, and so on from there.

    `before` is what the same person asked earlier, oldest first. "" where the question stands alone.
    """
    read = []
    for earlier in list(reversed(before))[:MOST_TURNS]:
        if not refers_back(question):
            break
        read.append(earlier)
        question = earlier
    return "\n".join(reversed(read))


def refers_back(question: str) -> bool:
    return len(question.split()) <= FEW_WORDS or REFERS_BACK.search(question) is not None
