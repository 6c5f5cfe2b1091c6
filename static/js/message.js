// One message as an element: the same markup as templates/conversations/message.html.

import { line } from "./call.js";
import { isFinished } from "./transcript.js";

const HERE_OR_THE_WEB = /^(https?:\/\/|\/(?!\/))/;
const SILENT = { failed: "The answer could not be finished.", cancelled: "Stopped." };

export function create(message) {
  const template = document.getElementById(`${message.role}-message`);
  const article = template.content.firstElementChild.cloneNode(true);
  update(article, null, message);
  return article;
}

/** Brings the element from the state `shown` (null: none of it) to `message`. */
export function update(article, shown, message) {
  article.dataset.messageId = message.id;
  article.dataset.status = message.status;
  if (message.role === "user") return said(article, message);
  article.setAttribute("aria-busy", String(!isFinished(message)));
  if (shown?.tools !== message.tools) calls(part(article, "calls"), message);
  blocks(part(article, "answer"), shown?.html ?? "", message.html);
  put(part(article, "tail"), message.text.slice(message.text.length - message.open));
  put(part(article, "error"), message.error || (SILENT[message.status] ?? ""));
  if (shown?.citations !== message.citations) sources(part(article, "sources"), message.citations);
  choices(part(article, "choices"), message);
}

function part(article, name) {
  return article.querySelector(`:scope > .${name}`);
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Which of them is seen is decided by the status, in CSS. */
function choices(list, message) {
  const [stop, retry] = list.children;
  const path = `/c/${message.conversation_id}/${message.id}`;
  stop.setAttribute("formaction", `${path}/cancel`);
  retry.setAttribute("formaction", `${path}/regenerate`);
  if (isFinished(message)) stop.disabled = false;
}

function said(article, message) {
  put(part(article, "said"), message.text);
  part(article, "error").replaceChildren(...(message.error ? [`Not sent. ${message.error} `, again()] : []));
}

function again() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "again";
  button.textContent = "Try again";
  return button;
}

/** What is there stays untouched, so that a selection in it stays too; only what is new is put behind it. In the end
 * a later definition may have changed some blocks: those are replaced. */
function blocks(answer, shown, html) {
  if (html === shown) return;
  if (html.startsWith(shown)) answer.insertAdjacentHTML("beforeend", html.slice(shown.length));
  else replace(answer, html);
}

function replace(answer, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const [before, after] = [[...answer.childNodes], [...template.content.childNodes]];
  for (const node of before.slice(after.length)) node.remove();
  for (const [at, node] of after.entries()) {
    if (at >= before.length) answer.append(node);
    else if (!before[at].isEqualNode(node)) before[at].replaceWith(node);
  }
}

/** A line that stays the same is left alone: a button that somebody is about to press, say. */
function calls(list, message) {
  const lines = (message.tools ?? []).map((call) => line(call, message));
  for (const [place, item] of lines.entries()) {
    const there = list.children[place];
    if (!there) list.append(item);
    else if (there.outerHTML !== item.outerHTML) there.replaceWith(item);
  }
  while (list.children.length > lines.length) list.lastElementChild.remove();
}

function sources(list, citations) {
  list.replaceChildren(...citations.map(source));
}

function source({ number, title, source, url, quote }) {
  const item = document.createElement("li");
  item.value = number;
  item.append(titled(title || source, url), quoted(quote));
  return item;
}

function titled(title, url) {
  const link = document.createElement("a");
  link.textContent = title;
  if (HERE_OR_THE_WEB.test(url)) link.href = url;
  return link;
}

function quoted(quote) {
  const element = document.createElement("q");
  element.textContent = quote;
  return element;
}
