// The element itself: attributes, properties, events, the bell and where its panel opens. See README.md.

/** Times are printed anew so often (ms). */
const TICK_MS = 60_000;
/** A connection that is lost for a moment only is not worth a word (ms). */
const OFFLINE_AFTER_MS = 2_000;
const MARGIN = 8;

const style = new CSSStyleSheet();
style.replaceSync(STYLE);

class TidingsInbox extends HTMLElement {
  static observedAttributes = ["api", "lang", "layout", "tabs"];

  /** @type {(() => string | Promise<string>) | null} */
  #getToken = null;
  /** @type {Partial<Words>} */
  #labels = {};
  /** @type {Live | null} */
  #live = null;
  #isScheduled = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #tick;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #offlineTimer;
  #announced = -1;
  #key = "all";
  isOffline = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [style];
    const { words, locale } = speak("en");
    this.words = words;
    this.locale = locale;
    this.client = new Client(
      "",
      () => "",
      () => {},
    );
    this.store = this.#newStore();
    this.panel = new Panel(this);
    this.badge = make("span", { class: "badge", part: "badge", "aria-hidden": "true" });
    const slot = make("slot", { name: "bell" }, icon("bell"));
    this.bell = button(
      {
        class: "bell",
        part: "bell",
        "aria-haspopup": "dialog",
        "aria-controls": "panel",
        onclick: () => this.toggle(),
      },
      slot,
      this.badge,
    );
    /** Tells what comes to those who do not see it. */
    this.status = make("div", { class: "hidden", role: "status", "aria-live": "polite" });
    root.append(this.bell, this.panel.element, this.status);
    this.panel.element.addEventListener("toggle", (event) => this.#toggled(event));
  }

