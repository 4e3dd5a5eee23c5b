// What is known of the inbox: what the server has said, and above it what its reader has done that is not confirmed yet.

const PAGE = 20;
/** One call marks up to 5,000 messages as read; a longer inbox takes several. */
const MOST_ROUNDS = 20;

/** Newest first, as the server lists them. @param {Message} a @param {Message} b */
const newestFirst = (a, b) =>
  a.sent_at === b.sent_at ? (a.id < b.id ? 1 : -1) : a.sent_at < b.sent_at ? 1 : -1;

/** @param {Message} message */
const isUnread = ({ read_at, archived_at }) => read_at === null && archived_at === null;

/** @type {Record<Change, (message: Message, now: string) => Message>} */
const EFFECTS = {
  read: (message, now) => ({ ...message, read_at: message.read_at ?? now }),
  unread: (message) => ({ ...message, read_at: null }),
  archive: (message, now) => ({ ...message, archived_at: message.archived_at ?? now }),
  unarchive: (message) => ({ ...message, archived_at: null }),
};

class Store {
  /** As the server has them. @type {Map<string, Message>} */
  #messages = new Map();
  /** What was done and is not confirmed, in its order. @type {Map<string, Change[]>} */
  #pending = new Map();
  /** The last call about each message: they follow each other. @type {Map<string, Promise<unknown>>} */
  #calls = new Map();
  /** Since when everything before counts as read, while that is not confirmed. @type {string | null} */
  #readingAll = null;
  #unread = 0;
  /** Grows when all is loaded afresh: a page that was asked for before is of no account then. */
  #generation = 0;
  /** @type {string | null} */
  cursor = null;
  /** Types by category. @type {Map<string, string[]>} */
  categories = new Map();
  /** Whether the categories are those of the messages that are known. */
  knowsCategories = false;

  /**
   * @param {Client} client
   * @param {object} told
   * @param {() => void} told.changed something is to be shown anew
   * @param {(messages: Message[]) => void} told.came new messages
   */
  constructor(client, { changed, came }) {
    this.client = client;
    this.changed = changed;
    this.came = came;
    /** @type {View[]} */
    this.fixed = [
      this.#view("all", "", (message) => message.archived_at === null),
      this.#view("unread", "&unread=true", isUnread),
      this.#view("archived", "&archived=true", (message) => message.archived_at !== null),
    ];
    /** @type {Map<string, View>} */
    this.byCategory = new Map();
  }

