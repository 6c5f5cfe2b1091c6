// Calls to the JSON API. A message may be posted again with the same client_message_id: it is kept once.

const UNREACHABLE = "The server can't be reached. Check your connection and try again.";
const BROKEN = "The server could not do this. Try again in a moment.";

/** What went wrong, in a sentence for the reader. `status` is 0 where no answer came. */
export class Problem extends Error {
  constructor(message, { status = 0, code = "", retryAfter = 0 } = {}) {
    super(message);
    Object.assign(this, { status, code, retryAfter });
  }

  /** Whether the same call may well succeed later. */
  get isPassing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export const startConversation = (clientId) => call("POST", "conversations", { client_id: clientId });
export const deleteConversation = (id) => call("DELETE", `conversations/${id}`);
export const listConversations = (after) => call("GET", `conversations${after ? query({ after }) : ""}`);
export const readHistory = (id, before) => call("GET", `conversations/${id}/messages${before ? query({ before }) : ""}`);
export const postMessage = (id, message) => call("POST", `conversations/${id}/messages`, message);

export function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? "";
}

export async function problemOf(response) {
  const retryAfter = Number(response.headers.get("Retry-After")) || 0;
  const isProblem = response.headers.get("Content-Type")?.startsWith("application/problem+json");
  const body = isProblem ? await response.json().catch(() => ({})) : {};
  return new Problem(body.detail ?? BROKEN, { status: response.status, code: body.code ?? "", retryAfter });
}

async function call(method, path, body) {
  const response = await answer(method, path, body);
  if (!response.ok) throw await problemOf(response);
  return response.status === 204 ? null : await json(response);
}

async function answer(method, path, body) {
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
  if (body) headers["Content-Type"] = "application/json";
  try {
    return await fetch(`/api/${path}`, {
      method,
      headers,
      body: body && JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(20_000),
    });
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
