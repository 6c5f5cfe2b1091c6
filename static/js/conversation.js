// One conversation: what is heard and what is said meet here, and become what is seen.

import { cancelReply, decideCall, postMessage, readHistory, regenerateReply, startConversation } from "./api.js";
import { Outbox } from "./outbox.js";
import { scrollToEnd, Timeline } from "./timeline.js";
import { Transcript } from "./transcript.js";
import { backoff, patiently, pause } from "./waiting.js";

const AGAIN = 5000;
const APART = 1000; // Two processes may disagree for a moment about which log is today's, and reset in turn.

/** `begun(conversation, owner)` is called when a first message made one; `tell(state, problem)` is told of "trouble" with
 * reading history, and "refused" when no further try would change that. */
export class Conversation {
  #transcript;
  #timeline;
  #outbox;
  #stream;
  #begun;
  #tell;
  #clientId = crypto.randomUUID();
  #regenerations = new Map(); // By the reply that each is to replace: the name of the call.
  #rereading = null;
  #rereadAt = 0;

  constructor(list, { id, history, stream, begun, tell }) {
    this.#stream = stream;
    this.#begun = begun;
    this.#tell = tell;
    this.#timeline = new Timeline(list, history.items);
    this.#outbox = new Outbox((item) => this.#post(item), () => this.#show());
    this.#follow(id);
    this.#transcript.read(history);
  }

  get id() {
    return this.#transcript.conversationId;
  }

  hear({ type, data }) {
    const does = this.#transcript.hear(type, data);
    if (does === "nothing") this.#show();
    if (does === "reread" && this.id) this.reread();
    return does;
  }

  say(text) {
    this.#outbox.add(text);
    scrollToEnd();
  }

  retry(id) {
    this.#outbox.retry(id);
  }

  /** Rejects with the Problem where it was not. Both may be repeated: what was asked for once is done once. */
  async stop(reply) {
    this.#take((await patiently(() => cancelReply(reply))).reply);
  }

  /** `decision` is "approve" or "decline"; of what the reply waits for. */
  async decide(reply, ordinal, decision) {
    this.#take((await patiently(() => decideCall(reply, ordinal, decision))).reply);
  }

  async regenerate(reply) {
    const clientId = this.#regenerations.get(reply) ?? crypto.randomUUID();
    this.#regenerations.set(reply, clientId);
    const made = await patiently(() => regenerateReply(reply, clientId));
    this.#take(made.reply);
    this.#hearAfter(made.cursor);
  }

  /** Reads history until that gives a cursor, and goes on from it; the text is replaced by what it says. */
  reread() {
    this.#rereading ??= this.#reread().finally(() => {
      this.#rereading = null;
      this.#rereadAt = Date.now();
    });
    return this.#rereading;
  }

  /** Whether there is still more before it. */
  async readEarlier() {
    const history = await readHistory(this.id, this.#transcript.messages[0].id);
    this.#transcript.readEarlier(history);
    this.#show();
    return history.has_more;
  }

  async #reread() {
    this.#stream.close();
    const early = this.#rereadAt + APART - Date.now();
    if (early > 0) await pause(early);
    for (let failures = 0; ; ) {
      try {
        const history = await readHistory(this.id);
        this.#transcript.read(history);
        this.#show();
        if (history.cursor !== null) return this.#stream.open(history.cursor);
        failures = 0;
      } catch (problem) {
        if (!problem.isPassing) return this.#tell("refused", problem);
        this.#tell("trouble");
        failures += 1;
      }
      await pause(failures ? backoff(failures) : AGAIN);
    }
  }

  async #post({ client_message_id, text }) {
    if (!this.id) await this.#start();
    const { message, reply, cursor } = await postMessage(this.id, { client_message_id, text });
    this.#take(message, reply);
    this.#hearAfter(cursor);
  }

  #take(...messages) {
    for (const message of messages) this.#transcript.take(message);
    this.#show();
  }

  #hearAfter(cursor) {
    if (this.#stream.isRunning || this.#rereading) return;
    if (cursor === null) this.reread();
    else this.#stream.open(cursor);
  }

  async #start() {
    const { conversation, owner } = await startConversation(this.#clientId);
    this.#follow(conversation.id);
    this.#begun(conversation, owner);
  }

  #follow(id) {
    this.#transcript = new Transcript(id);
  }

  #show() {
    const { messages } = this.#transcript;
    this.#outbox.settle(messages);
    this.#timeline.show([...messages, ...this.#outbox.messages]);
  }
}
