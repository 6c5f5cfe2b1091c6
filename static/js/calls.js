// The calls of tools in an answer: which state of one is the newer, told by whatever event or history. No DOM.

const RANK = { waiting: 0, approved: 1, running: 2 };
const ENDED = 3;

/** The same array where it tells nothing new. A call goes through its states in one direction alone. */
export function withCall(calls, call) {
  const held = calls.find((each) => each.ordinal === call.ordinal);
  if (held && rank(held) >= rank(call)) return calls;
  const others = calls.filter((each) => each !== held);
  return [...others, call].sort((one, other) => one.ordinal - other.ordinal);
}

export function withCalls(calls, others) {
  return others.reduce(withCall, calls);
}

function rank({ state }) {
  return RANK[state] ?? ENDED;
}
