// The client rules: what the page makes of the events of one conversation, and when it reads history again.
// No DOM. tests/client_rules.json is the table of cases, which the tests' Python reader runs too.

import { withCall, withCalls } from "./calls.js";

const UNFINISHED = ["queued", "streaming", "waiting"];
const CARRY_MESSAGE = ["message.created", "message.updated", "reply.started", "reply.finished"];
const CARRY_CALL = ["tool.started", "tool.finished"];

/** `hear` and `take` answer "nothing", "ignore" or "reread": read history, give it to `read`, go on from its
 * cursor. A message that changed is another object than before. */
export class Transcript {
  #messages = new Map();
  #order = [];
  #rereadAt = new Map();

  constructor(conversationId) {
    this.conversationId = conversationId;
    this.conversation = { rev: 0 };
  }

  get messages() {
    return this.#order.map((id) => this.#messages.get(id));
  }

  read(history) {
    const ids = history.items.map((item) => item.id);
    const before = Math.max(this.#order.indexOf(ids[0]), 0);
    this.#order = [...this.#order.slice(0, before), ...ids];
    for (const item of history.items) this.#messages.set(item.id, reread(this.#messages.get(item.id), item));
  }

  readEarlier(history) {
    const earlier = history.items.filter((item) => !this.#messages.has(item.id));
    for (const item of earlier) this.#messages.set(item.id, item);
    this.#order = [...earlier.map((item) => item.id), ...this.#order];
  }

  hear(type, data) {
    if (type === "reset") return this.#reset();
    if (data.conversation_id !== this.conversationId) return "ignore";
    if (CARRY_MESSAGE.includes(type)) return this.take(data.message);
    if (type === "reply.delta") return this.#delta(data);
    if (CARRY_CALL.includes(type)) return this.#call(data);
    return type === "conversation.updated" ? this.#conversation(data.conversation) : "ignore";
  }

  /** A whole message, out of an event or out of the answer to a POST. */
  take(message) {
    const held = this.#messages.get(message.id);
    if (message.text === null) return this.#takeWithoutText(held, message);
    const taken = held ? merged(held, message) : message;
    if (taken === held) return "ignore";
    this.#put(taken);
    return "nothing";
  }

  #takeWithoutText(held, message) {
    if (held && held.rev >= message.rev) return "ignore";
    this.#put({ ...message, ...(held ? text(held) : { text: "", html: "" }) });
    return "reread";
  }

  #put(message) {
    const isKnown = this.#messages.has(message.id);
    this.#messages.set(message.id, message);
    if (!isKnown) this.#order = this.#placed(message);
  }

  /** After its parent, with what follows it; of two siblings the later one is shown. News comes in any order:
   * what is told of before its parent stands at the end until the two are linked. */
  #placed({ id, parent_id: parent, sibling_ids: siblings }) {
    const run = [id, ...this.#following(id)];
    const order = this.#order.filter((other) => !run.includes(other));
    if (parent !== null && !order.includes(parent)) {
      const place = run.length > 1 ? this.#order.indexOf(run[1]) : order.length;
      return order.toSpliced(place, 0, ...run);
    }
    const place = parent === null ? 0 : order.indexOf(parent) + 1;
    const isRival = place < order.length && this.#messages.get(order[place]).parent_id === parent;
    if (!isRival) return order.toSpliced(place, 0, ...run);
    const earlier = siblings.slice(0, siblings.indexOf(id));
    return earlier.includes(order[place]) ? [...order.slice(0, place), ...run] : this.#order;
  }

  /** What is shown of the branch that goes on from there. */
  #following(id) {
    const branch = [id];
    for (const other of this.#order) {
      if (this.#messages.get(other).parent_id === branch.at(-1)) branch.push(other);
    }
    return branch.slice(1);
  }

  #delta(delta) {
    const held = this.#messages.get(delta.message_id);
    if (!held) return this.#gap(delta);
    if (isOld(held, delta)) return "ignore";
    const begun = delta.attempt === held.attempt ? held : restarted(held, delta.attempt);
    if (delta.index > begun.next_index) return this.#gap(delta);
    this.#messages.set(held.id, extended(begun, delta));
    return "nothing";
  }

  /** What history does not know of a call yet, or knew before this event of long ago, does no harm. */
  #call({ conversation_id: _, message_id: id, attempt, ...call }) {
    const held = this.#messages.get(id);
    if (!held || isFinished(held) || attempt < held.attempt) return "ignore";
    const known = held.tools ?? [];
    const tools = withCall(known, call);
    if (tools === known) return "ignore";
    this.#messages.set(held.id, { ...held, tools });
    return "nothing";
  }

  /** History is read again once an attempt; a second gap waits for reply.finished. */
  #gap({ message_id: id, attempt }) {
    if ((this.#rereadAt.get(id) ?? -1) >= attempt) return "ignore";
    this.#rereadAt.set(id, attempt);
    return "reread";
  }

  #reset() {
    const unfinished = [...this.#messages.values()].filter((message) => !isFinished(message));
    for (const { id, attempt } of unfinished) this.#rereadAt.set(id, attempt);
    return "reread";
  }

  #conversation(conversation) {
    if (conversation.rev < this.conversation.rev) return "ignore";
    this.conversation = conversation;
    return "nothing";
  }
}

export function isFinished(message) {
  return !UNFINISHED.includes(message.status);
}

/** The state of the higher `rev`; in an unfinished attempt, with the text of the higher `next_index`. */
function merged(held, incoming) {
  if (incoming.attempt < held.attempt) return held;
  const [older, latest] = incoming.rev < held.rev ? [incoming, held] : [held, incoming];
  const newer = withCallsOf(older, latest);
  if (!areOneUnfinishedAttempt(older, newer) || older.next_index <= newer.next_index) return newer;
  return { ...newer, ...text(older) };
}

function reread(held, item) {
  if (!held) return item;
  if (item.rev >= held.rev) return withCallsOf(held, item);
  return areOneUnfinishedAttempt(held, item) ? { ...held, ...text(item) } : held;
}

/** The same object where the other one knows nothing newer of its calls. */
function withCallsOf(other, message) {
  const known = message.tools ?? [];
  const tools = isFinished(message) ? known : withCalls(known, other.tools ?? []);
  return tools === known ? message : { ...message, tools };
}

function areOneUnfinishedAttempt(one, other) {
  return one.attempt === other.attempt && !isFinished(one) && !isFinished(other);
}

function isOld(held, delta) {
  if (isFinished(held) || delta.attempt < held.attempt) return true;
  return delta.attempt === held.attempt && delta.index < held.next_index;
}

function restarted(held, attempt) {
  return { ...held, status: "streaming", attempt, text: "", html: "", open: 0, next_index: 0 };
}

function extended(held, delta) {
  return {
    ...held,
    text: held.text + delta.text,
    html: held.html + (delta.html ?? ""),
    open: delta.open ?? held.open + delta.text.length,
    next_index: delta.index + 1,
  };
}

function text({ text, html, open, next_index }) {
  return { text, html, open, next_index };
}
