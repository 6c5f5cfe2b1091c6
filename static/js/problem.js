// What the server said went wrong: problem details (RFC 9457) as an error with a sentence for the reader.

const BROKEN = "The server could not do this. Try again in a moment.";
const PASSING = [0, 408, 425, 429];
const LONGEST = 300; // Seconds; who says more is not believed.

/** `status` is 0 where no answer came; `retryAfter` is in seconds, 0 where the server named none. */
export class Problem extends Error {
  constructor(message, { status = 0, code = "", retryAfter = 0 } = {}) {
    super(message);
    Object.assign(this, { status, code, retryAfter });
  }

  /** Whether the same call may well succeed later. */
  get isPassing() {
    return PASSING.includes(this.status) || this.status >= 500;
  }
}

export async function problemOf(response) {
  const isProblem = response.headers.get("Content-Type")?.startsWith("application/problem+json");
  const body = isProblem ? await response.json().catch(() => ({})) : {};
  const retryAfter = seconds(response.headers.get("Retry-After"));
  return new Problem(body.detail ?? BROKEN, { status: response.status, code: body.code ?? "", retryAfter });
}

/** Retry-After is a number of seconds, or a date. */
function seconds(value) {
  const wait = /^\d+$/.test(value ?? "") ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Math.min(Math.max(wait || 0, 0), LONGEST);
}
