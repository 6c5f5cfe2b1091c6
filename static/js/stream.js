// The stream of this user's events, kept open: it comes back by itself and goes on where it was cut.

import { Problem, problemOf } from "./api.js";
import { Parser } from "./sse.js";
import { backoff, pause } from "./waiting.js";
import { Watchdog } from "./watchdog.js";

const SILENCE = 40_000; // Heartbeats come every 15 s; a connection may die without a word.
const HIDDEN = 60_000; // A browser has six connections to a host over all its tabs: a hidden one lets go.

/** `hear(event)` gets each event, with `data` parsed. `tell(state, problem)` is told "open", "trouble",
 * "hidden", and "refused", after which nothing more comes until `open` is called again. */
export class Stream {
  #hear;
  #tell;
  #position = null;
  #running = null;
  #connection = null;
  #wait = null;
  #retry = 1000;
  #heardAt = 0;
  #hiding = null;

  constructor(hear, tell) {
    this.#hear = hear;
    this.#tell = tell;
    addEventListener("online", () => this.#hurry());
    addEventListener("offline", () => this.#connection?.abort());
    addEventListener("pagehide", () => this.#connection?.abort());
    document.addEventListener("visibilitychange", () => this.#seen(!document.hidden));
  }

  get isRunning() {
    return this.#running !== null;
  }

  /** Opens it after the position `after`, or at what comes next where that is null. */
  open(after) {
    this.close();
    this.#position = after;
    this.#running = new AbortController();
    this.#run(this.#running.signal);
  }

  close() {
    this.#running?.abort();
    this.#running = null;
  }

  async #run(signal) {
    let failures = 0;
    while (!signal.aborted) {
      const failure = await this.#connected(signal);
      if (signal.aborted) return;
      if (failure && !failure.isPassing) return this.#refused(failure);
      failures = failure ? failures + 1 : 0;
      await this.#rest(failures, failure?.retryAfter ?? 0, signal);
    }
  }

  /** Reads until the connection ends; the problem, where none of it was a stream. */
  async #connected(signal) {
    const connection = new AbortController();
    const watchdog = new Watchdog(SILENCE, () => connection.abort());
    const before = this.#heardAt;
    this.#connection = connection;
    try {
      return await this.#read(AbortSignal.any([signal, connection.signal]), watchdog);
    } catch {
      return this.#heardAt > before ? null : new Problem("The stream could not be opened.");
    } finally {
      watchdog.stop();
    }
  }

  async #read(signal, watchdog) {
    const after = this.#position === null ? "" : `?after=${encodeURIComponent(this.#position)}`;
    const response = await fetch(`/api/events${after}`, {
      headers: { Accept: "text/event-stream" },
      credentials: "same-origin",
      cache: "no-store",
      signal,
    });
    if (response.status !== 200) return problemOf(response);
    await this.#follow(response.body.pipeThrough(new TextDecoderStream()).getReader(), signal, watchdog);
    return null;
  }

  async #follow(reader, signal, watchdog) {
    const parser = new Parser();
    for (;;) {
      const { value, done } = await reader.read();
      if (done || signal.aborted) return;
      watchdog.feed();
      this.#heardAt = performance.now();
      this.#tell("open");
      for (const event of parser.feed(value)) {
        this.#position = event.id || this.#position;
        this.#hear({ ...event, data: JSON.parse(event.data) });
        if (signal.aborted) return;
      }
      this.#position = parser.lastEventId || this.#position;
      this.#retry = parser.retry ?? this.#retry;
    }
  }

  async #rest(failures, retryAfter, signal) {
    this.#wait = new AbortController();
    const either = AbortSignal.any([signal, this.#wait.signal]);
    if (document.hidden && this.#hiding === "over") {
      this.#tell("hidden");
      await pause(24 * 3600 * 1000, either);
    } else {
      this.#tell("trouble");
      await pause(Math.max(this.#delay(failures), retryAfter * 1000), either);
    }
    this.#wait = null;
  }

  /** After a stream that ended: within what the server asked for, so that not all come back at once. */
  #delay(failures) {
    return failures === 0 ? Math.random() * this.#retry : backoff(failures);
  }

  #refused(problem) {
    this.#running = null;
    this.#tell("refused", problem);
  }

  #seen(isVisible) {
    clearTimeout(this.#hiding);
    this.#hiding = isVisible ? null : setTimeout(() => this.#hide(), HIDDEN);
    if (isVisible) this.#hurry();
  }

  #hide() {
    this.#hiding = "over";
    this.#connection?.abort();
  }

  /** The reader or the network is back: no more waiting, and a connection that slept is not trusted. */
  #hurry() {
    this.#wait?.abort();
    if (performance.now() - this.#heardAt > SILENCE / 2) this.#connection?.abort();
  }
}
