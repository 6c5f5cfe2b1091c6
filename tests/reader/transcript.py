"""The client rules: what a reader makes of the events of one conversation, and when it reads history again.

`static/js/transcript.js` holds the same rules for the page; `tests/client_rules.json` is the table of cases
that both run.
"""

from typing import Any, Literal

Message = dict[str, Any]
Does = Literal["nothing", "ignore", "reread"]

UNFINISHED = ("queued", "streaming", "waiting")
TEXT = ("text", "html", "open", "next_index")
RANK = {"waiting": 0, "approved": 1, "running": 2}
ENDED = 3
CARRIES_CALL = ("tool.started", "tool.finished")
CARRIES_MESSAGE = ("message.created", "message.updated", "reply.started", "reply.finished")


class Transcript:
    """The messages of one conversation's active branch, as told by history and by events.

    `reread` means: read history, give it to `read`, and go on from its cursor.
    """

    def __init__(self, conversation_id: str) -> None:
        self.conversation_id = conversation_id
        self.conversation: dict[str, Any] = {"rev": 0}
        self._messages: dict[str, Message] = {}
        self._order: list[str] = []
        self._reread_at: dict[str, int] = {}

    @property
    def messages(self) -> list[Message]:
        return [self._messages[each] for each in self._order]

    def message(self, message_id: str) -> Message | None:
        return self._messages.get(message_id)

    def read(self, history: dict[str, Any]) -> None:
        items = history["items"]
        ids = [item["id"] for item in items]
        before = self._order.index(ids[0]) if ids and ids[0] in self._order else 0
        self._order = self._order[:before] + ids
        for item in items:
            self._messages[item["id"]] = _reread(self._messages.get(item["id"]), item)

    def hear(self, kind: str, data: dict[str, Any]) -> Does:
        if kind == "reset":
            return self._reset()
        if data.get("conversation_id") != self.conversation_id:
            return "ignore"
        return self._hear_of_this(kind, data)

    def _hear_of_this(self, kind: str, data: dict[str, Any]) -> Does:
        if kind in CARRIES_MESSAGE:
            return self.take(data["message"])
        if kind == "reply.delta":
            return self._delta(data)
        if kind in CARRIES_CALL:
            return self._call(data)
        return self._conversation(data["conversation"]) if kind == "conversation.updated" else "ignore"

    def take(self, message: Message) -> Does:
        """A whole message, out of an event or out of an answer to a POST."""
        held = self._messages.get(message["id"])
        if message["text"] is None:
            return self._take_without_text(held, message)
        taken = _merged(held, message) if held else message
        if taken is held:
            return "ignore"
        self._put(taken)
        return "nothing"

    def _take_without_text(self, held: Message | None, message: Message) -> Does:
        if held and held["rev"] >= message["rev"]:
            return "ignore"
        self._put({**message, **(_text(held) if held else {"text": "", "html": ""})})
        return "reread"

    def _put(self, message: Message) -> None:
        known = message["id"] in self._messages
        self._messages[message["id"]] = message
        if not known:
            self._order = self._placed(message)

    def _placed(self, message: Message) -> list[str]:
        """After its parent, with what follows it; of two siblings the later one is shown.

        News comes in any order: what is told of before its parent stands at the end until the two are linked.
        """
        new, parent = message["id"], message["parent_id"]
        run = [new, *self._following(new)]
        order = [each for each in self._order if each not in run]
        if parent is not None and parent not in order:
            place = self._order.index(run[1]) if len(run) > 1 else len(order)
            return [*order[:place], *run, *order[place:]]
        place = order.index(parent) + 1 if parent else 0
        rival = next((each for each in order[place : place + 1] if self._parent(each) == parent), None)
        if rival is None:
            return [*order[:place], *run, *order[place:]]
        siblings = message["sibling_ids"]
        return [*order[:place], *run] if rival in siblings[: siblings.index(new)] else self._order

    def _following(self, message_id: str) -> list[str]:
        """What is shown of the branch that goes on from there."""
        branch = [message_id]
        for each in self._order:
            if self._parent(each) == branch[-1]:
                branch.append(each)
        return branch[1:]

    def _parent(self, message_id: str) -> str | None:
        parent: str | None = self._messages[message_id]["parent_id"]
        return parent

    def _delta(self, delta: dict[str, Any]) -> Does:
        held = self._messages.get(delta["message_id"])
        if held is None:
            return self._gap(delta)
        if _is_old(held, delta):
            return "ignore"
        begun = held if delta["attempt"] == held["attempt"] else _restarted(held, delta["attempt"])
        if delta["index"] > begun["next_index"]:
            return self._gap(delta)
        self._messages[held["id"]] = _extended(begun, delta)
        return "nothing"

    def _call(self, data: dict[str, Any]) -> Does:
        """What history does not know of a call yet, or knew before this event of long ago, does no harm."""
        held = self._messages.get(data["message_id"])
        if held is None or is_finished(held) or data["attempt"] < held["attempt"]:
            return "ignore"
        place = ("conversation_id", "message_id", "attempt")
        known = held.get("tools", [])
        tools = _with_calls(known, [{name: data[name] for name in data if name not in place}])
        if tools is known:
            return "ignore"
        self._messages[held["id"]] = {**held, "tools": tools}
        return "nothing"

    def _gap(self, delta: dict[str, Any]) -> Does:
        """History is read again once an attempt; a second gap waits for `reply.finished`."""
        if self._reread_at.get(delta["message_id"], -1) >= delta["attempt"]:
            return "ignore"
        self._reread_at[delta["message_id"]] = delta["attempt"]
        return "reread"

    def _reset(self) -> Does:
        unfinished = [m for m in self._messages.values() if not is_finished(m)]
        self._reread_at.update({m["id"]: m["attempt"] for m in unfinished})
        return "reread"

    def _conversation(self, conversation: dict[str, Any]) -> Does:
        if conversation["rev"] < self.conversation["rev"]:
            return "ignore"
        self.conversation = conversation
        return "nothing"


