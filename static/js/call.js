// One call of a tool as a line of its answer: the same markup as templates/conversations/call.html.

const NOTES = { failed: "did not work", declined: "not done", interrupted: "interrupted" };

export function line(call, message) {
  const item = document.createElement("li");
  item.className = "call";
  item.dataset.state = call.state;
  const text = document.createElement("span");
  text.textContent = call.question || call.label;
  item.append(text);
  if (NOTES[call.state]) item.append(note(NOTES[call.state]));
  if (call.state === "waiting") item.append(ways(call, message));
  return item;
}

function note(text) {
  const element = document.createElement("small");
  element.textContent = ` · ${text}`;
  return element;
}

function ways(call, message) {
  const path = `/c/${message.conversation_id}/${message.id}/tools/${call.ordinal}`;
  const element = document.createElement("p");
  element.className = "ways";
  element.append(way("approve", "Approve", call, path), way("decline", "Decline", call, path));
  return element;
}

function way(name, text, call, path) {
  const button = document.createElement("button");
  button.className = `choice ${name}`;
  button.setAttribute("form", "choice");
  button.setAttribute("formaction", `${path}/${name}`);
  button.dataset.ordinal = call.ordinal;
  button.textContent = text;
  return button;
}
