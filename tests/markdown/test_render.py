import re
from html.parser import HTMLParser

import pytest

from chatbot.markdown.highlight import LANGUAGES, LONGEST
from chatbot.markdown.render import render

ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<body onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href='https://evil.example/'>",
    "<form action='javascript:alert(1)'><button>x</button></form>",
    "<object data='javascript:alert(1)'></object>",
    "<embed src='javascript:alert(1)'>",
    "<template><script>alert(1)</script></template>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<details open ontoggle=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](java&NewLine;script:alert(1))",
    "[x](%6aavascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example/)",
    "[x](\\\\evil.example)",
    "[x](/ok 'a\" onmouseover=\"alert(1)')",
    '[x](https://a.example/"onmouseover="alert(1))',
    "![x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    '![x" onerror="alert(1)](/x.png)',
    "<javascript:alert(1)>",
    "<https://a.example/' onclick='alert(1)>",
    "[a]\n\n[a]: javascript:alert(1)",
    '```"><script>alert(1)</script>\nx\n```',
    "```python onclick=alert(1)\n'</code></pre><script>alert(1)</script>'\n```",
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "# <img src=x onerror=alert(1)>",
    "*<b onclick=alert(1)>x</b>*",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<a href=\"x\" \n onclick='alert(1)'>",
    "\x00<script>alert(1)</script>",
]
INERT_TAGS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
    *("blockquote", "div", "hr", "li", "ol", "p", "pre", "ul"),
    *("a", "br", "code", "em", "s", "span", "strong"),
}
INERT_ATTRIBUTES = {"class", "href", "rel", "start", "title"}
HARMLESS = re.compile(r"https?://|mailto:|(?!//)[^:]*\Z")


class Seen(HTMLParser):
    """Every tag and attribute of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update((name, value or "") for name, value in attrs)

    @property
    def links(self) -> list[str]:
        return [value for name, value in self.attributes if name == "href"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_leaves_nothing_that_runs(attack: str) -> None:
    seen = Seen(render(attack))

    assert seen.tags <= INERT_TAGS
    assert {name for name, _ in seen.attributes} <= INERT_ATTRIBUTES
    assert [link for link in seen.links if not HARMLESS.match(link)] == []


def test_shows_html_as_the_text_it_was() -> None:
    assert render("a <b>b</b>") == "<p>a &lt;b&gt;b&lt;/b&gt;</p>\n"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a?b=c",
        "http://example.com",
        "mailto:alice@example.com",
        "/c/1",
        "#part",
        "a/b.md",
    ],
)
def test_links_lead_to_the_web_a_mailbox_or_this_site(url: str) -> None:
    assert render(f"[x]({url})") == f'<p><a href="{url}" rel="noopener noreferrer nofollow">x</a></p>\n'


@pytest.mark.parametrize("url", ["ftp://example.com", "tel:123", "//example.com", "javascript:1"])
def test_no_other_link_leads_anywhere(url: str) -> None:
    assert Seen(render(f"[x]({url})")).links == []


def test_an_image_is_its_alternative_text() -> None:
    assert render("![a *red* <dot>](/dot.png)") == "<p>a red &lt;dot&gt;</p>\n"


def test_knows_tables_and_aligns_them_by_class() -> None:
    html = render("| a | b | c |\n|:--|--:|---|\n| 1 | 2 | 3 |")

    assert '<th class="align-left">a</th>' in html
    assert '<td class="align-right">2</td>' in html
    assert "<td>3</td>" in html
    assert "style" not in html


def test_knows_strikethrough_and_the_number_a_list_starts_with() -> None:
    assert render("~~a~~") == "<p><s>a</s></p>\n"
    assert '<ol start="3">' in render("3. a")


def test_marks_code_up_by_class_in_a_frame() -> None:
    html = render("```py\n\nx = 'a'\n```")

    assert html.startswith(
        '<div class="highlight"><pre><code class="language-python">\n<span class="n">x</span>'
    )
    assert html.endswith("\n</code></pre></div>\n")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_says_which_language_it_marked_up(language: str) -> None:
    assert f'<code class="language-{language}">' in render(f"```{language}\nx\n```")


@pytest.mark.parametrize("language", ["", "nonsense", "brainfuck", 'rb"x'])
def test_code_of_no_known_language_stays_plain(language: str) -> None:
    assert render(f"```{language}\na < b\n```") == (
        '<div class="highlight"><pre><code>a &lt; b\n</code></pre></div>\n'
    )


def test_very_long_code_stays_plain() -> None:
    code = "x = 1\n" * (LONGEST // 6 + 1)

    assert "<span" not in render(f"```python\n{code}```")


def test_keeps_every_space_of_code() -> None:
    code = "\n\n  a\t b  \n\n\n"

    assert f"<code>{code}</code>" in render(f"```\n{code}```")
