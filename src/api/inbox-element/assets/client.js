// Calls to the API, with a token that its page hands out and that may be renewed.

/** A call that has failed: `status` 0 is a network that is not there. `problem` is the API's problem document. */
class CallFailed extends Error {
  /** @param {number} status @param {any} [problem] */
  constructor(status, problem) {
    super(problem?.detail ?? problem?.title ?? `status ${status}`);
    this.status = status;
    this.problem = problem ?? null;
  }
}

/** How often a call is tried that may be repeated, and the least wait before the next attempt (ms). */
const ATTEMPTS = 3;
const RETRY_MS = 400;
/** A server that wants us to wait longer gets no further attempt. */
const MAX_WAIT_MS = 10_000;
const TIMEOUT_MS = 20_000;

/** @param {number} ms @returns {Promise<void>} */
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Whose token it is; "" where that cannot be read. @param {string} token */
function subjectIn(token) {
  try {
    const [, payload = ""] = token.split(".");
    return String(JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))).sub);
  } catch {
    return "";
  }
}

class Client {
  /** @type {string | null} */
  #token = null;
  /** @type {Promise<string> | null} */
  #asking = null;
  #bookmark = "";
  #subject = "";

  /**
   * @param {string} base where the service answers
   * @param {() => string | Promise<string>} getToken
   * @param {() => void} otherUser the token is of somebody else than the one before
   */
  constructor(base, getToken, otherUser) {
    this.base = base.endsWith("/") ? base.slice(0, -1) : base;
    this.getToken = getToken;
    this.otherUser = otherUser;
  }

  /** Asks the page for a token, once for all calls that wait for it. */
  #tokenNow() {
    this.#asking ??= (async () => {
      this.#token ??= await this.getToken();
      const subject = subjectIn(this.#token);
      if (this.#subject !== "" && subject !== this.#subject) {
        this.#bookmark = "";
        this.otherUser();
      }
      this.#subject = subject;
      return this.#token;
    })().finally(() => (this.#asking = null));
    return this.#asking;
  }

  /**
   * Calls the API. All calls of this element may be repeated, so a fault is tried again; a token that is refused is renewed
   * once. @throws {CallFailed}
   * @param {string} method @param {string} path @param {unknown} [body]
   * @returns {Promise<any>}
   */
  async call(method, path, body) {
    let isRenewed = false;
    for (let attempt = 1; ; attempt++) {
      const token = await this.#tokenNow();
      const { answer, failure, wait } = await this.#once(token, method, path, body);
      if (failure === null) return answer;
      if (failure.status === 401 && !isRenewed) {
        isRenewed = true;
        if (this.#token === token) this.#token = null;
        attempt--;
        continue;
      }
      const mayPass = failure.status === 0 || failure.status === 429 || failure.status >= 500;
      if (!mayPass || attempt >= ATTEMPTS || wait > MAX_WAIT_MS) throw failure;
      await sleep(Math.max(wait, RETRY_MS * 3 ** (attempt - 1) * (0.5 + Math.random())));
    }
  }

  /**
   * @param {string} token @param {string} method @param {string} path @param {unknown} body
   * @returns {Promise<{ answer?: any, failure: CallFailed | null, wait: number }>}
   */
  async #once(token, method, path, body) {
    try {
      const answer = await fetch(`${this.base}/api/v1${path}`, {
        method,
        credentials: "omit",
        cache: "no-store",
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { "content-type": "application/json" }),
          ...(this.#bookmark && { "x-d1-bookmark": this.#bookmark }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const json = await answer.json().catch(() => undefined);
      if (answer.ok && json !== undefined) {
        this.#bookmark = answer.headers.get("x-d1-bookmark") ?? this.#bookmark;
        return { answer: json, failure: null, wait: 0 };
      }
      const wait = Number(answer.headers.get("retry-after") ?? 0) * 1_000 || 0;
      return { failure: new CallFailed(answer.ok ? 0 : answer.status, json), wait };
    } catch {
      return { failure: new CallFailed(0), wait: 0 };
    }
  }
}
