// Who is signed in is one for all tabs of a browser: a page of somebody else's is told so by theirs.
//
//   new Session(() => stop()).begin(user);

const NAME = "chatbot-user";

export class Session {
  #user = null;
  #channel = null;

  /** `ended()` is called when a page of another user was opened in this browser. */
  constructor(ended) {
    if (!globalThis.BroadcastChannel) return;
    this.#channel = new BroadcastChannel(NAME);
    this.#channel.onmessage = ({ data }) => this.#user !== null && data !== this.#user && ended();
  }

  /** Says that this page is `user`'s; null is nobody, of whom no tab needs to know. */
  begin(user) {
    this.#user = user;
    if (user !== null) this.#channel?.postMessage(user);
  }
}