def is_finished(message: Message) -> bool:
    return message["status"] not in UNFINISHED


def _merged(held: Message, incoming: Message) -> Message:
    """The state of the higher `rev`; in an unfinished attempt, with the text of the higher `next_index`."""
    if incoming["attempt"] < held["attempt"]:
        return held
    older, latest = (incoming, held) if incoming["rev"] < held["rev"] else (held, incoming)
    newer = _with_calls_of(older, latest)
    if not _same_unfinished_attempt(older, newer) or older["next_index"] <= newer["next_index"]:
        return newer
    return {**newer, **_text(older)}


def _reread(held: Message | None, item: Message) -> Message:
    if held is None:
        return item
    if item["rev"] >= held["rev"]:
        return _with_calls_of(held, item)
    return {**held, **_text(item)} if _same_unfinished_attempt(held, item) else held


def _with_calls_of(other: Message, message: Message) -> Message:
    """The same object where the other one knows nothing newer of its calls."""
    known = message.get("tools", [])
    tools = known if is_finished(message) else _with_calls(known, other.get("tools", []))
    return message if tools is known else {**message, "tools": tools}


def _with_calls(calls: list[Message], others: list[Message]) -> list[Message]:
    """The same list where they tell nothing new: a call goes through its states in one direction alone."""
    held = {call["ordinal"]: call for call in calls}
    newer = [call for call in others if _rank(call) > _rank(held.get(call["ordinal"]))]
    known = {**held, **{call["ordinal"]: call for call in newer}}
    return [known[ordinal] for ordinal in sorted(known)] if newer else calls


def _rank(call: Message | None) -> int:
    return -1 if call is None else RANK.get(call["state"], ENDED)


def _same_unfinished_attempt(one: Message, other: Message) -> bool:
    return one["attempt"] == other["attempt"] and not is_finished(one) and not is_finished(other)


def _is_old(held: Message, delta: dict[str, Any]) -> bool:
    if is_finished(held) or delta["attempt"] < held["attempt"]:
        return True
    return bool(delta["attempt"] == held["attempt"] and delta["index"] < held["next_index"])


def _restarted(held: Message, attempt: int) -> Message:
    return {
        **held, "status": "streaming", "attempt": attempt, "text": "", "html": "", "open": 0, "next_index": 0,
    }  # fmt: skip


def _extended(held: Message, delta: dict[str, Any]) -> Message:
    open_before = held["open"] + len(delta["text"].encode("utf-16-le")) // 2
    return {
        **held,
        "text": held["text"] + delta["text"],
        "html": held["html"] + delta.get("html", ""),
        "open": delta.get("open", open_before),
        "next_index": delta["index"] + 1,
    }


def _text(message: Message) -> Message:
    return {name: message[name] for name in TEXT}
