// One message of the list. Its element lives as long as the message is shown, so that nobody loses the place.

class Row {
  /** @param {TidingsInbox} host @param {Message} message */
  constructor(host, message) {
    this.host = host;
    this.message = message;
    const id = `message-${message.id}`;
    /** The links that are shown, as JSON. */
    this.links = "";
    this.state = make("span", { class: "hidden" });
    this.title = make("span", { dir: "auto" });
    this.heading = make("div", { class: "title", part: "item-title", id });
    this.body = make("p", { class: "body", part: "item-body", dir: "auto" });
    this.time = make("time", { part: "item-time" });
    this.note = make("span", { class: "note" });
    this.actions = make("div", { class: "actions", part: "item-actions" });
    this.mark = this.#button("mark", () => this.#toggle("read_at", "read", "unread"), id);
    this.archive = this.#button("archive", () => this.#toggle("archived_at", "archive", "unarchive"), id);
    this.element = make(
      "li",
      { class: "item" },
      make("span", { class: "dot", part: "item-dot" }),
      make(
        "div",
        { class: "main" },
        this.heading,
        this.body,
        make("div", { class: "meta" }, this.time, this.note),
        this.actions,
      ),
      make("div", { class: "tools", part: "item-tools" }, this.mark, this.archive),
    );
    this.update(message);
  }

  /** @param {keyof typeof ICONS} name @param {() => void} onclick @param {string} described */
  #button(name, onclick, described) {
    return button({ class: "tool", "aria-describedby": described, onclick }, icon(name));
  }

  /** @param {"read_at" | "archived_at"} field @param {Change} set @param {Change} clear */
  #toggle(field, set, clear) {
    void this.host.change(this.message, this.message[field] === null ? set : clear);
  }

  /** @param {Message} message */
  update(message) {
    this.message = message;
    const { words, locale } = this.host;
    const [unread, archived] = [message.read_at === null, message.archived_at !== null];
    const expired = message.expires_at !== null && Date.parse(message.expires_at) < Date.now();
    const states = [unread && "unread", expired && "expired", archived && "archived"].filter(Boolean);
    for (const name of ["class", "part"]) attribute(this.element, name, ["item", ...states].join(" "));
    this.#link(actionsOf(message, words));
    setText(this.state, unread ? `${words.unread}: ` : "");
    setText(this.title, message.title || message.body);
    setText(this.body, message.title ? message.body : "");
    attribute(this.time, "datetime", message.sent_at);
    attribute(this.time, "title", new Date(message.sent_at).toLocaleString(locale));
    setText(this.time, ago(message.sent_at, locale));
    setText(this.note, expired ? ` · ${words.expired}` : "");
    entitle(this.mark, unread ? words.mark_read : words.mark_unread);
    entitle(this.archive, archived ? words.unarchive : words.archive);
    this.mark.hidden = archived;
    const shown = this.archive.firstElementChild?.getAttribute("class");
    const wanted = archived ? "inbox" : "archive";
    if (shown !== `icon icon-${wanted}`) this.archive.replaceChildren(icon(wanted));
  }

  /** Makes the title and the actions, when their links have changed. @param {Action[]} actions */
  #link(actions) {
    const wanted = JSON.stringify(actions);
    if (wanted === this.links) return;
    this.links = wanted;
    const [main, ...others] = actions;
    // Without a link the title is a button: its page may know what to open.
    const title = main
      ? this.#anchor(main, "opener")
      : button({ class: "opener", onclick: (event) => this.host.act(this.message, null, event) });
    title.append(this.state, this.title);
    this.heading.replaceChildren(title);
    const named = main && (others.length > 0 || main.label !== this.host.words.open) ? actions : [];
    this.actions.replaceChildren(
      ...named.map((action) => {
        const link = this.#anchor(action, "action");
        attribute(link, "part", "action");
        link.append(action.label);
        return link;
      }),
    );
  }

  /** @param {Action} action @param {string} className */
  #anchor({ href, away }, className) {
    return make("a", {
      href,
      class: className,
      ...(away && { target: "_blank", rel: "noopener noreferrer" }),
      onclick: (event) => this.host.act(this.message, href, event),
    });
  }

  focus() {
    const opener = this.heading.firstElementChild;
    if (opener instanceof HTMLElement) opener.focus();
  }
}

/** The name of a button that shows an icon. @param {Element} button @param {string} text */
function entitle(button, text) {
  attribute(button, "aria-label", text);
  attribute(button, "title", text);
}
