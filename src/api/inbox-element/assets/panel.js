// The panel: tabs, the list of the chosen one, and the preferences in its place.

class Panel {
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /** @type {Map<string, HTMLButtonElement>} */
  #tabs = new Map();
  /** @type {(() => void) | undefined} */
  #undo;

  /** @param {TidingsInbox} host */
  constructor(host) {
    this.host = host;
    this.preferences = new Preferences(host);
    this.heading = make("h2", { id: "title", class: "heading", part: "title", tabindex: "-1" });
    this.back = this.#tool("back", () => this.show("list"));
    this.readAll = this.#tool("done", () => void host.readAll());
    this.gear = this.#tool("gear", () => this.show("preferences"));
    this.close = this.#tool("close", () => host.hide());
    this.tabs = make("div", {
      class: "tabs",
      part: "tabs",
      role: "tablist",
      onkeydown: (event) => this.#moveTab(event),
    });
    this.list = make("ul", {
      class: "list",
      part: "list",
      role: "list",
      onkeydown: (event) => this.#move(event),
    });
    this.empty = make("p", { class: "empty", part: "empty" });
    this.more = button({ class: "plain more", part: "more", onclick: () => void host.more() });
    this.content = make(
      "div",
      { class: "content", part: "content", role: "tabpanel", id: "content" },
      this.list,
      this.empty,
      this.more,
    );
    this.offline = make("p", { class: "offline", part: "offline" });
    this.said = make("span", {});
    this.undo = button({ class: "plain", part: "undo", onclick: () => this.#takeBack() });
    this.notice = make("div", { class: "notice", part: "notice" }, this.said, this.undo);
    this.element = make(
      "div",
      { class: "panel", part: "panel", id: "panel", role: "dialog", "aria-labelledby": "title" },
      make(
        "div",
        { class: "head", part: "head" },
        this.back,
        this.heading,
        this.readAll,
        this.gear,
        this.close,
      ),
      this.tabs,
      this.offline,
      this.content,
      this.preferences.element,
      this.notice,
    );
    this.notice.hidden = true;
    this.mode = "list";
    // The next page comes before its reader is at the end. The button is there for those who do not scroll.
    this.watcher = new IntersectionObserver(
      ([entry]) => entry?.isIntersecting && host.view.state === "some" && void host.more(),
      { rootMargin: "240px" },
    );
    this.watch();
  }

  /** @param {keyof typeof ICONS} name @param {() => void} onclick */
  #tool(name, onclick) {
    return button({ class: "tool", part: `button ${name}`, onclick }, icon(name));
  }

  /** Looks whether the end is to be seen: at the start, and after each page, which may have been a short one. */
  watch() {
    this.watcher.disconnect();
    this.watcher.observe(this.more);
  }

  /** @param {"list" | "preferences"} mode */
  show(mode) {
    this.mode = mode;
    this.say("");
    if (mode === "preferences") void this.preferences.show();
    this.render();
    (mode === "preferences" ? this.back : this.gear).focus();
  }

  /**
   * Says something at the panel's foot, until something else is said. @param {string} text @param {() => void} [undo]
   */
  say(text, undo) {
    setText(this.said, text);
    this.notice.hidden = text === "";
    this.undo.hidden = undo === undefined;
    this.#undo = undo;
  }

  #takeBack() {
    const undo = this.#undo;
    this.say("");
    this.heading.focus();
    undo?.();
  }

  render() {
    const { words, store, view, isOffline, isPage } = this.host;
    const isList = this.mode === "list";
    setText(this.heading, isList ? words.title : words.settings);
    entitle(this.back, words.back);
    entitle(this.readAll, words.read_all);
    entitle(this.gear, words.settings);
    entitle(this.close, words.close);
    setText(this.undo, words.undo);
    this.back.hidden = isList;
    this.gear.hidden = !isList;
    this.readAll.hidden = !isList;
    this.readAll.disabled = store.unread === 0;
    this.close.hidden = isPage;
    this.tabs.hidden = !isList;
    this.content.hidden = !isList;
    this.preferences.element.hidden = isList;
    setText(this.offline, isOffline ? words.offline : "");
    this.offline.hidden = !isOffline;
    if (isList) this.#renderTabs();
    this.#renderList(store.list(view));
    attribute(this.content, "aria-busy", view.state === "loading" && "true");
    /** @type {Record<string, string>} */
    const texts = { new: words.loading, loading: words.loading, failed: words.failed };
    const none = view.key === "unread" ? words.all_read : words.empty;
    const isEmpty = this.#rows.size === 0 && view.state !== "some";
    setText(this.empty, isEmpty ? (texts[view.state] ?? none) : "");
    this.empty.hidden = !isEmpty;
    this.more.hidden = view.state === "all" || view.state === "new" || (isEmpty && view.state === "loading");
    this.more.disabled = view.state === "loading";
    setText(
      this.more,
      view.state === "failed" ? words.retry : view.state === "loading" ? words.loading : words.more,
    );
  }