  /** @param {string} key @param {string} query @param {View["has"]} has @returns {View} */
  #view(key, query, has) {
    return { key, name: key, query, has, until: null, next: undefined, state: "new", kept: new Set() };
  }

  /** The tabs: all, unread, the categories, the archive. */
  get views() {
    const [all, unread, archived] = this.fixed;
    return [all, unread, ...this.byCategory.values(), archived].flatMap((view) => view ?? []);
  }

  /** A message as its reader sees it. @param {Message} message */
  #seen(message) {
    const all = this.#readingAll;
    const before = all !== null && isUnread(message) && message.sent_at <= all;
    const now = new Date().toISOString();
    return (this.#pending.get(message.id) ?? []).reduce(
      (seen, change) => EFFECTS[change](seen, now),
      before ? { ...message, read_at: all } : message,
    );
  }

  /** The messages of a tab, newest first. @param {View} view */
  list(view) {
    const { until, state } = view;
    const isWhole = state === "all";
    return Array.from(this.#messages.values(), (message) => this.#seen(message))
      .filter((message) => view.has(message) || view.kept.has(message.id))
      .filter((message) => isWhole || (until !== null && newestFirst(message, until) <= 0))
      .toSorted(newestFirst);
  }

  get unread() {
    let count = this.#readingAll === null ? this.#unread : 0;
    for (const id of this.#pending.keys()) {
      const message = this.#messages.get(id);
      if (message) {
        const counts = this.#readingAll === null ? isUnread(message) : false;
        count += Number(isUnread(this.#seen(message))) - Number(counts);
      }
    }
    return Math.max(0, count);
  }

  /** Takes what the server says, unless it has said something later before. @param {Message[]} messages @param {boolean} counts */
  #take(messages, counts = true) {
    for (const message of messages) {
      const known = this.#messages.get(message.id);
      if (known && known.updated_at > message.updated_at) continue;
      if (known && counts) this.#unread += Number(isUnread(message)) - Number(isUnread(known));
      this.#messages.set(message.id, message);
    }
  }

  /** Loads a tab's next page. @param {View} view */
  async load(view) {
    if (view.state === "loading" || view.state === "all") return;
    const [former, generation] = [view.state, this.#generation];
    view.state = "loading";
    this.changed();
    try {
      const page = await this.#page(view, view.next);
      if (generation === this.#generation) this.#append(view, page);
    } catch (error) {
      if (generation === this.#generation) view.state = former === "new" ? "failed" : "some";
      throw error;
    } finally {
      this.changed();
    }
  }

  /** @param {View} view @param {string} [next] @returns {Promise<InboxPage>} */
  #page({ query }, next) {
    const cursor = next === undefined ? "" : `&cursor=${next}`;
    return this.client.call("GET", `/inbox?limit=${PAGE}${query}${cursor}`);
  }

  /** @param {View} view @param {InboxPage} page */
  #append(view, page) {
    this.#takePage(page);
    view.until = page.data.at(-1) ?? view.until;
    view.next = page.pagination.next_cursor;
    view.state = view.next === undefined ? "all" : "some";
    this.cursor ??= page.live_cursor;
  }

  /** @param {InboxPage} page */
  #takePage({ data, live_cursor, unread_count }) {
    this.#take(data);
    // A replica may be behind what the live connection has said.
    if (this.cursor === null || Number(live_cursor) >= Number(this.cursor)) this.#unread = unread_count;
  }

  /** Looks what is new without a live connection. The cursor stays: that one will tell the rest. */
  async peek() {
    const [all] = this.fixed;
    if (all) this.#takePage(await this.#page(all));
    this.changed();
  }

  /** Asks which categories there are. */
  async loadCategories() {
    this.knowsCategories = true;
    try {
      const { data } = await this.client.call("GET", "/inbox/categories");
      for (const { category, types } of data) {
        this.categories.set(category, types);
        if (this.byCategory.has(category)) continue;
        /** @param {Message} message */
        const has = ({ type, archived_at }) =>
          archived_at === null && (this.categories.get(category) ?? []).includes(type);
        this.byCategory.set(category, this.#view(`category:${category}`, `&category=${category}`, has));
      }
    } catch {
      this.knowsCategories = false;
    }
    this.changed();
  }

  /** Starts afresh, from the first page. What is shown stays until that is there. @param {View} shown */
  async reload(shown) {
    const [all = shown] = this.fixed;
    const page = await this.#page(all);
    this.#generation++;
    this.#messages.clear();
    this.cursor = null;
    this.knowsCategories = false;
    for (const view of this.views) Object.assign(view, { until: null, next: undefined, state: "new" });
    this.#append(all, page);
    this.changed();
    if (shown !== all) await this.load(shown);
  }

  /** Takes a live frame with changes. @param {Extract<Frame, { type: "changes" }>} frame */
  take({ cursor, unread_count, messages }) {
    const fresh = messages.filter(
      (message) =>
        isUnread(message) && message.sent_at === message.updated_at && !this.#messages.has(message.id),
    );
    this.#take(messages, false);
    this.#unread = unread_count;
    this.cursor = cursor;
    const known = new Set([...this.categories.values()].flat());
    if (fresh.some(({ type }) => !known.has(type))) this.knowsCategories = false;
    this.changed();
    if (fresh.length > 0) this.came(fresh);
  }

  /**
   * Does something with a message: it is seen at once, and taken back if the server refuses. @throws what the call throws
   * @param {string} id @param {Change} change @param {View} view where it is done
   */
  async change(id, change, view) {
    const mine = [...(this.#pending.get(id) ?? []), change];
    this.#pending.set(id, mine);
    if (change === "read" && view.key === "unread") view.kept.add(id);
    const call = (this.#calls.get(id) ?? Promise.resolve())
      .catch(() => {})
      .then(() => this.client.call("POST", `/inbox/${id}/${change}`));
    this.#calls.set(id, call);
    this.changed();
    try {
      const { unread_count: _, ...message } = await call;
      this.#take([message]);
    } finally {
      const [, ...rest] = this.#pending.get(id) ?? [];
      if (rest.length > 0) this.#pending.set(id, rest);
      else {
        this.#pending.delete(id);
        this.#calls.delete(id);
      }
      this.changed();
    }
  }

  /** Marks everything as read, as `change` does. @throws what the call throws */
  async readAll() {
    const before = [...this.#messages.values()];
    this.#readingAll = before.reduce((latest, { sent_at }) => (sent_at > latest ? sent_at : latest), "");
    this.changed();
    try {
      for (let round = 0; round < MOST_ROUNDS; round++) {
        const { updated, unread_count } = await this.client.call("POST", "/inbox/read-all");
        for (const { id } of before) {
          const message = this.#messages.get(id);
          if (message && isUnread(message))
            this.#messages.set(id, { ...message, read_at: message.updated_at });
        }
        this.#unread = unread_count;
        if (updated === 0 || unread_count === 0) break;
      }
    } finally {
      this.#readingAll = null;
      this.changed();
    }
  }
}
