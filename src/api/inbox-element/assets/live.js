// The live connection: it is open while its page is seen, and comes back by itself with the cursor, so that nothing is missed.

/** A hidden page keeps its connection for so long (ms): many hide for a moment only. */
const HIDDEN_MS = 5_000;
/** The first and the longest wait before another attempt. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** How often a ping is sent, and how long its pong may take. */
const PING_MS = 25_000;
const PONG_MS = 10_000;
/** Close codes of the service: connect again at once; and never by itself: too many connections, the user is gone. */
const AGAIN = 4_000;
const ENDED = [4_001, 4_002];

class Live {
  /** @type {WebSocket | null} */
  #socket = null;
  /** Grows with each start and stop: what an earlier attempt still does is of no account. */
  #turn = 0;
  #failures = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pulse;
  #isWanted = false;

  /**
   * @param {object} given
   * @param {() => Promise<string>} given.url where to connect, with a new ticket and the cursor; rejects to be tried again
   * @param {(frame: Frame, say: (said: object) => void) => void} given.onFrame
   * @param {(isLive: boolean) => void} given.onState
   * @param {() => Promise<unknown>} given.without what to do instead, when sockets fail again and again
   */
  constructor({ url, onFrame, onState, without }) {
    this.url = url;
    this.onFrame = onFrame;
    this.onState = onState;
    this.without = without;
  }

  start() {
    if (this.#isWanted) return;
    this.#isWanted = true;
    for (const type of ["visibilitychange", "pagehide", "pageshow"])
      (type === "visibilitychange" ? document : window).addEventListener(type, this);
    for (const type of ["online", "offline"]) window.addEventListener(type, this);
    if (document.visibilityState !== "hidden") void this.#connect();
  }

  stop() {
    this.#isWanted = false;
    for (const type of ["visibilitychange", "pagehide", "pageshow", "online", "offline"]) {
      document.removeEventListener(type, this);
      window.removeEventListener(type, this);
    }
    this.#close();
  }

  /** @param {Event} event */
  handleEvent({ type }) {
    const isHidden = document.visibilityState === "hidden";
    // A page with an open connection cannot be kept for the way back.
    if (type === "pagehide") this.#close();
    else if (type === "offline") this.#lost();
    else if (isHidden) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#close(), HIDDEN_MS);
    } else if (this.#socket === null || type === "online") {
      this.#failures = 0;
      void this.#connect();
    } else clearTimeout(this.#timer);
  }

  #close() {
    this.#turn++;
    clearTimeout(this.#timer);
    clearTimeout(this.#pulse);
    this.#socket?.close(1_000);
    this.#socket = null;
  }

  #lost() {
    this.#close();
    this.onState(false);
  }

  async #connect() {
    this.#close();
    const turn = this.#turn;
    try {
      const url = await this.url();
      if (turn !== this.#turn) return;
      const socket = new WebSocket(url);
      this.#socket = socket;
      this.#expectSilence(socket);
      socket.addEventListener("message", ({ data }) => turn === this.#turn && this.#hear(socket, data));
      socket.addEventListener("close", ({ code }) => turn === this.#turn && this.#closed(code));
    } catch {
      if (turn === this.#turn) this.#closed(0);
    }
  }

  /** @param {number} code */
  #closed(code) {
    this.#lost();
    if (ENDED.includes(code)) return;
    const failures = ++this.#failures;
    // Some networks let no sockets through.
    if (failures % 3 === 0) void this.without().catch(() => {});
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1)) * (0.5 + Math.random());
    this.#timer = setTimeout(() => void this.#connect(), code === AGAIN && failures === 1 ? 0 : wait);
  }

  /** @param {WebSocket} socket @param {unknown} data */
  #hear(socket, data) {
    this.#expectSilence(socket);
    if (typeof data !== "string" || data === "pong") return;
    /** @type {Frame} */
    const frame = JSON.parse(data);
    /** @param {object} said */
    const say = (said) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(said));
    if (frame.ack) say({ type: "ack", ack: frame.ack });
    this.#failures = 0;
    this.onState(true);
    this.onFrame(frame, say);
  }

  /** After a while without a word it asks whether the server is there, and connects again when it is not. @param {WebSocket} socket */
  #expectSilence(socket) {
    clearTimeout(this.#pulse);
    this.#pulse = setTimeout(() => {
      if (socket.readyState === WebSocket.OPEN) socket.send("ping");
      this.#pulse = setTimeout(() => this.#closed(0), PONG_MS);
    }, PING_MS);
  }
}
