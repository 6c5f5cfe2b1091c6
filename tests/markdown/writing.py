"""Markdown that nobody would write, and places to cut it at."""

from hypothesis import strategies as st

CUTS = st.lists(st.integers(min_value=0, max_value=400), max_size=40)
MARKS = [
    *("-", "+", "*", "1.", "2)", ">", "#", "- x\n", "    ", "---", "===", "**", "_"),
    *("```", "~~~", "```py\n", "`", "~~", "b|-", "|", "|-", "|a|b|", "|-|-|", ":-:"),
    *("a", "word word", "\U0001f642", "é", "9", "=", "~", "\\", "!", "(", ")", "<", "&"),
    *("- [ ] ", "- [x] a\n", "1. [ ] b"),
    *("\n", "\n\n", "\n\n\n", "\r\n", "\r", " ", "  ", "\t", "\u00a0"),
]
REFERENCES = [
    *("[a]", "[a][b]", "[b]", "![a]", "[^1]", "[^2]", "[", "]", "*[a*]", "[A]"),
    *("[a]: /x\n", "[b]: /y 'z'\n", "\n[a]:\n/z\n", "[c]: <>", "> [b]: /q\n", "- [a]: /l\n"),
    *(
        "\n[^1]: note\n",
        "[^2]: x[^1]\n\n    more\n",
        "[^1]: again [a]\n",
        "- [^2]: in a list\n",
        "> [^1]: no\n",
    ),
]
GENERATED = st.lists(st.sampled_from(MARKS), max_size=40).map("".join)
REFERRING = st.lists(st.sampled_from([*MARKS, *REFERENCES, *REFERENCES]), max_size=40).map("".join)
