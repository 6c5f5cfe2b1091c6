// Where one types: Enter sends, Shift-Enter breaks the line, and neither while an IME composes.

import { isAtEnd, scrollToEnd } from "./timeline.js";

const LONGEST = 32_000;

export class Composer {
  #form;
  #field;
  #notice;
  #send;

  constructor(form, send) {
    this.#form = form;
    this.#field = form.querySelector("textarea");
    this.#notice = form.querySelector(".notice");
    this.#send = send;
    form.addEventListener("submit", (event) => (event.preventDefault(), this.#submit()));
    this.#field.addEventListener("keydown", (event) => this.#pressed(event));
    this.#field.addEventListener("input", () => this.#changed());
    this.#changed();
  }

  /** Touch keyboards would cover the page: there, the first touch is the reader's. */
  focus() {
    if (matchMedia("(pointer: fine)").matches) this.#field.focus({ preventScroll: true });
  }

  complain(text) {
    this.#notice.textContent = text;
  }

  say(text) {
    this.#field.value = text;
    this.#submit();
  }

  #pressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const text = this.#field.value;
    if (text.trim() === "" || this.#refuses(text)) return;
    this.#field.value = "";
    this.#changed();
    this.#send(text);
    this.focus();
  }

  #refuses(text) {
    const length = [...text].length;
    const isTooLong = length > LONGEST;
    this.#notice.textContent = isTooLong
      ? `A message has at most 32,000 characters, and this one has ${length.toLocaleString("en")}. Shorten it, or send it in parts.`
      : "";
    return isTooLong;
  }

  /** The field grows with its text: the frame holds a copy, which CSS lays out unseen. */
  #changed() {
    const follows = isAtEnd();
    this.#form.querySelector(".field").dataset.text = this.#field.value;
    this.#form.toggleAttribute("data-empty", this.#field.value.trim() === "");
    this.#notice.textContent = "";
    if (follows) scrollToEnd();
  }
}
