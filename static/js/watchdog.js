/** Barks once nothing has fed it for `patience` milliseconds; never again after `stop`. */
export class Watchdog {
  #patience;
  #bark;
  #timer;

  constructor(patience, bark) {
    this.#patience = patience;
    this.#bark = bark;
    this.feed();
  }

  feed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#bark, this.#patience);
  }

  stop() {
    clearTimeout(this.#timer);
  }
}
