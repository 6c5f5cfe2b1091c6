// One stream for all tabs of a user in this browser. It is used like the one of stream.js:
//
//   const stream = new SharedStream({ name: `events-of-${user}`, hear, tell });
//   stream.open(history.cursor);
//
// One tab leads: it holds the stream, and passes each event on together with the places before and after it. So
// every tab knows by itself whether an event is the next one, is one that it has, or leaves a gap; it does not
// matter who leads. A tab that is behind asks, and the leader goes back to where that tab is: what others have
// heard by then they pass over.

import { compare } from "./position.js";
import { Stream } from "./stream.js";
import { Tabs } from "./tabs.js";

const OPTIONS = {
  silence: 40_000, // As in stream.js; times are in milliseconds.
  asks: 5000, // Between two questions to the leader.
  answers: 600, // A leader that took longer is suspended, or gone.
};

export class SharedStream {
  /** Who shares it: all tabs where it is the same. Empty: this tab alone. */
  name;

  #calls;
  #options;
  #tabs = null;
  #stream = null;
  #state = { name: "trouble" };
  #position = null;
  #isOpen = false;
  #attending = null;
  #question = null;
  #askedFrom = null;

  /** More options are those of Stream. */
  constructor({ name = "", hear, tell, ...options }) {
    this.name = name;
    this.#calls = { hear, tell };
    this.#options = { ...OPTIONS, ...options };
    addEventListener("pageshow", ({ persisted }) => persisted && this.#isOpen && this.open(this.#position));
  }

  get isRunning() {
    return this.#isOpen;
  }

  /** Hears what follows the position `after`, or what comes next where that is null. */
  open(after) {
    this.#isOpen = true;
    this.#position = after;
    if (!this.#tabs) this.#join();
    if (this.#stream) this.#goBack(after);
    else this.#ask(after);
  }

  /** Hears no more; other tabs do, through this one too. */
  close() {
    this.#isOpen = false;
  }

  /** Hears no more, and has no part in it: where this tab led, another one does. */
  leave() {
    this.#isOpen = false;
    if (this.#tabs) this.#leave();
  }

  #join() {
    const lead = () => this.#lead();
    this.#tabs = new Tabs(this.name, { lead, follow: () => this.#follow(), hear: (message) => this.#heard(message) });
    this.#attend();
    this.#tabs.join();
  }

  #leave() {
    this.#attending.abort();
    this.#stream?.close();
    this.#stream = null;
    this.#tabs.leave();
    this.#tabs = null;
  }

  #attend() {
    this.#attending = new AbortController();
    const { signal } = this.#attending;
    const asking = setInterval(() => this.#ask(), this.#options.asks);
    signal.addEventListener("abort", () => (clearInterval(asking), this.#answered()));
    document.addEventListener("visibilitychange", () => document.hidden || this.#ask(), { signal });
    addEventListener("pagehide", () => this.#leave(), { signal });
  }

  // As the one who leads.

  #lead() {
    this.#answered();
    this.#state = { name: "trouble" };
    this.#stream = new Stream({
      ...this.#options,
      hear: (event, before) => this.#pass({ before, event, after: event.id }),
      moved: (after, before) => this.#pass({ before, event: null, after }),
      tell: (name, problem) => this.#told(name, problem),
    });
    this.#stream.open(this.#position);
  }

  #pass({ before, event, after }) {
    const step = { before: before ?? after, event, after };
    this.#tabs.say({ step });
    this.#take(step);
  }

  #told(name, problem) {
    const isNews = this.#state.name !== name;
    this.#state = { name, problem: problem && { message: problem.message, status: problem.status } };
    if (isNews) this.#announce();
    if (name === "refused") this.#refused(problem);
    else if (this.#isOpen) this.#calls.tell(name);
  }

  #announce() {
    const { position, silence } = this.#stream;
    this.#tabs.say({ state: { ...this.#state, position, silence, isHidden: document.hidden } });
  }

  #asked({ position, isSeen }) {
    if (isSeen) this.#stream.watched();
    if (position !== null) this.#goBack(position);
    this.#announce();
  }

  /** Two places that can't be compared are of different logs: the server knows which one is of today. */
  #goBack(position) {
    const led = this.#stream.position;
    const isThere = position === null || (led !== null && compare(position, led) >= 0);
    if (!isThere) this.#stream.open(position);
  }

  // As one of those who follow.

  #follow() {
    this.#stream?.close();
    this.#stream = null;
    this.#ask();
  }

  /** Whether the leader is well. A place is named by who lacks what follows it: not by others, as steps may be on
   * their way to them. */
  #ask(position = null) {
    this.#askedFrom = position;
    if (this.#stream || !this.#isOpen || !this.#tabs) return;
    this.#question ??= setTimeout(() => this.#unanswered(), this.#options.answers * (1 + Math.random() / 4));
    this.#tabs.say({ ask: { position, isSeen: !document.hidden } });
  }

  #answered() {
    clearTimeout(this.#question);
    this.#question = null;
  }

  #unanswered() {
    this.#question = null;
    if (!document.hidden) this.#tabs.takeOver();
  }

  #heard({ ask, state, step }) {
    if (ask) return this.#stream && this.#asked(ask);
    if (this.#stream) return; // Of one who has not noticed yet that this tab took over.
    this.#answered();
    if (step) this.#take(step);
    else this.#learn(state);
  }

  #learn({ name, problem, position, silence, isHidden }) {
    if (name === "refused") return this.#refused(problem);
    const isWell = name === "open" && silence < this.#options.silence;
    // Its timers are slow, and somebody looks at this tab.
    if (isHidden && !isWell && !document.hidden) return this.#tabs.takeOver();
    if (name === "open") this.#take({ before: position, event: null, after: position });
    else if (this.#isOpen) this.#calls.tell(name);
  }

  // As every tab.

  /** What lies between `before` and `after` is `event`, or nothing. */
  #take({ before, event, after }) {
    if (!this.#isOpen) return;
    this.#calls.tell("open");
    const here = this.#position ?? before;
    const isNext = here === before || (compare(here, before) > 0 && compare(here, after) < 0);
    if (!isNext && compare(here, after) >= 0) return;
    if (!isNext && event?.type !== "reset") return this.#lack(here);
    this.#position = after;
    if (event) this.#calls.hear(event);
  }

  /** Once from one place: further steps that leave the same gap may be on their way too. */
  #lack(position) {
    if (this.#askedFrom !== position) this.#ask(position);
  }

  #refused(problem) {
    this.leave();
    this.#calls.tell("refused", problem);
  }
}
