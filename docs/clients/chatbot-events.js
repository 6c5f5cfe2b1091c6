// The events of one user, for programs: Node 18 and later, Deno, browsers. One file, no dependency.
//
//   import { ChatbotEvents } from "./chatbot-events.js";
//
//   const events = new ChatbotEvents("https://chat.example.org", { token, after });
//   for await (const { type, data, id } of events) {
//     if (type === "reply.finished") console.log(data.message.text);
//   }
//
// Each event comes once and in order, for as long as you ask: it reconnects by itself and goes on where it was cut.
// `events.position` is the place after all that your loop has finished with: store it, and give it as `after` the next
// time. Without `after` you get what comes from now on. After an event of the type `reset` (the place was of no use any
// more) read the history of what you keep, and call `events.resumeFrom(history.cursor)`. Other types: docs/api.md.
// A refusal that no further try would change (a bad token, say) is thrown as a ChatbotError with the server's sentence.

/** `status` is 0 where no answer came; `retryAfter` is in seconds, 0 where the server named none. */
export class ChatbotError extends Error {
  constructor(message, { status = 0, code = "", retryAfter = 0 } = {}) {
    super(message);
    Object.assign(this, { name: "ChatbotError", status, code, retryAfter });
  }

  /** Whether the same request may well succeed later. */
  get isPassing() {
    return [0, 408, 425, 429].includes(this.status) || this.status >= 500;
  }
}

/** Times are in milliseconds. `conversation` narrows to one; `warn` is told of a fall-back to long poll. */
const OPTIONS = {
  token: "",
  conversation: null,
  warn: console.warn,
  silence: 40_000, // Heartbeats come every 15 s: after so long without a byte the connection is given up.
  mute: 35_000, // Not one byte since it was opened: long poll, if that does better.
  again: 600_000, // So long after that the stream is tried again.
  longest: 30_000, // The longest wait between two tries, unless the server asks for more.
};
const WAIT = 25; // Seconds that the server may keep a long poll open.
const HELD_BACK = "chatbot-events: something on the way seems to hold streams back. Events are asked for by long poll now.";

class MuteError extends Error {} // Not one byte came.
class ElsewhereError extends Error {} // The loop is to go on from another place.
export class ChatbotEvents {
  /** Everything before it was given out, and your loop came back for more; null as long as no place is known. */
  position;
  #address;
  #options;
  #closing = new AbortController();
  #retry = 1000;
  #pollsUntil = 0;
  #isMute = false;
  #isElsewhere = false;

  constructor(address, { after = null, ...options } = {}) {
    this.position = after;
    this.#address = new URL(`${String(address).replace(/\/$/, "")}/api/events`);
    this.#options = { ...OPTIONS, ...options };
  }

