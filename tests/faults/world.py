"""Conversations, and workers that come, sleep, die and are told of work at random: one step at a time."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from django.db.models import F
from django.db.models.functions import Now

from conversations.answers.heartbeats import beat
from conversations.answers.replies import MOST_TRIES, Claim, claim, finish, hand_over, stranded
from conversations.asking.cancelling import cancel_reply
from conversations.asking.posting import post_message
from conversations.models import Conversation, Message, User
from tests.conversations.replying import said, snapshot

LONG = timedelta(seconds=11)


@dataclass
class Worker:
    """What it believes to have."""

    claims: list[Claim] = field(default_factory=list)


@dataclass
class Life:
    """Of a reply, as it was last seen."""

    attempt: int = 0
    end: tuple[str, str] | None = None


class World:
    """Each method is one step, which real processes would do in one transaction; `check` after each.

    `rings` are doorbells on their way: they may be heard in any order, again, or never.
    """

    def __init__(self, *, conversations: int = 2, workers: int = 3) -> None:
        owner = User.objects.create_user(uuid4().hex)
        self.conversations = [
            Conversation.objects.create(owner=owner, bot="script") for _ in range(conversations)
        ]
        self.workers = [Worker() for _ in range(workers)]
        self.rings: list[UUID] = []
        self._owner = owner
        self._lives: dict[UUID, Life] = {}
        self._claimed: dict[UUID, list[int]] = {each.pk: [] for each in self.conversations}

    @property
    def replies(self) -> list[Message]:
        replies = Message.objects.filter(conversation__in=self.conversations, role=Message.Role.ASSISTANT)
        return list(replies.order_by("pk"))

    def post(self, conversation: Conversation) -> None:
        post_message(self._owner, conversation.pk, text="Hello", client_message_id=uuid4())
        self.rings.append(conversation.pk)

    def hear(self, worker: Worker, conversation: UUID) -> None:
        found = claim(conversation)
        if found is not None:
            self._claimed[conversation].append(found.reply.seq)
            worker.claims.append(found)

    def sweep(self, worker: Worker) -> None:
        """Three seconds after everything else."""
        here = Message.objects.filter(conversation__in=self.conversations)
        here.update(created_at=F("created_at") - timedelta(seconds=3))
        here.filter(status=Message.Status.QUEUED).update(
            heartbeat_at=F("heartbeat_at") - timedelta(seconds=3)
        )
        found = {*stranded(500)}
        for conversation in self.conversations:
            if conversation.pk in found:
                self.hear(worker, conversation.pk)

    def finish(self, worker: Worker, held: Claim) -> None:
        worker.claims.remove(held)
        is_mine, ended = self._is_mine(held), finish(held, said(f"attempt {held.attempt}"))
        assert (ended is not None) == is_mine, "only the present attempt may end a reply"

    def hand_over(self, worker: Worker, held: Claim) -> None:
        worker.claims.remove(held)
        is_mine, given = self._is_mine(held), hand_over(held)
        assert given == is_mine, "only the present attempt may be given back"

    def beat(self, worker: Worker) -> None:
        pulses = beat([snapshot(held) for held in worker.claims])
        mine = {held.id for held in worker.claims if self._is_mine(held)}
        assert {*pulses} == mine, "only the present attempts are kept alive"
        worker.claims = [held for held in worker.claims if held.id in pulses]

    def sleep(self, worker: Worker) -> None:
        """For longer than its lease, and it knows nothing of it."""
        for held in worker.claims:
            mine = Message.objects.filter(pk=held.id, attempt=held.attempt)
            mine.update(heartbeat_at=Now() - LONG)

    def die(self, worker: Worker) -> None:
        self.sleep(worker)
        worker.claims = []

    def cancel(self, reply: Message) -> None:
        cancel_reply(self._owner, reply.pk)

    def end(self) -> None:
        """Everybody dies, and one worker remains that finishes all it gets."""
        for worker in self.workers:
            self.die(worker)
        last = self.workers[0]
        for _ in range(len(self.replies) + 1):
            self.sweep(last)
            self.check()
            for held in [*last.claims]:
                self.finish(last, held)
        assert all(reply.is_finished for reply in self.replies), "something was left behind"

    def check(self) -> None:
        replies = self.replies
        for reply in replies:
            self._check_life(reply, self._lives.setdefault(reply.pk, Life()))
        speaking = [reply.conversation_id for reply in replies if reply.status == Message.Status.STREAMING]
        assert len(speaking) == len(set(speaking)), "two answers at once in one conversation"
        for seqs in self._claimed.values():
            assert seqs == sorted(seqs), "a later question was begun before an earlier one had ended"

    def _check_life(self, reply: Message, before: Life) -> None:
        assert reply.attempt >= before.attempt, "an attempt fell"
        assert 0 <= reply.tries <= MOST_TRIES
        end = (reply.status, reply.text) if reply.is_finished else None
        assert before.end in (None, end), "a finished reply changed"
        assert reply.status != Message.Status.FAILED or reply.error, "it failed without a reason"
        before.attempt, before.end = reply.attempt, end

    def _is_mine(self, held: Claim) -> bool:
        mine = Message.objects.filter(pk=held.id, attempt=held.attempt, status=Message.Status.STREAMING)
        return mine.exists()
