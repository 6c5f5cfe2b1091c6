// Waits that end early: at an abort, or when the reader is back.

const TRIES = 4;

/** The longest wait that a timer knows, in milliseconds: 24 days. */
export const FOREVER = 2 ** 31 - 1;

/** Resolves after `milliseconds`, or at once when `signal` aborts. */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

/** Tries four times, where a further try may help; the answer that counts is the last. */
export async function patiently(call) {
  for (let failures = 1; ; failures += 1) {
    try {
      return await call();
    } catch (problem) {
      if (!problem.isPassing || failures === TRIES) throw problem;
    }
    await pause(backoff(failures));
  }
}

/** Full jitter: anything from nothing to `base` doubled with each failure, 30 s at most. */
export function backoff(failures, base = 500) {
  return Math.random() * Math.min(30_000, base * 2 ** failures);
}