  connectedCallback() {
    // A page may have set these before the module was there.
    for (const property of /** @type {const} */ (["getToken", "labels"]))
      if (Object.hasOwn(this, property)) {
        const value = this[property];
        Reflect.deleteProperty(this, property);
        Object.assign(this, { [property]: value });
      }
    this.#tick = setInterval(() => this.render(), TICK_MS);
    for (const type of ["resize", "scroll"])
      window.addEventListener(type, this.#place, { passive: true, capture: true });
    this.#layOut();
    this.#speak();
    this.#start();
  }

  disconnectedCallback() {
    clearInterval(this.#tick);
    for (const type of ["resize", "scroll"]) window.removeEventListener(type, this.#place, { capture: true });
    this.#stop();
  }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    if (!this.isConnected || before === now) return;
    if (name === "lang") this.#speak();
    else if (name === "layout") this.#layOut();
    else if (name === "api") this.reset();
    this.render();
  }

  /** Hands out a token of the reader: now, and whenever the service refuses the one before. Null: nobody is signed in. */
  get getToken() {
    return this.#getToken;
  }
  set getToken(callback) {
    const isNew = (this.#getToken === null) !== (callback === null);
    this.#getToken = callback ?? null;
    if (isNew && this.isConnected) this.reset();
  }

  /** Words in place of the element's own, for example in another language. */
  get labels() {
    return this.#labels;
  }
  set labels(labels) {
    this.#labels = labels ?? {};
    this.#speak();
  }

  get unreadCount() {
    return this.store.unread;
  }
  get isPage() {
    return this.getAttribute("layout") === "page";
  }
  get isOpen() {
    return this.isPage || this.panel.element.matches(":popover-open");
  }

  /** The tabs that are shown: those of the attribute, or all that there is something for. */
  get tabs() {
    const wanted = this.getAttribute("tabs")?.split(" ");
    const has = (/** @type {View} */ { key }) =>
      wanted?.includes(key) || wanted?.includes(key.slice("category:".length));
    const found = this.store.views.filter((view) => wanted === undefined || has(view));
    return found.length > 0 ? found : this.store.fixed.slice(0, 1);
  }

  /** The tab that is chosen. */
  get view() {
    const { tabs } = this;
    const view = tabs.find(({ key }) => key === this.#key) ?? tabs[0];
    if (view === undefined) throw new Error("no tab");
    return view;
  }

  show() {
    if (!this.isOpen) this.panel.element.showPopover();
  }
  hide() {
    if (!this.isPage && this.isOpen) this.panel.element.hidePopover();
  }
  toggle() {
    if (this.isOpen) this.hide();
    else this.show();
  }

  /** Forgets everything and begins anew: for another user, after signing in or out. */
  reset() {
    this.#stop();
    this.store = this.#newStore();
    this.#key = "all";
    this.#announced = -1;
    this.panel.preferences.clear();
    this.panel.mode = "list";
    this.panel.say("");
    if (this.isConnected) this.#start();
    this.render();
  }

  #newStore() {
    return new Store(this.client, { changed: () => this.render(), came: (messages) => this.#came(messages) });
  }

  #start() {
    if (this.#getToken === null) return;
    const client = new Client(
      this.getAttribute("api") || HERE.origin,
      () => this.#getToken?.() ?? "",
      () => this.reset(),
    );
    this.client = client;
    this.store = this.#newStore();
    const { store } = this;
    this.#live = new Live({
      url: async () => {
        if (store.cursor === null) await store.load(store.fixed[0] ?? this.view);
        const { ticket } = await client.call("POST", "/inbox/ticket");
        const url = new URL(`${client.base}/api/v1/inbox/live`, location.href);
        url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
        url.search = new URLSearchParams({ ticket, after: store.cursor ?? "0" }).toString();
        return url.href;
      },
      onFrame: (frame, say) => {
        if (frame.type === "changes") return store.take(frame);
        const again = async () => {
          await store.reload(this.view);
          say({ type: "sync", after: store.cursor });
        };
        again().catch((error) => this.failed(error));
      },
      onState: (isLive) => this.#online(isLive),
      without: () => store.peek(),
    });
    this.#live.start();
    if (this.isOpen) this.#fill();
  }

  #stop() {
    clearTimeout(this.#offlineTimer);
    this.isOffline = false;
    this.#live?.stop();
    this.#live = null;
  }

  /** @param {boolean} isLive */
  #online(isLive) {
    clearTimeout(this.#offlineTimer);
    this.#offlineTimer = undefined;
    const say = (/** @type {boolean} */ isOffline) => {
      if (this.isOffline === isOffline) return;
      this.isOffline = isOffline;
      this.emit("connection", { online: !isOffline });
      this.render();
    };
    if (isLive) say(false);
    else this.#offlineTimer = setTimeout(say, OFFLINE_AFTER_MS, true);
  }

  /** Loads what is to be seen. */
  #fill() {
    const { store, view } = this;
    if (this.#live === null) return;
    if (!store.knowsCategories) void store.loadCategories();
    // The first page of all comes with the connection.
    if (view.state === "new" && view !== store.fixed[0]) void this.more();
  }

  /** Loads the next page of the chosen tab. */
  async more() {
    try {
      await this.store.load(this.view);
      this.panel.watch();
    } catch (error) {
      this.failed(error);
    }
  }

  /** @param {string} key */
  choose(key) {
    this.view.kept.clear();
    this.#key = key;
    this.panel.say("");
    this.panel.content.scrollTop = 0;
    this.#fill();
    this.render();
  }

  /** @param {Message} message @param {Change} change @param {boolean} [isUndo] */
  async change(message, change, isUndo = false) {
    const { words, panel } = this;
    if (change === "archive")
      panel.say(words.did_archive, () => void this.change(message, "unarchive", true));
    else if (!isUndo) panel.say("");
    try {
      await this.store.change(message.id, change, this.view);
      this.emit(change, { message, unread: this.unreadCount });
    } catch (error) {
      this.failed(error, words.failed);
    }
  }

  async readAll() {
    this.panel.say("");
    this.panel.heading.focus();
    try {
      await this.store.readAll();
      this.emit("read-all", { unread: this.unreadCount });
    } catch (error) {
      this.failed(error, this.words.failed);
    }
  }

  /** Somebody opens a message. Its page may do that itself, and prevent the default. @param {Message} message @param {string | null} href @param {Event} event */
  act(message, href, event) {
    if (message.read_at === null) void this.change(message, "read");
    if (!this.emit("action", { message, href })) event.preventDefault();
    else if (href !== null) this.hide();
  }

  /** @param {unknown} error @param {string} [text] what to say of it */
  failed(error, text) {
    if (text !== undefined) {
      this.panel.say(text);
      setText(this.status, text);
    }
    this.emit("error", { error, problem: error instanceof CallFailed ? error.problem : null });
  }

  /** @param {string} name @param {object} detail @returns {boolean} false where a listener prevented the default */
  emit(name, detail) {
    const event = new CustomEvent(`tidings:${name}`, {
      detail,
      bubbles: true,
      composed: true,
      cancelable: name === "action",
    });
    return this.dispatchEvent(event);
  }

  /** @param {Message[]} messages */
  #came(messages) {
    const [first] = messages;
    const { words } = this;
    if (this.isOpen) this.#fill();
    const text = messages.length === 1 ? `${words.new}: ${first?.title || first?.body}` : this.#label();
    setText(this.status, text);
    for (const message of messages) this.emit("message", { message });
  }

  #speak() {
    const near = this.closest("[lang]")?.getAttribute("lang");
    const { words, locale } = speak(near || document.documentElement.lang || navigator.language);
    const labels = this.#labels;
    this.words = { ...words, ...labels };
    // Words of its page's own are in its page's language.
    this.locale = Object.keys(labels).length > 0 && near ? near : locale;
    for (const part of [this.panel.element, this.bell, this.status]) attribute(part, "lang", this.locale);
    this.render();
  }

  #layOut() {
    const { element } = this.panel;
    const { isPage } = this;
    attribute(element, "popover", !isPage && "auto");
    attribute(element, "role", isPage ? "region" : "dialog");
    this.bell.hidden = isPage;
    if (isPage) this.#fill();
  }

