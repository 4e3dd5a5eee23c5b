// The console works without this script. It tells the server the viewer's time zone, and makes some things handier.

/** @param {string} name @param {string} value */
const keep = (name, value) => {
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/console; max-age=31536000; samesite=strict`;
};

// Times are printed by the server, in the zone of this cookie: so nothing moves when the page is there.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
if (document.documentElement.dataset["zone"] !== timeZone) {
  const isNew = !document.cookie.includes("tidings-zone=");
  keep("tidings-zone", timeZone);
  // The first page of a new browser only, and not one that signs in: a ticket can be used once.
  const signsIn = document.body.classList.contains("alone");
  if (isNew && !signsIn && document.cookie.includes("tidings-zone=")) location.replace(location.href);
}

// A page that answers a form, and shows what no other page does: a reload leads to the thing itself.
const { address } = document.getElementById("main")?.dataset ?? {};
if (address !== undefined) history.replaceState(null, "", address);

// In a narrow window the sections are in a row that scrolls.
document.querySelector(".nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const scheme = event.target.closest("[data-scheme]");
  if (scheme instanceof HTMLElement) {
    const shown = document.documentElement.dataset["theme"];
    const isDark =
      shown === undefined ? matchMedia("(prefers-color-scheme: dark)").matches : shown === "dark";
    const next = isDark ? "light" : "dark";
    document.documentElement.dataset["theme"] = next;
    keep("tidings-theme", next);
  }
  const copy = event.target.closest("[data-copy]");
  if (copy instanceof HTMLElement) {
    void navigator.clipboard.writeText(copy.dataset["copy"] ?? "");
    copy.dataset["copied"] = "";
    setTimeout(() => delete copy.dataset["copied"], 1_200);
  }
});

// "/" goes to the page's search field, as in many tools.
addEventListener("keydown", (event) => {
  const isTyping =
    event.target instanceof Element && event.target.closest("input, textarea, select") !== null;
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey) return;
  const search = document.querySelector("[data-search]");
  if (!(search instanceof HTMLElement)) return;
  event.preventDefault();
  search.focus();
});

// A form of filters is sent when one of its lists changes.
addEventListener("change", (event) => {
  if (!(event.target instanceof HTMLSelectElement)) return;
  const form = event.target.closest("form[data-filters]");
  if (form instanceof HTMLFormElement) form.requestSubmit();
});

/**
 * A frame that shows what a form holds: the form is posted into it by the button that names the frame as its target. A new
 * frame each time, so that the way back leads past it.
 */
const fillFrames = () => {
  for (const frame of document.querySelectorAll("iframe[data-filled-by]:not([data-filled])")) {
    if (!(frame instanceof HTMLIFrameElement)) continue;
    const button = document.getElementById(frame.dataset["filledBy"] ?? "");
    if (!(button instanceof HTMLButtonElement)) continue;
    frame.dataset["filled"] = "";
    button.form?.requestSubmit(button);
  }
};
fillFrames();
addEventListener("htmx:after:swap", fillFrames);
