// The chat page: puts its parts together from what the server wrote into it.

import { csrfToken } from "./api.js";
import { Choices } from "./choices.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { Problem } from "./problem.js";
import { Session } from "./session.js";
import { SharedStream } from "./shared.js";
import { Sidebar } from "./sidebar.js";
import { isAtEnd, scrollToEnd } from "./timeline.js";

const page = JSON.parse(document.getElementById("page").textContent);
const root = document.documentElement;
const element = (selector) => document.querySelector(selector);

const connection = new Connection(element(".connection"));
const tell = (state, problem) => connection.tell(state, problem);
const stream = new SharedStream({ hear, tell, memory: localStorage });
const session = new Session(ended);
const sidebar = new Sidebar(element(".sidebar"), { onDeleted: left });
const conversation = new Conversation(element(".messages"), {
  id: page.conversation,
  history: page.history,
  stream,
  begun,
  tell,
});
const composer = new Composer(element(".composer"), (text) => say(text));
new Choices(element(".messages"), {
  does: {
    stop: (reply) => choose("stop", reply),
    retry: (reply) => choose("regenerate", reply),
    approve: (reply, ordinal) => choose("decide", reply, ordinal, "approve"),
    decline: (reply, ordinal) => choose("decide", reply, ordinal, "decline"),
  },
  refused: (problem) => composer.complain(problem.message),
});

/** Whose page this is. A guest to be is nobody until the first message. */
function belongTo(user) {
  stream.name = user && `chatbot-events-${user}`;
  session.begin(user);
}

function ended() {
  stream.leave();
  tell("refused", new Problem("Somebody else signed in with this browser."));
}

function hear(event) {
  if (event.type === "conversation.updated") {
    sidebar.hear(event.data.conversation);
    if (event.data.conversation_id === conversation.id) title(event.data.conversation.title);
  }
  if (conversation.hear(event) === "reread") reread();
}

async function reread() {
  if (!conversation.id) stream.open(null);
  await sidebar.refresh().catch(() => {});
}

function say(text) {
  root.dataset.page = "conversation";
  conversation.say(text);
}

/** Whoever chose by keyboard would be nowhere once the button is gone. */
function choose(what, ...about) {
  composer.complain("");
  composer.focus();
  return conversation[what](...about);
}

/** The first message made a conversation: the page is its page now. */
function begun(made, owner) {
  belongTo(owner);
  history.pushState(null, "", `/c/${made.id}/`);
  element(".composer").action = location.pathname;
  for (const link of document.querySelectorAll(".who [data-returns]")) link.search = `?next=${location.pathname}`;
  sidebar.hear(made);
  sidebar.select(made.id);
}

function left(id) {
  if (id === conversation.id) location.assign("/");
}

function title(text) {
  document.title = text ? `${text} · Chatbot` : "Chatbot";
  element(".topbar .title").textContent = text;
}

async function earlier(event) {
  event.preventDefault();
  const link = event.currentTarget;
  const bottom = root.scrollHeight - root.scrollTop;
  const hasMore = await conversation.readEarlier().catch(() => location.assign(link.href));
  root.scrollTop = root.scrollHeight - bottom;
  if (hasMore === false) link.remove();
}

function scrolled() {
  root.toggleAttribute("data-away", !isAtEnd());
}

document.addEventListener("click", (event) => {
  const again = event.target.closest(".again");
  if (again) conversation.retry(again.closest("article").dataset.messageId);
  if (event.target.closest(".to-end")) scrollToEnd();
});
// A login in the background gave the session another token than the one in the page's forms.
document.addEventListener("submit", ({ target }) => {
  const field = target.elements.csrfmiddlewaretoken;
  if (field) field.value = csrfToken() || field.value;
});
for (const example of document.querySelectorAll(".example")) {
  example.addEventListener("click", (event) => (event.preventDefault(), composer.say(example.value)));
}
element(".earlier")?.addEventListener("click", earlier);
addEventListener("popstate", () => location.reload());
addEventListener("resize", () => root.hasAttribute("data-away") || scrollToEnd());
addEventListener("scroll", scrolled, { passive: true });

belongTo(page.user);
sidebar.select(page.conversation);
if (page.conversation) scrollToEnd();
scrolled();
composer.focus();
if (page.history.cursor !== null) stream.open(page.history.cursor);
else if (page.conversation) conversation.reread();
else if (page.user) stream.open(null);
