// One connection to a stream of Server-Sent Events, read with fetch: it shows status, problems and heartbeats,
// which EventSource hides. For one that comes back by itself see stream.js.
//
//   for await (const { events, position } of streamed("/api/events", cursor, { signal })) …

import { Problem, problemOf } from "./problem.js";
import { Parser } from "./sse.js";

/** Yields `{events, position, retry}` for each piece that arrives, `data` parsed. `after` is a position, or null
 * for what comes from now on. Throws a Problem for an answer that is no stream; ends when the server ends it. */
export async function* streamed(address, after, { signal, headers = {} } = {}) {
  const response = await fetch(after === null ? address : `${address}?after=${encodeURIComponent(after)}`, {
    headers: { Accept: "text/event-stream", ...headers },
    credentials: "same-origin",
    cache: "no-store",
    signal,
  });
  await refuse(response);
  const parser = new Parser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const events = parser.feed(value).flatMap(parsed);
    yield { events, position: parser.lastEventId, retry: parser.retry };
  }
}

async function refuse(response) {
  if (response.status !== 200) throw await problemOf(response);
  const isStream = response.headers.get("Content-Type")?.startsWith("text/event-stream");
  if (!isStream) throw new Problem("Something between here and the server answered in its place.");
}

/** Other programs write to the log too: what is no JSON object is passed over, like an event that one does not know. */
function parsed(event) {
  try {
    const data = JSON.parse(event.data);
    return data instanceof Object && !Array.isArray(data) ? [{ ...event, data }] : [];
  } catch {
    return [];
  }
}