  #renderTabs() {
    const { words, view, tabs: views } = this.host;
    /** @type {Record<string, string>} */
    const names = { all: words.all, unread: words.unread, archived: words.archived };
    const keys = views.map(({ key }) => key);
    for (const [key, tab] of this.#tabs)
      if (!keys.includes(key)) {
        tab.remove();
        this.#tabs.delete(key);
      }
    for (const [i, one] of views.entries()) {
      const onclick = () => this.host.choose(one.key);
      const tab =
        this.#tabs.get(one.key) ??
        button({ role: "tab", "aria-controls": "content", id: `tab-${i}-${Date.now()}`, onclick });
      this.#tabs.set(one.key, tab);
      const isChosen = one.key === view.key;
      setText(tab, names[one.key] ?? categoryName(words, one.key.slice("category:".length)));
      attribute(tab, "aria-selected", String(isChosen));
      attribute(tab, "part", isChosen ? "tab tab-selected" : "tab");
      attribute(tab, "tabindex", isChosen ? "0" : "-1");
      if (isChosen) attribute(this.content, "aria-labelledby", tab.id);
      if (this.tabs.children[i] !== tab) this.tabs.insertBefore(tab, this.tabs.children[i] ?? null);
    }
  }

  /** @param {Message[]} messages */
  #renderList(messages) {
    const focused = this.#focusedRow();
    const place = focused ? [...this.#rows.values()].indexOf(focused) : -1;
    const ids = new Set(messages.map(({ id }) => id));
    for (const [id, row] of this.#rows) if (!ids.has(id)) row.element.remove();
    const rows = messages.map((message) => {
      const row = this.#rows.get(message.id) ?? new Row(this.host, message);
      row.update(message);
      return row;
    });
    this.#rows = new Map(rows.map((row) => [row.message.id, row]));
    for (const [i, { element }] of rows.entries()) {
      const there = this.list.children[i];
      if (there !== element) this.list.insertBefore(element, there ?? null);
    }
    this.list.hidden = rows.length === 0;
    // Who has archived a message goes on with the one that has taken its place.
    if (focused && !ids.has(focused.message.id))
      (rows[place] ?? rows.at(-1) ?? { focus: () => this.heading.focus() }).focus();
  }

  #focusedRow() {
    const active = this.host.shadowRoot?.activeElement ?? null;
    return [...this.#rows.values()].find(({ element }) => element.contains(active));
  }

  /** The arrows lead from message to message. @param {KeyboardEvent} event */
  #move(event) {
    const rows = [...this.#rows.values()];
    const focused = this.#focusedRow();
    const place = focused ? rows.indexOf(focused) : -1;
    const next = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: rows.length - 1 }[event.key];
    const row = next === undefined ? undefined : rows[next];
    if (row === undefined) return;
    event.preventDefault();
    row.focus();
  }

  /** As ARIA's pattern for tabs has it; left is where the writing does not go. @param {KeyboardEvent} event */
  #moveTab(event) {
    const tabs = this.host.tabs.map(({ key }) => key);
    const place = tabs.indexOf(this.host.view.key);
    const step = getComputedStyle(this.element).direction === "rtl" ? -1 : 1;
    const count = tabs.length;
    const next = {
      ArrowRight: place + step + count,
      ArrowLeft: place - step + count,
      Home: 0,
      End: count - 1,
    }[event.key];
    const key = next === undefined ? undefined : tabs[next % count];
    if (key === undefined) return;
    event.preventDefault();
    this.host.choose(key);
    this.#tabs.get(key)?.focus();
  }

  focus() {
    this.heading.focus();
  }
}
