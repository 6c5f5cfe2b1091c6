// Says how the connection is, only when it matters: after two seconds of trouble.

const PATIENCE = 2000;
const TROUBLE = "Connection lost. Trying again…";
const OFFLINE = "You are offline. Answers go on without you, and appear here once you are back.";

export class Connection {
  #element;
  #timer = null;

  constructor(element) {
    this.#element = element;
  }

  tell(state, problem) {
    if (state === "trouble") return this.#worry();
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#show(state === "refused" ? this.#reason(problem) : "");
  }

  #worry() {
    this.#timer ??= setTimeout(() => this.#show(navigator.onLine ? TROUBLE : OFFLINE), PATIENCE);
  }

  #reason(problem) {
    return problem.status === 401 ? "You are signed out. Sign in again to go on." : `${problem.message} Reload the page to go on.`;
  }

  #show(text) {
    if (this.#element.textContent !== text) this.#element.textContent = text;
  }
}
