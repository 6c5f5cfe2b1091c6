// The messages of a conversation as they are seen: patches what changed, and follows a reader at the end.

import { create, update } from "./message.js";

const AT_END = 96; // Pixels from the bottom that still count as being there.

/** Shows a list of messages; one that is the same object as last time is not touched. */
export class Timeline {
  #list;
  #articles = new Map();
  #shown = new Map();

  /** `messages` are those that the server's HTML already shows. */
  constructor(list, messages = []) {
    this.#list = list;
    for (const message of messages) {
      this.#articles.set(message.id, list.querySelector(`[data-message-id="${message.id}"]`));
      this.#shown.set(message.id, message);
    }
  }

  show(messages) {
    const follows = isAtEnd();
    const articles = messages.map((message) => this.#article(message));
    this.#arrange(articles);
    this.#forget(new Set(messages.map((message) => message.id)));
    if (follows) scrollToEnd();
  }

  #article(message) {
    this.#adopt(message);
    const article = this.#articles.get(message.id) ?? create(message);
    if (this.#articles.has(message.id) && this.#shown.get(message.id) !== message) {
      update(article, this.#shown.get(message.id), message);
    }
    this.#articles.set(message.id, article);
    this.#shown.set(message.id, message);
    return article;
  }

  /** What was shown while it was being sent becomes the message that the server made of it. */
  #adopt({ id, client_message_id: sentAs }) {
    if (!sentAs || sentAs === id || !this.#articles.has(sentAs) || this.#articles.has(id)) return;
    this.#articles.set(id, this.#articles.get(sentAs));
    this.#shown.set(id, this.#shown.get(sentAs));
    this.#articles.delete(sentAs);
    this.#shown.delete(sentAs);
  }

  #arrange(articles) {
    let next = this.#list.firstElementChild;
    for (const article of articles) {
      if (article === next) next = next.nextElementSibling;
      else this.#list.insertBefore(article, next);
    }
  }

  #forget(present) {
    for (const [id, article] of this.#articles) {
      if (present.has(id)) continue;
      article.remove();
      this.#articles.delete(id);
      this.#shown.delete(id);
    }
  }
}

export function isAtEnd() {
  const { scrollHeight, clientHeight, scrollTop } = document.scrollingElement;
  return scrollHeight - clientHeight - scrollTop < AT_END;
}

export function scrollToEnd() {
  document.scrollingElement.scrollTop = document.scrollingElement.scrollHeight;
}
