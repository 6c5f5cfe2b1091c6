"""Code as HTML with pygments' short class names (`k`, `s1`, …) and no style of its own."""

from html import escape

from markdown_it.token import Token
from pygments import highlight as pygmentize
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

LONGEST = 20_000
"""Characters; longer code stays plain, since some lexers take long over long input."""

LANGUAGES = frozenset(
    {
        *("bash", "console", "docker", "make", "nginx", "powershell"),
        *("c", "cpp", "csharp", "go", "java", "kotlin", "lua", "php", "ruby", "rust", "swift"),
        *("css", "html", "javascript", "scss", "typescript"),
        *("diff", "graphql", "http", "ini", "json", "properties", "sql", "toml", "xml", "yaml"),
        *("pycon", "python"),
    }
)
"""Those that people paste. The other lexers are not let loose on a stranger's text: several have taken
seconds over a crafted line."""

CLASSES = frozenset(name for name in STANDARD_TYPES.values() if name)


def highlighted(code: str, language: str) -> str:
    """`div.highlight > pre > code`, the code of a known language marked up by `CLASSES`."""
    lexer = lexer_of(language) if len(code) <= LONGEST else None
    if lexer is None:
        return framed(escape(code, quote=False))
    return framed(pygmentize(code, lexer, HtmlFormatter(nowrap=True)), class_of(lexer))


def lexer_of(language: str) -> Lexer | None:
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    return lexer if LANGUAGES.intersection(lexer.aliases) else None


def class_of(lexer: Lexer) -> str:
    return f"language-{lexer.aliases[0]}"


def framed(html: str, language_class: str = "") -> str:
    attribute = f' class="{language_class}"' if language_class else ""
    return f'<div class="highlight"><pre><code{attribute}>{html}</code></pre></div>\n'


def language_of(fence: Token) -> str:
    """The first word of a fence's info string: "python" of "```python title=x"."""
    return next(iter(fence.info.split()), "")