  /** @param {Event} event */
  #toggled(event) {
    const isOpen = "newState" in event && event.newState === "open";
    attribute(this.bell, "aria-expanded", String(isOpen));
    if (isOpen) {
      this.#place();
      this.#fill();
      this.panel.focus();
    } else {
      this.view.kept.clear();
      this.panel.mode = "list";
      this.panel.say("");
    }
    this.emit("toggle", { open: isOpen });
    this.render();
  }

  /** Below the bell, or above it where there is more room; as far as it fits into the window. */
  #place = () => {
    if (this.isPage || !this.isOpen) return;
    const { element } = this.panel;
    const bell = this.bell.getBoundingClientRect();
    const { clientWidth: width, clientHeight: height } = document.documentElement;
    const isRtl = getComputedStyle(this).direction === "rtl";
    const own = element.offsetWidth;
    const wanted = isRtl === (this.getAttribute("align") === "start") ? bell.right - own : bell.left;
    const left = Math.max(MARGIN, Math.min(wanted, width - own - MARGIN));
    const [below, above] = [height - bell.bottom, bell.top];
    const isBelow = below >= 320 || below >= above;
    element.style.setProperty("left", `${own + 2 * MARGIN >= width ? 0 : left}px`);
    element.style.setProperty("top", isBelow ? `${bell.bottom + MARGIN}px` : "auto");
    element.style.setProperty("bottom", isBelow ? "auto" : `${height - bell.top + MARGIN}px`);
    element.style.setProperty("--room", `${(isBelow ? below : above) - 2 * MARGIN}px`);
  };

  /** @param {number} n */
  #number(n) {
    return new Intl.NumberFormat(this.locale).format(n);
  }

  /** The bell's name: "Notifications, Unread: 3". */
  #label() {
    const { unreadCount: unread, words } = this;
    return unread === 0 ? words.title : `${words.title}, ${words.unread}: ${this.#number(unread)}`;
  }

  /** Shows what has changed, once for all that changes at a time. */
  render() {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      const { unreadCount: unread, store } = this;
      setText(this.badge, unread > 99 ? `${this.#number(99)}+` : this.#number(unread));
      this.badge.hidden = unread === 0;
      entitle(this.bell, this.#label());
      if (this.isOpen) this.panel.render();
      if (store.cursor === null || unread === this.#announced) return;
      this.#announced = unread;
      this.emit("count", { unread });
    });
  }
}

if (!customElements.get("tidings-inbox")) customElements.define("tidings-inbox", TidingsInbox);
