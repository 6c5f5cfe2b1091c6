// What was said here and is not yet known to be kept: each is posted in turn, and again where that may help.

import { patiently } from "./waiting.js";

/** `post(item)` posts one; `changed()` is called whenever an item's state is another. */
export class Outbox {
  #items = [];
  #turn = Promise.resolve();
  #post;
  #changed;

  constructor(post, changed) {
    this.#post = post;
    this.#changed = changed;
  }

  /** As messages, to be shown after the others. */
  get messages() {
    return this.#items;
  }

  add(text) {
    const id = crypto.randomUUID();
    this.#queue({ id, client_message_id: id, role: "user", status: "sending", text, error: null });
  }

  retry(id) {
    const item = this.#items.find((each) => each.id === id);
    if (item?.status === "unsent") this.#queue({ ...item, status: "sending", error: null });
  }

  /** Those that turned out to be kept leave. */
  settle(messages) {
    const kept = new Set(messages.map((message) => message.client_message_id));
    this.#items = this.#items.filter((item) => !kept.has(item.id));
  }

  #put(item) {
    const at = this.#items.findIndex((each) => each.id === item.id);
    this.#items = at < 0 ? [...this.#items, item] : this.#items.with(at, item);
    this.#changed();
  }

  #queue(item) {
    this.#put(item);
    this.#turn = this.#turn.then(() => this.#send(item));
  }

  async #send(item) {
    await patiently(() => this.#post(item)).catch((problem) => this.#failed(item, problem));
  }

  #failed(item, problem) {
    this.#put({ ...item, status: "unsent", error: problem.message });
  }
}