  /** The next event is the first one after that: for the `cursor` of a history that you read after `reset`. */
  resumeFrom(cursor) {
    [this.position, this.#isElsewhere] = [cursor, true];
  }

  /** Ends the loop, and the connection with it; leaving the loop does so too. */
  close() {
    this.#closing.abort();
  }

  async *[Symbol.asyncIterator]() {
    for (let failures = 0; !this.#closing.signal.aborted; ) {
      this.#isElsewhere = false;
      const failure = yield* this.#connected();
      if (this.#closing.signal.aborted) return;
      if (failure && !failure.isPassing) throw failure;
      failures = failure ? failures + 1 : 0;
      if (!this.#isElsewhere && !this.#isMute) await this.#rest(failures, failure?.retryAfter ?? 0);
    }
  }

  /** Until the connection ends; returns the problem, where nothing came of it. Whether long polls do better than
   * a stream that was silent is seen at the first, which is answered at once. */
  async *#connected() {
    const polls = this.#isMute || Date.now() < this.#pollsUntil;
    const connection = new Connection(this.#closing.signal, this.#options.token);
    try {
      yield* polls ? this.#polled(connection) : this.#streamed(connection);
      return null;
    } catch (error) {
      this.#isMute = !polls && error instanceof MuteError;
      if (error instanceof ChatbotError) return error;
      const isFine = connection.wasHeard || this.#isMute || this.#isElsewhere;
      return isFine ? null : new ChatbotError(`The server can't be reached: ${error.message}`);
    } finally {
      connection.close();
    }
  }

  async *#streamed(connection) {
    const { silence, mute } = this.#options;
    const response = await connection.open(this.#url("", {}), "text/event-stream", mute);
    const isStream = response.headers.get("Content-Type")?.startsWith("text/event-stream");
    if (!isStream) throw new ChatbotError("Something between here and the server answered in its place.");
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    const parser = new Parser();
    for (;;) {
      const { value, done } = await connection.within(connection.wasHeard ? silence : mute, reader.read());
      if (done) return;
      connection.wasHeard = true;
      yield* this.#given(parser.feed(decoder.decode(value, { stream: true })), parser.lastEventId);
      this.#retry = parser.retry ?? this.#retry;
    }
  }

  async *#polled(connection) {
    for (let wait = 0; wait === 0 || Date.now() < this.#pollsUntil; wait = WAIT) {
      const begun = Date.now();
      const response = await connection.open(this.#url("/poll", { wait }), "application/json", this.#options.silence);
      const { events, cursor } = await connection.within(this.#options.silence, response.json());
      connection.wasHeard = true;
      if (this.#isMute) this.#options.warn(HELD_BACK);
      if (this.#isMute) [this.#isMute, this.#pollsUntil] = [false, Date.now() + this.#options.again];
      yield* this.#given(events, cursor);
      if (events.length === 0 && Date.now() - begun < wait * 500) await pause(this.#retry, this.#closing.signal);
    }
  }

  /** The place moves once the loop is done with an event: what it was cut in the middle of comes again. */
  async *#given(events, position) {
    for (const event of events) {
      yield event;
      if (this.#isElsewhere) throw new ElsewhereError();
      this.position = event.id || this.position;
    }
    this.position = position || this.position;
  }

  #url(path, parameters) {
    const url = new URL(this.#address);
    url.pathname += path;
    const wanted = { ...parameters, after: this.position, conversation: this.#options.conversation };
    for (const [name, value] of Object.entries(wanted)) if (value !== null) url.searchParams.set(name, value);
    return url;
  }

  /** Full jitter: after a stream that ended, within what the server asked for; after failures, ever longer. */
  async #rest(failures, retryAfter) {
    const backoff = Math.min(this.#options.longest, 500 * 2 ** failures);
    const wait = Math.random() * (failures ? backoff : this.#retry);
    await pause(Math.max(wait, retryAfter * (1000 + Math.random() * 250)), this.#closing.signal);
  }
}

/** One connection, or several questions in turn; ends with `signal`, and when something takes too long. */
class Connection {
  wasHeard = false;
  #ending = new AbortController();
  #headers;

  constructor(signal, token) {
    this.#headers = token ? { Authorization: `Bearer ${token}` } : {};
    signal.addEventListener("abort", () => this.close(), { signal: this.#ending.signal });
  }

  close() {
    this.#ending.abort();
  }

  async open(url, accept, patience) {
    const headers = { Accept: accept, ...this.#headers };
    const request = { headers, cache: "no-store", signal: this.#ending.signal };
    const response = await this.within(patience, fetch(url, request));
    if (response.status !== 200) throw await problemOf(response);
    return response;
  }

  /** Throws MuteError where not one byte had come before. */
  async within(milliseconds, work) {
    let isLate = false;
    const late = setTimeout(() => ((isLate = true), this.close()), milliseconds);
    try {
      return await work;
    } catch (error) {
      throw isLate && !this.wasHeard ? new MuteError("Nothing came in time.") : error;
    } finally {
      clearTimeout(late);
    }
  }
}

/** Server-Sent Events as the WHATWG standard reads them, out of text cut anywhere; `data` is JSON here. */
class Parser {
  lastEventId = "";
  retry = null;
  #line = "";
  #id = "";
  #type = "";
  #data = [];

  feed(text) {
    const lines = (this.#line + text).split(/\r\n|\n|\r(?!$)/); // A CR at the end may be half of CR LF.
    this.#line = lines.pop();
    return lines.flatMap((line) => this.#event(line));
  }

  #event(line) {
    if (line === "") return this.#dispatched();
    const [, name, value] = /^([^:]*)(?:: ?)?(.*)$/s.exec(line);
    if (name === "data") this.#data.push(value);
    else if (name === "event") this.#type = value;
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "retry" && /^[0-9]+$/.test(value)) this.retry = Number(value);
    return [];
  }

  #dispatched() {
    const event = { type: this.#type || "message", data: object(this.#data.join("\n")), id: this.#id };
    [this.lastEventId, this.#type, this.#data] = [this.#id, "", []];
    return event.data === null ? [] : [event];
  }
}

/** Null for what is no JSON object: other programs may write to the log too, and that is passed over. */
function object(text) {
  try {
    const data = JSON.parse(text);
    return data instanceof Object && !Array.isArray(data) ? data : null;
  } catch {
    return null;
  }
}

/** Problem details (RFC 9457), or what the status says. A Retry-After is no date, and 300 seconds at most. */
async function problemOf(response) {
  const { status, statusText, headers } = response;
  const body = await response.json().catch(() => null);
  const retryAfter = Math.min(Number(headers.get("Retry-After")) || 0, 300);
  const message = body?.detail ?? `The server answered ${status} ${statusText}`;
  return new ChatbotError(message, { status, code: body?.code ?? "", retryAfter });
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const end = () => (clearTimeout(timer), signal.removeEventListener("abort", end), resolve());
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });
}
