// How events come: as a stream; or by long poll, where something on the way holds streams back.
// One connection at a time, watched for silence. What reconnects is stream.js.

import { polled } from "./polled.js";
import { streamed } from "./streamed.js";
import { Watchdog } from "./watchdog.js";

const POLLS_UNTIL = "chatbot-polls-until";
const HELD_BACK =
  "Not one byte of the stream of events came through: something between here and the server seems to hold it back. " +
  "Events are asked for by long poll from now on, and the stream is tried again in some minutes.";

/** `options` are those of Stream; `restored()` is called when a stream comes through again. */
export class Line {
  #options;
  #restored;
  #pollsUntil;

  constructor(options, restored) {
    this.#options = options;
    this.#restored = restored;
    this.#pollsUntil = Number(options.memory?.getItem(POLLS_UNTIL) ?? 0);
  }

  /** Yields `{events, position, retry}` until the connection ends. Throws a Problem for an answer that is none,
   * and any other error for a connection that was cut, by `signal` or for its silence. */
  async *pieces(after, signal) {
    const isMute = !this.#polls && (yield* this.#streamed(after, signal));
    if (isMute || this.#polls) yield* this.#polled(after, signal);
  }

  /** Looks whether a stream comes through, while the polls go on. */
  async tryStream(after, signal) {
    if (!this.#polls) return;
    this.#poll();
    const trial = new AbortController();
    const isOver = AbortSignal.any([signal, trial.signal, AbortSignal.timeout(this.#options.mute)]);
    const pieces = streamed(this.#options.address, after, { ...this.#options, signal: isOver });
    const { done } = await pieces.next().catch(() => ({ done: true }));
    trial.abort();
    if (!done) this.#stream();
  }

  get #polls() {
    return this.#pollsUntil > 0;
  }

  /** Returns whether it was silent from its first moment. */
  async *#streamed(after, signal) {
    const { silence, mute } = this.#options;
    let wasHeard = false;
    const silent = new AbortController();
    const watchdog = new Watchdog(mute, () => silent.abort());
    try {
      for await (const piece of this.#read(streamed, after, [signal, silent.signal])) {
        wasHeard = true;
        watchdog.feed(silence);
        yield piece;
      }
    } catch (error) {
      if (wasHeard || signal.aborted || !silent.signal.aborted) throw error;
      return true;
    } finally {
      watchdog.stop();
    }
    return false;
  }

  async *#polled(after, signal) {
    const silent = new AbortController();
    const watchdog = new Watchdog(this.#options.silence, () => silent.abort());
    try {
      for await (const piece of this.#read(polled, after, [signal, silent.signal])) {
        watchdog.feed();
        if (!this.#polls) this.#giveUp();
        yield piece;
        if (Date.now() > this.#pollsUntil) this.tryStream(piece.position, signal);
      }
    } finally {
      watchdog.stop();
    }
  }

  #read(source, after, signals) {
    const { address, headers } = this.#options;
    return source(address, after, { headers, signal: AbortSignal.any(signals) });
  }

  /** Only once a poll did better than the stream: a server that is away is silent too. */
  #giveUp() {
    console.warn(HELD_BACK);
    this.#poll();
  }

  #poll() {
    this.#pollsUntil = Date.now() + this.#options.again;
    this.#options.memory?.setItem(POLLS_UNTIL, this.#pollsUntil);
  }

  #stream() {
    this.#pollsUntil = 0;
    this.#options.memory?.removeItem(POLLS_UNTIL);
    this.#restored();
  }
}
