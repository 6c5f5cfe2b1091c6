"""What a conversation is called while nobody has given it a title: its first question in a few words.

No list of words of any language is behind it, only how text is built: of sentences, clauses and marks.
"""

import re
import unicodedata
from uuid import UUID

from django.db import transaction

from conversations.models import Conversation
from conversations.models.announced import raised
from conversations.telling.news import announce

LONGEST = 60
LOOKED_AT = 600
LEAST_WORDS = 3
LEAST_LETTERS = 12
SHORTEST_CLAUSE = 25
CODE = re.compile(r"^ {0,3}(```|~~~).*?(?:^ {0,3}\1|\Z)", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*(?:\s[^)]*)?\)")
ADDRESS = re.compile(r"<?\bhttps?://(?:www\.)?([^\s/?#<>]+)[^\s<>]*>?", re.IGNORECASE)
LINE_START = re.compile(r"^[ \t]*(?:(?:[#>]+|[-*+]|\d{1,3}[.)])[ \t]+)+(?:\[[ xX]\][ \t]+)?", re.MULTILINE)
MARK = re.compile(r"`+|\*+|~~+|(?<!\w)_+|_+(?!\w)|\|")
SYMBOL = re.compile(r"[^\w\s!-~]")
# Beside those of the Latin script: of the Greek, the Arabic, and those of East Asia.
ASKING = ("?", "\u037e", "\u061f", "\uff1f")
SENTENCE_END = re.compile(
    r"(?<=[.!?\u2026\u037e\u061f])\s+|(?<=[\u3002\uff01\uff1f])|(?<=[,:;])\s*\n\s*|\n\s*\n\s*"
)
CLAUSE_END = re.compile(r"[,;:\u060c\u3001\uff0c\uff1a\uff1b]|\s[\u2013\u2014-]\s|\s[(\[]")
TRAILING = " .,;:!([-\u2013\u2014\u2026\u060c\u3001\u3002\uff01\uff0c\uff1a\uff1b"
ORDINARY = re.compile(r"[^\W_](?:[^\W_]|[ ,'-])*\??")
JOINERS = "\u200c\u200d"  # unseen, and part of how some scripts and emoji are written


def key_words(text: str) -> str:
    """At most 60 characters in one line: the first question in it, or else the first sentence that says
    something, cut where a clause or a word ends. No Markdown, and nothing that is not seen.
    """
    if len(text) <= LONGEST and ORDINARY.fullmatch(text):
        return shortened(text)
    beginning = text[:LOOKED_AT]
    prose = plain(CODE.sub("\n\n", beginning)) or plain(beginning)
    sentences = [sentence for sentence in SENTENCE_END.split(prose) if has_word(sentence)]
    telling = [sentence for sentence in sentences if tells(sentence)]
    asking = [sentence for sentence in telling if sentence.rstrip().endswith(ASKING)]
    return shortened(next(iter([*asking, *telling, *sentences]), prose))


@transaction.atomic
def improve(conversation_id: UUID, title: str, *, question: str) -> bool:
    """Gives this title in place of the question's key words; never in place of one that somebody gave."""
    now, better = key_words(question), shortened(" ".join(plain(title).split()))
    if not better or better == now:
        return False
    unnamed = Conversation.objects.filter(pk=conversation_id, title=now, is_named=False, deleted_at=None)
    if not unnamed.update(title=better, **raised()):
        return False
    announce(Conversation.objects.get(pk=conversation_id))
    return True


def plain(text: str) -> str:
    """Without the marks of Markdown and without what is not seen; addresses are their hosts."""
    visible = SYMBOL.sub(lambda symbol: "" if is_unseen(symbol[0]) else symbol[0], text)
    words = ADDRESS.sub(r"\1", LINK.sub(r"\1", LINE_START.sub("\n\n", visible)))
    return MARK.sub("", words).strip()


def is_unseen(character: str) -> bool:
    """Of control, of direction, of no width, or of no use to anybody."""
    return unicodedata.category(character)[0] == "C" and character not in JOINERS


def has_word(sentence: str) -> bool:
    return any(map(str.isalnum, sentence))


def tells(sentence: str) -> bool:
    """More than a greeting; scripts without spaces are measured by their letters."""
    return len(sentence.split()) >= LEAST_WORDS or sum(map(str.isalnum, sentence)) >= LEAST_LETTERS


def shortened(sentence: str) -> str:
    line = " ".join(sentence.split()).rstrip(TRAILING)
    if len(line) <= LONGEST:
        return line
    clauses = [found.start() for found in CLAUSE_END.finditer(line, 0, LONGEST)]
    if clauses and clauses[-1] >= SHORTEST_CLAUSE:
        return line[: clauses[-1]].rstrip(TRAILING)
    words = line[:LONGEST].rpartition(" ")[0].rstrip(TRAILING)
    return f"{words or cut(line)}…"


def cut(line: str) -> str:
    """One long word, or a script without spaces: between two characters as people see them."""
    end = LONGEST - 1
    while end > 1 and is_joined(line[end - 1], line[end]):
        end -= 1
    return line[:end]


def is_joined(before: str, after: str) -> bool:
    return before in JOINERS or after in JOINERS or unicodedata.category(after)[0] == "M" or is_tone(after)


def is_tone(character: str) -> bool:
    """Of an emoji's skin."""
    return "\U0001f3fb" <= character <= "\U0001f3ff"
