from collections.abc import Iterator, Sequence

from chatbot.bots.protocol import Turn

BYTES_A_TOKEN = 4
"""Of UTF-8, in English prose. Real tokenizers differ by model, and would have to be downloaded."""
OVERHEAD = 4
"""Tokens that a message takes besides its text: its role, and where it begins and ends."""


def tokens(text: str) -> int:
    """About how many tokens a message with this text takes."""
    return -(-len(text.encode(errors="replace")) // BYTES_A_TOKEN) + OVERHEAD


def recent(history: Sequence[Turn], budget: int) -> list[Turn]:
    """The newest turns that fit into the budget, oldest first: whole ones, each question with its answer."""
    kept: list[Turn] = []
    for turn in reversed(list(exchanges(history))):
        budget -= sum(tokens(message.text) for message in turn)
        if budget < 0:
            break
        kept[:0] = turn
    return kept


def exchanges(history: Sequence[Turn]) -> Iterator[list[Turn]]:
    """A question and all that was answered to it, one after the other."""
    exchange: list[Turn] = []
    for turn in history:
        if turn.role == "user" and exchange:
            yield exchange
            exchange = []
        exchange.append(turn)
    if exchange:
        yield exchange
