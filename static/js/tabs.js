// The tabs of one browser that share something: one of them leads, and each can talk to all others.
// A Web Lock decides who leads; a leader that is closed or crashes is followed by the next tab at once.
//
//   const tabs = new Tabs("name", { lead, follow, hear });
//   tabs.join();             // `lead()` is called once this tab leads
//   tabs.say(message);       // `hear(message)` is called in every other tab of that name
//
// Where there are no locks or channels (an old browser, plain http, no cookies allowed) each tab leads itself.

export class Tabs {
  #name;
  #calls;
  #channel = null;
  #waiting = null;
  #release = null;
  #isTaking = false;

  /** `follow()` is called when another tab took over. An empty name is nobody else's: such a tab is alone. */
  constructor(name, { lead, follow, hear }) {
    this.#name = name;
    this.#calls = { lead, follow, hear };
  }

  join() {
    if (!this.#name || !navigator.locks || !globalThis.BroadcastChannel) return this.#calls.lead();
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }) => this.#calls.hear(data);
    this.#queue();
  }

  say(message) {
    this.#channel?.postMessage(message);
  }

  /** From a leader that does not answer: a browser may suspend a tab without taking its lock. */
  takeOver() {
    if (this.#isTaking || this.#release || !this.#channel) return;
    this.#isTaking = true;
    this.#waiting?.abort();
    this.#hold({ steal: true });
  }

  leave() {
    this.#channel?.close();
    this.#channel = null;
    this.#waiting?.abort();
    this.#release?.();
    this.#release = null;
    this.#isTaking = false;
  }

  #queue() {
    this.#waiting = new AbortController();
    this.#hold({ signal: this.#waiting.signal });
  }

  async #hold(options) {
    const channel = this.#channel;
    let isHeld = false;
    try {
      await navigator.locks.request(this.#name, options, () => {
        isHeld = this.#channel === channel;
        return isHeld && this.#led();
      });
    } catch (error) {
      if (this.#channel !== channel) return;
      if (error.name !== "AbortError") return this.#alone();
      if (isHeld || options.steal) this.#lost();
    }
  }

  /** Until the lock is let go of, or taken away. */
  #led() {
    this.#isTaking = false;
    const released = new Promise((resolve) => (this.#release = resolve));
    this.#calls.lead();
    return released;
  }

  #lost() {
    this.#isTaking = false;
    this.#release = null;
    this.#calls.follow();
    this.#queue();
  }

  #alone() {
    this.leave();
    this.#calls.lead();
  }
}
