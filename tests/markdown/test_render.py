import re

import pytest

from chatbot.markdown.highlight import LANGUAGES, LONGEST
from chatbot.markdown.render import render


def links(html: str) -> list[str]:
    return re.findall('href="([^"]*)"', html)


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
    assert links(render(f"[x]({url})")) == []


def test_knows_tables_and_aligns_them_by_class() -> None:
    html = render("| a | b | c |\n|:--|--:|---|\n| 1 | 2 | 3 |")

    assert '<th class="align-left">a</th>' in html
    assert '<td class="align-right">2</td>' in html
    assert "<td>3</td>" in html
    assert "style" not in html


def test_knows_strikethrough_and_the_number_a_list_starts_with() -> None:
    assert render("~~a~~") == "<p><s>a</s></p>\n"
    assert '<ol start="3">' in render("3. a")


def test_knows_task_lists_whose_boxes_nobody_ticks() -> None:
    html = render("- [ ] open\n- [x] done\n")

    assert html == (
        '<ul class="contains-task-list">\n'
        '<li class="task-list-item">'
        '<input class="task-list-item-checkbox" disabled="" type="checkbox"> open</li>\n'
        '<li class="task-list-item">'
        '<input class="task-list-item-checkbox" disabled="" type="checkbox" checked=""> done</li>\n'
        "</ul>\n"
    )


def test_a_box_outside_of_a_list_is_text() -> None:
    assert render("[ ] open") == "<p>[ ] open</p>\n"


def test_what_is_nested_deeper_than_anybody_reads_is_text_and_not_lost() -> None:
    html = render("> " * 100 + "deep\n\n" + "- " * 100 + "deeper\n\nafter\n")

    assert "deep</p>" in html
    assert "deeper" in html
    assert html.endswith("<p>after</p>\n")


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
