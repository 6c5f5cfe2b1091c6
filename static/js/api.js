// Calls to the JSON API. A message may be posted again with the same client_message_id: it is kept once.

import { Problem, problemOf } from "./problem.js";

const UNREACHABLE = "The server can't be reached. Check your connection and try again.";

export const deleteConversation = (id) => call("DELETE", `conversations/${id}`);
export const listConversations = (after) => call("GET", `conversations${after ? query({ after }) : ""}`);
export const readHistory = (id, before) => call("GET", `conversations/${id}/messages${before ? query({ before }) : ""}`);
export const postMessage = (id, message) => call("POST", `conversations/${id}/messages`, message);

export const cancelReply = (id) => call("POST", `messages/${id}/cancel`);
export const regenerateReply = (id, clientId) => call("POST", `messages/${id}/regenerate`, { client_id: clientId });
export const decideCall = (id, ordinal, decision) => call("POST", `messages/${id}/tools/${ordinal}`, { decision });

/** With the id of its `owner`: who was nobody is a guest from then on. */
export async function startConversation(clientId) {
  const response = await answer("POST", "conversations", { client_id: clientId });
  return { conversation: await json(response), owner: response.headers.get("X-User-Id") };
}

export function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? "";
}

async function call(method, path, body) {
  const response = await answer(method, path, body);
  return response.status === 204 ? null : await json(response);
}

async function answer(method, path, body) {
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
  if (body) headers["Content-Type"] = "application/json";
  const response = await sent(`/api/${path}`, { method, headers, body: body && JSON.stringify(body) });
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function sent(address, request) {
  const signal = AbortSignal.timeout(20_000);
  try {
    return await fetch(address, { ...request, credentials: "same-origin", cache: "no-store", signal });
  } catch {
    throw new Problem(UNREACHABLE);
  }
}

async function json(response) {
  try {
    return await response.json();
  } catch {
    throw new Problem(UNREACHABLE);
  }
}

function query(parameters) {
  return `?${new URLSearchParams(parameters)}`;
}
