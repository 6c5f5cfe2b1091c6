// The buttons of an answer. What becomes of it is seen when the server tells: a click only asks, once at a time.

/** `does` maps a button's class to what it asks for, given the reply's id (and its call's ordinal); `refused(problem)` hears why not. */
export class Choices {
  #does;
  #refused;

  constructor(list, { does, refused }) {
    this.#does = does;
    this.#refused = refused;
    list.addEventListener("click", (event) => this.#clicked(event));
  }

  #clicked(event) {
    const button = event.target.closest(".choice");
    if (!button) return;
    event.preventDefault();
    this.#ask(button);
  }

  async #ask(button) {
    const name = Object.keys(this.#does).find((each) => button.classList.contains(each));
    button.disabled = true;
    try {
      await this.#does[name](button.closest("article").dataset.messageId, Number(button.dataset.ordinal));
    } catch (problem) {
      button.disabled = false;
      this.#refused(problem);
    }
  }
}
