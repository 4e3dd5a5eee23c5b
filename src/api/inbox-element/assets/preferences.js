// What its reader wants to get, and where: a group for each category, a box for each channel.

class Preferences {
  /** @type {Matrix | null} */
  #matrix = null;
  /** The boxes' labels, by channel: where a channel is off as a whole, its categories are dimmed. @type {[string, Element][]} */
  #choices = [];

  /** @param {TidingsInbox} host */
  constructor(host) {
    this.host = host;
    this.element = make("div", { class: "preferences", part: "preferences" });
  }

  /** Asks for them and shows them. */
  async show() {
    const { words, client } = this.host;
    if (this.#matrix === null) this.element.replaceChildren(make("p", { class: "empty" }, words.loading));
    try {
      this.#matrix = await client.call("GET", "/preferences");
      this.#render();
    } catch (error) {
      this.host.failed(error);
      const again = button({ class: "plain", onclick: () => void this.show() }, words.retry);
      this.element.replaceChildren(make("p", { class: "empty" }, words.failed), again);
    }
  }

  /** Forgets whose they are. */
  clear() {
    this.#matrix = null;
    this.element.replaceChildren();
  }

  #render() {
    const { words } = this.host;
    const matrix = this.#matrix;
    if (matrix === null) return;
    const rows = Object.entries(matrix.categories);
    this.#choices = [];
    const isLocked = rows.some(([, row]) => Object.values(row).some(({ locked }) => locked));
    this.element.replaceChildren(
      ...rows.map(([category, row]) => this.#group(category, row)),
      ...(isLocked ? [make("p", { class: "note", id: "locked" }, words.locked)] : []),
      this.#quietHours(matrix.quiet_hours),
    );
    this.#dim();
  }

  #dim() {
    const whole = this.#matrix?.categories["all"] ?? {};
    for (const [channel, choice] of this.#choices)
      choice.classList.toggle("off", whole[channel]?.enabled === false);
  }

  /** @param {string} category @param {Record<string, Cell>} row */
  #group(category, row) {
    const { words } = this.host;
    const boxes = Object.entries(row).map(([channel, { enabled, locked }]) => {
      const box = make("input", {
        type: "checkbox",
        checked: enabled,
        disabled: locked,
        ...(locked && { "aria-describedby": "locked" }),
        onchange: () =>
          void this.#save({ categories: { [category]: { [channel]: box.checked } } }, () => {
            box.checked = !box.checked;
          }),
      });
      const choice = make(
        "label",
        { class: "choice", part: "choice" },
        box,
        words[`channel_${channel}`] ?? channel,
      );
      if (category !== "all") this.#choices.push([channel, choice]);
      return choice;
    });
    return make(
      "fieldset",
      { part: "category" },
      make("legend", {}, categoryName(words, category)),
      ...boxes,
    );
  }

  /** @param {Matrix["quiet_hours"]} hours */
  #quietHours({ enabled, start, end, days }) {
    const { words } = this.host;
    const on = make("input", { type: "checkbox", checked: enabled });
    const [from, to] = [start ?? "22:00", end ?? "07:00"].map((value) =>
      make("input", { type: "time", required: true, value, part: "time" }),
    );
    if (!from || !to) return "";
    const times = make("div", { class: "times" }, label(words.from, from), label(words.to, to));
    times.hidden = !enabled;
    const group = make(
      "fieldset",
      { part: "quiet-hours" },
      make("legend", {}, words.quiet_hours),
      make("label", { class: "choice", part: "choice" }, on, words.quiet_on),
      times,
    );
    let saved = { on: enabled, from: from.value, to: to.value };
    group.addEventListener("change", () => {
      times.hidden = !on.checked;
      if (!from.value || !to.value) return;
      const wanted = { on: on.checked, from: from.value, to: to.value };
      const quiet_hours = on.checked
        ? { enabled: true, start: from.value, end: to.value, ...(days.length > 0 && { days }) }
        : { enabled: false };
      void this.#save({ quiet_hours }, () => {
        [on.checked, from.value, to.value] = [saved.on, saved.from, saved.to];
        times.hidden = !saved.on;
      }).then((isSaved) => isSaved && (saved = wanted));
    });
    return group;
  }

  /** Saves a change, or takes it back. @param {object} change @param {() => void} undo */
  async #save(change, undo) {
    try {
      this.#matrix = await this.host.client.call("PATCH", "/preferences", change);
      this.#dim();
      this.host.emit("preferences", { change });
      return true;
    } catch (error) {
      undo();
      this.host.failed(error, this.host.words.failed);
      return false;
    }
  }
}

/** @param {string} text @param {HTMLElement} input */
const label = (text, input) => make("label", {}, text, input);
