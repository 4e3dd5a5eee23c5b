// The guides can be read without this script. It keeps the reader's theme and language, copies samples, and leads to the search.

const root = document.documentElement;
root.dataset["script"] = "";

/** Storage may be forbidden. @param {string} name */
const recall = (name) => {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
};

/** @param {string} name @param {string} value */
const keep = (name, value) => {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Then the choice counts for this page.
  }
};

const theme = recall("tidings-docs-theme");
if (theme === "light" || theme === "dark") root.dataset["theme"] = theme;

// The reference was here once: its links have the operation behind the #.
if (location.pathname === "/docs" && location.hash.startsWith("#/"))
  location.replace(`/docs/reference${location.hash}`);

/** Shows all samples in a language. @param {string} language */
const showLanguage = (language) => {
  for (const input of document.querySelectorAll(".choice input"))
    if (input instanceof HTMLInputElement && input.value === language) input.checked = true;
};

addEventListener("DOMContentLoaded", () => {
  const language = recall("tidings-docs-language");
  if (language !== null) showLanguage(language);
  // In a narrow window the guides are in a row that scrolls.
  document.querySelector(".nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
});

addEventListener("change", (event) => {
  if (!(event.target instanceof HTMLInputElement) || event.target.closest(".choice") === null) return;
  // The samples above may change their height: what is read stays where it is.
  const { top } = event.target.getBoundingClientRect();
  showLanguage(event.target.value);
  scrollBy({ top: event.target.getBoundingClientRect().top - top, behavior: "instant" });
  keep("tidings-docs-language", event.target.value);
});

addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  if (event.target.closest("[data-scheme]") !== null) {
    const shown = root.dataset["theme"];
    const isDark =
      shown === undefined ? matchMedia("(prefers-color-scheme: dark)").matches : shown === "dark";
    root.dataset["theme"] = isDark ? "light" : "dark";
    keep("tidings-docs-theme", root.dataset["theme"]);
  }
  const copy = event.target.closest("[data-copy-sample]");
  if (!(copy instanceof HTMLElement)) return;
  const samples = [...(copy.closest(".sample")?.querySelectorAll("pre") ?? [])];
  const shown = samples.find((pre) => pre.checkVisibility());
  void navigator.clipboard.writeText(shown?.textContent ?? "").then(() => {
    copy.dataset["copied"] = "";
    setTimeout(() => delete copy.dataset["copied"], 1_200);
  });
});

// "/" goes to the search, as in many tools.
addEventListener("keydown", (event) => {
  const isTyping =
    event.target instanceof Element && event.target.closest("input:not([type=radio]), textarea") !== null;
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey) return;
  const search = document.querySelector("[data-search]");
  if (!(search instanceof HTMLElement)) return;
  event.preventDefault();
  search.focus();
});
