import re
from collections.abc import Callable, Iterator, Sequence

from chatbot.bots.protocol import Citation

from .context import context_of
from .excerpt import excerpt
from .greeting import is_greeting, is_thanks
from .models import Document
from .outline import plain_words
from .search import ENOUGH, Hit, search

MOST_PASSAGES = 3
WORTH_ADDING = 0.7
COVERS_AS_MUCH = 0.7
"""The shares of the best passage's score and coverage that another needs to stand beside it."""
NEAR_ENOUGH = 0.2
"""The coverage from which on a passage that does not answer is a topic worth naming."""
NEARLY = 0.75 * ENOUGH
"""The coverage from which on a passage is quoted before one that answers, where it is better in all else."""
ALL_OF_IT = 0.75
"""The coverage from which on a passage is said to answer, and not only to come near."""
MOST_THAT_COME_NEAR = 2
LONGEST_QUOTE = 300
"""Characters of a citation's quote."""
MARKS = re.compile(r"([\\`*\[\]<~]|(?<!\w)_|_(?!\w))")


def answer_to(question: str, before: Sequence[str] = ()) -> Iterator[str | Citation]:
    """Markdown, and each citation right after the place that it is for.

    `before` is what the same person asked earlier, oldest first: looked at when the question refers back.
    """
    if is_greeting(question):
        yield f"Hello! {scope()}"
        return
    if is_thanks(question):
        yield "You are welcome. Ask me anything else about these documents."
        return
    yield from answer_with(hits_for(question, before))


def hits_for(question: str, before: Sequence[str] = ()) -> list[Hit]:
    """The passages that speak of the question, the best first, whether they answer it or not."""
    return search(question, 8, context=context_of(question, before))


def answer_with(hits: Sequence[Hit]) -> Iterator[str | Citation]:
    if any(hit.answers for hit in hits):
        yield from quoted(best_of([hit for hit in hits if hit.coverage >= NEARLY]))
    else:
        yield nothing(hits)


def best_of(hits: list[Hit]) -> list[Hit]:
    """The best passage, and those that are nearly as good, fewer where it only comes near; one of each
    section, and of those that say the same."""
    good = [hit for hit in hits if is_as_good(hit, hits[0])]
    different = firsts(firsts(good, lambda hit: (hit.path, hit.anchor)), lambda hit: hit.text)
    most = MOST_PASSAGES if hits[0].coverage >= ALL_OF_IT else MOST_THAT_COME_NEAR
    return different[:most]


def firsts(hits: Sequence[Hit], key: Callable[[Hit], object]) -> list[Hit]:
    found: dict[object, Hit] = {}
    for hit in hits:
        found.setdefault(key(hit), hit)
    return list(found.values())


def is_as_good(hit: Hit, best: Hit) -> bool:
    return hit.score >= WORTH_ADDING * best.score and hit.coverage >= COVERS_AS_MUCH * best.coverage


def quoted(hits: list[Hit]) -> Iterator[str | Citation]:
    for number, hit in enumerate(hits, start=1):
        said = excerpt(hit)
        yield f"{introduction(number, hit)} [{number}]:"
        yield Citation(number, hit.topic, hit.path, hit.url, shortened(plain_words(said)))
        yield "\n\n" + "\n".join(f"> {line}".rstrip() for line in said.split("\n"))
        yield "\n\n" if number < len(hits) else "\n"


def introduction(number: int, hit: Hit) -> str:
    if number > 1:
        return f"And from **{escaped(hit.topic)}**"
    if hit.coverage < ALL_OF_IT:
        return f"The nearest I have to this is from **{escaped(hit.topic)}**"
    return f"From **{escaped(hit.topic)}**"


def nothing(hits: Sequence[Hit]) -> str:
    topics = list(dict.fromkeys(hit.topic for hit in hits if hit.coverage >= NEAR_ENOUGH))[:3]
    nearest = f"The nearest I have is {listed(topics)}." if topics else scope()
    return f"I have nothing on this in my documents. {nearest}"


def scope() -> str:
    """What there is to ask about, in one sentence or two."""
    titles = list(dict.fromkeys(Document.objects.order_by("path").values_list("title", flat=True)[:20]))
    if not titles:
        return "I know no documents yet: `python manage.py ingest PATH` gives me some."
    named = listed(titles) if len(titles) <= 3 else listed(titles[:3], "more")
    return f"I answer from documents: {named}. Ask me a question about them."


def listed(topics: list[str], last: str = "") -> str:
    names = [*(f"**{escaped(topic)}**" for topic in topics), *filter(None, [last])]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def escaped(topic: str) -> str:
    """Text that Markdown shows as it is."""
    return MARKS.sub(r"\\\1", topic)


def shortened(quote: str) -> str:
    """At most `LONGEST_QUOTE` characters, cut between words."""
    if len(quote) <= LONGEST_QUOTE:
        return quote
    return quote[: quote.rfind(" ", 0, LONGEST_QUOTE - 1)] + "…"
