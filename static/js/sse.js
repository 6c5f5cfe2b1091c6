// Server-Sent Events as the WHATWG standard has a browser read them, out of text cut anywhere.
// EventSource itself tells nothing of heartbeats, statuses and lengths of silence; this does.

export class Parser {
  /** What a client sends to resume: moves at each blank line, for a block that is nothing but an id too. */
  lastEventId = "";
  /** The last wait that the server asked for, in milliseconds. */
  retry = null;

  #line = "";
  #afterReturn = false;
  #id = "";
  #type = "";
  #data = [];

  /** The events that this text completes, as `{type, data, id}`. A TextDecoder has dropped the BOM. */
  feed(text) {
    return this.#lines(text).flatMap((line) => this.#event(line));
  }

  #lines(text) {
    if (!text) return [];
    const rest = this.#afterReturn && text.startsWith("\n") ? text.slice(1) : text;
    this.#afterReturn = rest.endsWith("\r");
    const lines = (this.#line + rest).split(/\r\n|\r|\n/);
    this.#line = lines.pop();
    return lines;
  }

  #event(line) {
    if (line === "") return this.#dispatched();
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    this.#field(name, value);
    return [];
  }

  #field(name, value) {
    if (name === "data") this.#data.push(value);
    else if (name === "event") this.#type = value;
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "retry" && /^[0-9]+$/.test(value)) this.retry = Number(value);
  }

  #dispatched() {
    this.lastEventId = this.#id;
    const event = { type: this.#type || "message", data: this.#data.join("\n"), id: this.#id };
    const isEvent = this.#data.length > 0;
    this.#type = "";
    this.#data = [];
    return isEvent ? [event] : [];
  }
}
