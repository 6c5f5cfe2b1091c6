// The events of this user, kept coming: reconnects by itself, goes on where it was cut, and asks by long poll where
// a proxy holds streams back. For a page of one's own; nothing here touches its elements.
//
//   const stream = new Stream({
//     hear: (event) => show(event.type, event.data),     // each event once, in order; its id is the place after it
//     tell: (state, problem) => say(state, problem),     // "open", "trouble", "hidden", "refused"
//   });
//   stream.open(history.cursor);
//
// After an event of the type `reset` read history, and `open` with its cursor. After "refused" nothing more comes
// until `open` is called again. One stream for all tabs of a browser is in shared.js.

import { Line } from "./line.js";
import { Problem } from "./problem.js";
import { backoff, FOREVER, pause } from "./waiting.js";

/** Times are in milliseconds. `memory` (localStorage, say) tells the next page that streams are held back here. */
const OPTIONS = {
  address: "/api/events",
  headers: {},
  silence: 40_000, // Heartbeats come every 15 s; a connection may die without a word.
  mute: 35_000, // Not one byte past two heartbeats: long poll.
  again: 600_000, // So long after that a stream is tried again.
  hidden: 60_000, // A browser has six connections to a host over all its tabs: one that nobody sees lets go.
  memory: null,
};
const ANEW = "anew"; // Ends a connection for another one at once.

export class Stream {
  #calls;
  #options;
  #line;
  #position = null;
  #running = null;
  #connection = null;
  #wait = null;
  #retry = 1000;
  #heardAt = 0;
  #leaving = null;
  #isLetGo = false;

  /** `hear` gets the place before its event too; `moved(position, before)` is told of places without an event, as
   * heartbeats name them. */
  constructor({ hear, tell, moved = () => {}, ...options }) {
    this.#calls = { hear, tell, moved };
    this.#options = { ...OPTIONS, ...options };
    this.#line = new Line(this.#options, () => this.#connection.abort(ANEW));
  }

  get isRunning() {
    return this.#running !== null;
  }

  /** Everything before it was heard; null as long as no place is known. */
  get position() {
    return this.#position;
  }

  /** For how many milliseconds nothing has come. */
  get silence() {
    return Date.now() - this.#heardAt;
  }

  /** Opens it after the position `after`, or at what comes next where that is null. */
  open(after) {
    this.close();
    this.#position = after;
    this.#isLetGo = false;
    this.#running = new AbortController();
    this.#attend(this.#running.signal);
    this.watched();
    this.#run(this.#running.signal);
  }

  close() {
    this.#running?.abort();
    this.#running = null;
    clearTimeout(this.#leaving);
  }

  /** Somebody looks on, here or in a tab that hears through this one. A minute of nobody lets go. */
  watched() {
    clearTimeout(this.#leaving);
    if (document.hidden) this.#leaving = setTimeout(() => this.#letGo(), this.#options.hidden);
  }

  #attend(signal) {
    addEventListener("online", () => this.#online(signal), { signal });
    addEventListener("offline", () => this.#connection.abort(), { signal });
    addEventListener("pagehide", () => this.#connection.abort(), { signal });
    document.addEventListener("visibilitychange", () => this.#seen(), { signal });
  }

  async #run(signal) {
    for (let failures = 0; !signal.aborted; ) {
      const connection = (this.#connection = new AbortController());
      const failure = await this.#connected(AbortSignal.any([signal, connection.signal]));
      if (signal.aborted) return;
      if (failure && !failure.isPassing) return this.#refused(failure);
      failures = failure ? failures + 1 : 0;
      if (connection.signal.reason !== ANEW) await this.#rest(failures, failure?.retryAfter ?? 0, signal);
    }
  }

  /** Reads until the connection ends; the problem, where nothing came of it. */
  async #connected(signal) {
    let wasHeard = false;
    try {
      for await (const piece of this.#line.pieces(this.#position, signal)) {
        wasHeard = true;
        this.#take(piece, signal);
      }
      return null;
    } catch (error) {
      if (error instanceof Problem) return error;
      return wasHeard ? null : new Problem("The stream could not be opened.");
    }
  }

  #take({ events, position, retry }, signal) {
    this.#heardAt = Date.now();
    this.#retry = retry ?? this.#retry;
    this.#calls.tell("open");
    for (const event of events) {
      if (signal.aborted) return;
      this.#move(event.id, (before) => this.#calls.hear({ ...event, id: this.#position }, before));
    }
    if (!signal.aborted) this.#move(position, (before) => this.#calls.moved(this.#position, before));
  }

  /** The place moves first, and an error of the page's is the page's: no event comes twice for it. */
  #move(position, call) {
    const before = this.#position;
    this.#position = position || before;
    try {
      call(before);
    } catch (error) {
      reportError(error);
    }
  }

  async #rest(failures, retryAfter, signal) {
    const asked = retryAfter * (1000 + Math.random() * 250);
    do {
      this.#wait = new AbortController();
      this.#calls.tell(this.#isLetGo ? "hidden" : "trouble");
      const wait = this.#isLetGo ? FOREVER : Math.max(this.#delay(failures), asked);
      await pause(wait, AbortSignal.any([signal, this.#wait.signal]));
    } while (this.#isLetGo && !signal.aborted);
  }

  /** After a stream that ended: within what the server asked for, so that not all come back at once. */
  #delay(failures) {
    return failures === 0 ? Math.random() * this.#retry : backoff(failures);
  }

  #refused(problem) {
    this.close();
    this.#calls.tell("refused", problem);
  }

  #seen() {
    this.watched();
    if (document.hidden) return;
    this.#isLetGo = false;
    this.#hurry();
  }

  #online(signal) {
    this.#hurry();
    this.#line.tryStream(this.#position, signal);
  }

  #letGo() {
    this.#isLetGo = true;
    this.#connection.abort();
  }

  /** The reader or the network is back: no more waiting, and a connection that slept is not trusted. */
  #hurry() {
    this.#wait?.abort();
    if (this.silence > this.#options.silence / 2) this.#connection.abort(ANEW);
  }
}
