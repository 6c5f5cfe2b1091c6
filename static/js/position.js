// How two places in a user's log lie to each other. An id is `<log>-<place>`: the part before the last `-` says
// which log, and within one log a greater number is later. Who only resumes treats ids as opaque; tabs that
// share a stream have to know which of them is behind.

/** Negative, 0 or positive: `one` is before, at or after `other`. NaN where they are of different logs. */
export function compare(one, other) {
  if (one === other) return 0;
  const [log, place] = parts(one);
  const [otherLog, otherPlace] = parts(other);
  if (log !== otherLog) return NaN;
  return place.length - otherPlace.length || (place < otherPlace ? -1 : 1);
}

function parts(id) {
  const [, log, place] = /^(.*)-(0|[1-9][0-9]*)$/.exec(id) ?? [null, id, ""];
  return [log, place];
}
