// Notices that nothing comes any more. It goes by the wall clock, which runs on while a computer sleeps:
// a connection that slept is found out as soon as the page runs again.
//
//   const watchdog = new Watchdog(40_000, () => connection.abort());
//   watchdog.feed();  // at each sign of life
//   watchdog.stop();

/** Barks once nothing has fed it for `patience` milliseconds (or an eighth more); never again after `stop`. */
export class Watchdog {
  #patience;
  #bark;
  #fedAt;
  #timer;

  constructor(patience, bark) {
    this.#bark = bark;
    this.feed(patience);
    this.#timer = setInterval(() => this.#look(), patience / 8);
  }

  feed(patience = this.#patience) {
    this.#patience = patience;
    this.#fedAt = Date.now();
  }

  stop() {
    clearInterval(this.#timer);
  }

  #look() {
    const silence = Date.now() - this.#fedAt; // Negative after a clock was set back: who knows for how long.
    if (silence >= 0 && silence < this.#patience) return;
    this.stop();
    this.#bark();
  }
}
