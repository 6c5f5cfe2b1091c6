import re
from collections.abc import Iterator

LONGEST = 80
"""Characters; what is longer has something else to say."""
HELLO = re.compile(
    r"(?:hi|hello|hey|howdy|greetings|good (?:morning|afternoon|evening|day))(?: (?:there|all|again|bot))?"
    r"|(?:who|what) are you|what (?:can|do) you (?:do|know|answer)(?: about)?|what can i ask(?: you)?"
    r"|help(?: me)?|can you help(?: me)?|how are you(?: doing)?(?: today)?"
)
THANKS = re.compile(
    r"(?:(?:ok|okay|great|perfect|nice|cool|good|got it|many|thanks|thank you|thx|cheers|very much|so much"
    r"|a lot|again|for (?:your|the) help|that helps|that helped|bye|goodbye)(?: |\Z))+"
)


def is_greeting(text: str) -> bool:
    """Whether the text only says hello, or asks whom one is talking to."""
    said = list(sentences(text))
    return bool(said) and all(HELLO.fullmatch(sentence) for sentence in said)


def is_thanks(text: str) -> bool:
    """Whether the text only thanks, agrees or takes leave."""
    said = list(sentences(text))
    return bool(said) and all(THANKS.fullmatch(sentence) for sentence in said)


def sentences(text: str) -> Iterator[str]:
    """In small letters, without marks; none when the text is too long for a greeting."""
    if len(text) > LONGEST:
        return
    for part in re.split(r"[^\w\s']+|\n", text.lower()):
        if part.strip():
            yield " ".join(part.split())
