// The same events as streamed.js gives, asked for again and again: for networks that hold a stream back.
//
//   for await (const { events, position } of polled("/api/events", cursor, { signal })) …

import { problemOf } from "./problem.js";
import { pause } from "./waiting.js";

const WAIT = 25; // Seconds that the server may keep a question open.
const EARLY = 1000; // Milliseconds until the next question, where the server had nothing and did not wait.

/** Yields `{events, position}` for each answer; the first comes at once. Throws a Problem; never ends by itself. */
export async function* polled(address, after, { signal, headers = {} } = {}) {
  let position = after;
  for (let wait = 0; ; wait = WAIT) {
    const begun = Date.now();
    const { events, cursor } = await answer(question(address, position, wait), { signal, headers });
    position = cursor ?? position;
    yield { events, position };
    const isEarly = events.length === 0 && Date.now() - begun < wait * 500;
    if (isEarly) await pause(EARLY, signal);
  }
}

function question(address, position, wait) {
  const parameters = new URLSearchParams(position === null ? { wait } : { after: position, wait });
  return `${address}/poll?${parameters}`;
}

async function answer(address, { signal, headers }) {
  const response = await fetch(address, {
    headers: { Accept: "application/json", ...headers },
    credentials: "same-origin",
    cache: "no-store",
    signal,
  });
  if (response.status !== 200) throw await problemOf(response);
  return response.json();
}
