import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from chatbot.environment import hosts
from chatbot.markdown.render import render


@pytest.fixture
def trusted(settings: Settings) -> None:
    settings.IMAGE_HOSTS = frozenset({"img.example.org"})


def test_an_image_is_its_alternative_text() -> None:
    assert render("![a *red* <dot>](https://img.example.org/dot.png)") == "<p>a red &lt;dot&gt;</p>\n"


@pytest.mark.usefixtures("trusted")
def test_an_image_from_a_trusted_host_is_shown_and_not_told_where() -> None:
    assert render("![a *dot*](https://img.example.org/dot.png 'A dot')") == (
        '<p><img src="https://img.example.org/dot.png" alt="a dot" title="A dot" loading="lazy"'
        ' referrerpolicy="no-referrer"></p>\n'
    )


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    "url",
    [
        "/dot.png",
        "dot.png",
        "//img.example.org/dot.png",
        "http://img.example.org/dot.png",
        "https://img.example.org:444/dot.png",
        "https://img.example.org@evil.example/dot.png",
        "https://evil.example/img.example.org/dot.png",
        "https://evil.example#img.example.org",
        "https://img.example.org.evil.example/dot.png",
        "https://xn--img-example.org/dot.png",
        "https://\u0131mg.example.org/dot.png",
        "https://img.example.org。evil.example/",
        "https:img.example.org/dot.png",
        "https:///img.example.org/dot.png",
        "https:\\\\img.example.org\\dot.png",
        "https://img.example.org\\@evil.example/",
        "https://img.example.org%2eevil.example/",
        "data:image/png;base64,iVBORw0KGgo=",
        "blob:https://img.example.org/dot",
    ],
)
def test_an_image_from_anywhere_else_is_its_alternative_text(url: str) -> None:
    assert render(f"![dot](<{url}>)") == "<p>dot</p>\n"


def test_names_of_hosts_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGE_HOSTS", "img.example.org, localhost,")

    assert hosts("IMAGE_HOSTS") == {"img.example.org", "localhost"}


@pytest.mark.parametrize(
    "name", ["https://img.example.org", "*.example.org", "a.example:8080", "Img.example", "a b"]
)
def test_what_is_no_name_of_a_host_stops_the_start(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGE_HOSTS", name)

    with pytest.raises(ImproperlyConfigured, match="IMAGE_HOSTS lists names of hosts"):
        hosts("IMAGE_HOSTS")
