// The list of conversations, newest activity first, and the drawer that it is in on a phone.

import { deleteConversation, listConversations } from "./api.js";

export class Sidebar {
  #list;
  #template;
  #dialog;
  #current = null;

  constructor(element, { onDeleted }) {
    this.#list = element.querySelector(".conversations");
    this.#template = document.getElementById("conversation-item");
    this.#dialog = document.getElementById("delete-dialog");
    this.#list.addEventListener("click", (event) => this.#clicked(event));
    element.querySelector(".older")?.addEventListener("click", (event) => this.#older(event));
    this.#dialog.addEventListener("close", () => this.#answered());
    this.onDeleted = onDeleted;
    drawer(element);
  }

  /** A conversation as an event or an answer told it; one of a lower `rev` than is shown is ignored. */
  hear(conversation) {
    const shown = this.#item(conversation.id);
    if (shown && Number(shown.dataset.rev) > conversation.rev) return;
    if (conversation.deleted) return this.#remove(conversation.id);
    this.#place(this.#filled(shown ?? this.#template.content.firstElementChild.cloneNode(true), conversation));
  }

  select(id) {
    this.#current = id;
    for (const item of this.#list.children) mark(item, id);
  }

  /** What happened while nothing was heard. */
  async refresh() {
    const { items } = await listConversations();
    for (const conversation of items.toReversed()) this.hear(conversation);
  }

  #item(id) {
    return this.#list.querySelector(`[data-conversation-id="${CSS.escape(id)}"]`);
  }

  #filled(item, { id, rev, title, last_activity_at: at }) {
    Object.assign(item.dataset, { conversationId: id, rev, at });
    const [open, away] = item.querySelectorAll(".open, .delete");
    open.href = `/c/${id}/`;
    open.textContent = title || "New conversation";
    away.href = `/c/${id}/delete`;
    away.setAttribute("aria-label", `Delete: ${open.textContent}`);
    mark(item, this.#current);
    return item;
  }

  #place(item) {
    const at = Date.parse(item.dataset.at);
    const next = [...this.#list.children].find((other) => other !== item && Date.parse(other.dataset.at) < at);
    if (item.parentElement !== this.#list || item.nextElementSibling !== (next ?? null)) this.#list.insertBefore(item, next ?? null);
  }

  #remove(id) {
    this.#item(id)?.remove();
    this.onDeleted(id);
  }

  #clicked(event) {
    const link = event.target.closest(".delete");
    if (!link) return;
    event.preventDefault();
    const item = link.closest("[data-conversation-id]");
    this.#dialog.dataset.conversationId = item.dataset.conversationId;
    this.#dialog.querySelector(".title").textContent = item.querySelector(".open").textContent;
    this.#dialog.querySelector(".error").textContent = "";
    this.#dialog.returnValue = "";
    this.#dialog.showModal();
  }

  async #answered() {
    if (this.#dialog.returnValue !== "delete") return;
    const id = this.#dialog.dataset.conversationId;
    try {
      await deleteConversation(id);
    } catch (problem) {
      if (problem.status !== 404) return this.#complain(problem);
    }
    this.#remove(id);
  }

  #complain(problem) {
    this.#dialog.querySelector(".error").textContent = problem.message;
    this.#dialog.returnValue = "";
    this.#dialog.showModal();
  }

  async #older(event) {
    event.preventDefault();
    const link = event.currentTarget;
    const page = await listConversations(link.dataset.after).catch(() => location.assign(link.href));
    for (const conversation of page?.items ?? []) this.hear(conversation);
    if (page?.next) link.dataset.after = page.next;
    else link.remove();
  }
}

function mark(item, current) {
  const link = item.querySelector(".open");
  if (item.dataset.conversationId === current) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
}

/** Without JavaScript the links of the drawer work by its `:target`. */
function drawer(element) {
  const toggle = (isOpen) => {
    document.documentElement.toggleAttribute("data-drawer", isOpen);
    if (isOpen) element.querySelector("a").focus();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-drawer-to]");
    if (!link) return;
    event.preventDefault();
    toggle(link.dataset.drawerTo === "open");
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && toggle(false));
}
