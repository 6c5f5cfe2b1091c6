"""A decision guide out of Markdown: second-level headings are steps, list items with a link are ways on."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

GUIDE = Path(__file__).parent / "guide.md"


class GuideError(ValueError):
    """The guide leads nowhere; says where."""


@dataclass(frozen=True, slots=True)
class Step:
    """`ways` are the choices and the anchors of the steps that they lead to; the last steps have none."""

    title: str
    text: str
    ways: Mapping[str, str]

    @property
    def anchor(self) -> str:
        return "-".join(re.findall(r"\w+", self.title.lower()))


@cache
def guide(path: Path = GUIDE) -> Mapping[str, Step]:
    """Its steps by their anchors, the first one first. Raises GuideError."""
    steps = {step.anchor: step for step in _steps(path.read_text(encoding="utf-8"))}
    for step in steps.values():
        for choice, anchor in step.ways.items():
            if anchor not in steps:
                raise GuideError(
                    f"{path.name}: {step.title!r}, {choice!r} leads to #{anchor}, which is not there"
                )
    if not steps:
        raise GuideError(f"{path.name} has no steps: second-level headings")
    return steps


def _steps(markdown: str) -> Iterator[Step]:
    lines = markdown.splitlines()
    title, since, ways = "", 0, dict[str, str]()
    text: list[str] = []
    for node in SyntaxTreeNode(MarkdownIt("commonmark").parse(markdown)).children:
        if node.type == "heading" and node.tag == "h2":
            if title:
                yield Step(title, "\n\n".join(text), ways)
            title, ways, text = node.children[0].content, {}, []
        elif node.type == "bullet_list" and (found := dict(_ways(node))):
            ways |= found
        elif title and node.map is not None:
            since, until = node.map
            text.append("\n".join(lines[since:until]).strip())
    if title:
        yield Step(title, "\n\n".join(text), ways)


def _ways(items: SyntaxTreeNode) -> Iterator[tuple[str, str]]:
    for node in items.walk():
        target = str(node.attrs.get("href", "")) if node.type == "link" else ""
        if target.startswith("#"):
            yield "".join(child.content for child in node.children), target[1:]
