"""Whether everything was kept that was promised."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

from tests.chaos.answer_reader import AnswerReader
from tests.chaos.cast import Cast
from tests.chaos.ledger import Ledger, Said
from tests.chaos.listener import Listener
from tests.chaos.rows import UNFINISHED, Row, Rows
from tests.reader.transcript import Message, is_finished

Kind = Literal["lost", "doubled", "stuck", "wrong", "disordered", "fell"]
MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Finding:
    kind: Kind
    what: str


class Verdict:
    """On what was `said`, what the database holds, and what readers made of it."""

    def __init__(self, ledger: Ledger, rows: Rows) -> None:
        self._ledger = ledger
        self._rows = rows
        self._questions: dict[str, list[Row]] = defaultdict(list)
        self._replies: dict[str, list[Row]] = defaultdict(list)
        self._conversations: dict[str, list[Row]] = defaultdict(list)
        for row in rows.messages:
            self._conversations[row.conversation].append(row)
            if row.is_reply:
                self._replies[row.parent or ""].append(row)
            else:
                self._questions[row.client_message_id or ""].append(row)

    @property
    def gave_up(self) -> list[Row]:
        """Replies that three workers were taken from: they fail by contract, and say so."""
        return [row for row in self._rows.messages if _gave_up(row)]

    def findings(self, cast: Cast) -> Iterator[Finding]:
        yield from self.on_rows()
        for listener in cast.listeners:
            yield from self.on_listener(listener)
        for reader in cast.answer_readers:
            yield from self.on_answer_reader(reader)

    def on_rows(self) -> Iterator[Finding]:
        for said in self._ledger.said:
            yield from self._on_message(said)
        yield from self._on_strangers()
        yield from self._on_marks()
        for messages in self._conversations.values():
            yield from _on_order(messages)
        for contradiction in self._ledger.contradictions:
            yield Finding("doubled", contradiction)
        for refusal in self._ledger.refusals:
            yield Finding("lost", f"refused: {refusal}")

    def on_listener(self, listener: Listener) -> Iterator[Finding]:
        """It shows what the rows say, in their order."""
        for wrong in listener.diary.wrong:
            yield Finding("wrong", wrong)
        for conversation, transcript in listener.transcripts.items():
            rows = self._conversations[conversation]
            where = f"{listener.diary.name} in conversation {conversation}"
            yield from _on_shown_order(where, rows, [message["id"] for message in transcript.messages])
            for row in rows:
                yield from _on_shown(where, row, transcript.message(row.id))

    def on_answer_reader(self, reader: AnswerReader) -> Iterator[Finding]:
        for wrong in reader.diary.wrong:
            yield Finding("wrong", wrong)
        for row in self._conversations[reader.conversation]:
            if row.is_reply:
                yield from _on_shown(reader.diary.name, row, reader.messages.get(row.id))

    def _on_message(self, said: Said) -> Iterator[Finding]:
        questions, replies = self._questions[said.client_message_id], self._replies[said.message_id]
        name = f"message {said.message_id} of {said.author}"
        if [row.id for row in questions] != [said.message_id]:
            yield Finding("doubled" if questions else "lost", f"{name} is there {len(questions)} times")
        elif questions[0].text != said.text:
            yield Finding("wrong", f"{name} is not what was said")
        if [row.id for row in replies] != [said.reply_id]:
            yield Finding("doubled" if len(replies) > 1 else "lost", f"{name} has {len(replies)} replies")
        for row in replies:
            yield from _on_reply(row, said)

    def _on_strangers(self) -> Iterator[Finding]:
        known = {said.client_message_id for said in self._ledger.said}
        for client_message_id in self._questions.keys() - known:
            yield Finding("doubled", f"message {client_message_id} is there, and was not acknowledged")

    def _on_marks(self) -> Iterator[Finding]:
        for row in self._rows.messages:
            if row.is_marked:
                yield Finding("stuck", f"message {row.id} ({row.status}) is still marked to be announced")
        for conversation in self._rows.marked_conversations:
            yield Finding("stuck", f"conversation {conversation} is still marked to be announced")


def tally(findings: Sequence[Finding]) -> dict[str, int]:
    counted = Counter(finding.kind for finding in findings)
    return {kind: counted[kind] for kind in get_args(Kind)}


def _on_reply(row: Row, said: Said) -> Iterator[Finding]:
    name = f"reply {row.id} to {said.author} (attempt {row.attempt}, {row.tries} tries)"
    if row.status in UNFINISHED:
        yield Finding("stuck", f"{name} is {row.status}")
    elif row.status != "complete" and not _gave_up(row):
        yield Finding("wrong", f"{name} is {row.status}: {row.error}")
    elif row.status == "complete" and row.text != said.answer:
        yield Finding("wrong", f"{name} has {len(row.text)} characters for {len(said.answer)}")


def _gave_up(row: Row) -> bool:
    return row.status == "failed" and row.tries >= MOST_TRIES and row.error != ""


def _on_order(messages: Sequence[Row]) -> Iterator[Finding]:
    """Each follows the one before it, and is finished after it."""
    for before, after in pairwise(messages):
        if after.parent != before.id:
            yield Finding("disordered", f"message {after.id} does not follow {before.id}")
    replies = [row for row in messages if row.is_reply and row.finished_at is not None]
    for before, after in pairwise(replies):
        if before.finished_at and after.finished_at and after.finished_at < before.finished_at:
            yield Finding("disordered", f"reply {after.id} was finished before {before.id}")


def _on_shown_order(where: str, rows: Sequence[Row], shown: Sequence[str]) -> Iterator[Finding]:
    seqs = {row.id: row.seq for row in rows}
    if shown != [row.id for row in rows]:
        order = " ".join(str(seqs.get(each, "?")) for each in shown)
        yield Finding("disordered", f"{where} shows {order} of 1 to {len(rows)}")


def _on_shown(where: str, row: Row, shown: Message | None) -> Iterator[Finding]:
    if shown is None:
        yield Finding("lost", f"{where} never saw {row.role} message {row.id}")
    elif not is_finished(shown):
        yield Finding("stuck", f"{where} still shows message {row.id} as {shown['status']}")
    elif (shown["text"], shown["status"], shown["error"] or "") != (row.text, row.status, row.error):
        yield Finding("wrong", f"{where} shows message {row.id} otherwise than the database has it")
