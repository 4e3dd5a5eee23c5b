// The first part of the module of <tidings-inbox>: elements, icons, links and times. The parts share one scope, see module.ts.

/**
 * Makes an element. What messages say comes in as text, never as markup.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | boolean | ((event: any) => void)>} given attributes, and listeners by `onclick` and the like
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given))
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  element.append(...children);
  return element;
}

/**
 * @param {Parameters<typeof make>[1]} given @param {(Node | string)[]} children
 */
const button = (given, ...children) => make("button", { type: "button", ...given }, ...children);

/** Icons of 24 × 24, as paths. */
const ICONS = {
  bell: "M6 9a6 6 0 0 1 12 0c0 6 2.5 7 2.5 7h-17S6 15 6 9M10 20a2 2 0 0 0 4 0",
  gear: "M4 7h9m4 0h3M4 17h3m4 0h9M15 4.5v5M9 14.5v5",
  close: "M6 6l12 12M18 6L6 18",
  back: "M19 12H5m6-6-6 6 6 6",
  done: "M2 13l4 4 9-10M12 16l1 1 9-10",
  archive: "M3 5h18v4H3zM5 9v10h14V9M10 13h4",
  inbox: "M4 13l3-8h10l3 8v6H4zM4 13h5a3 3 0 0 0 6 0h5",
  mark: "M12 7a5 5 0 1 0 .01 0",
};

/** @param {keyof typeof ICONS} name */
function icon(name) {
  const SVG = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * Sets an attribute, or removes it. Nothing happens where it is so already: screen readers hear of each change.
 * @param {Element} element
 * @param {string} name
 * @param {string | boolean} value
 */
function attribute(element, name, value) {
  const text = value === true ? "" : value;
  if (text === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/** @param {Node} element @param {string} text */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Where a link of a message leads; null for what is not https or of this page's own origin: `javascript:`, `data:`, `http:`.
 * @param {unknown} text
 */
function safeLink(text) {
  if (typeof text !== "string" || !URL.canParse(text, document.baseURI)) return null;
  const url = new URL(text, document.baseURI);
  const away = url.origin !== location.origin;
  return url.protocol === "https:" || (!away && url.protocol === "http:") ? { href: url.href, away } : null;
}

/** A message has at most so many links. */
const MAX_ACTIONS = 3;

/**
 * The links of a message: `data.action_url` (of a type's words) or `data.url`, then `data.actions`, a list of `{ label, url }`.
 * The title leads where the first of them does.
 * @param {Message} message @param {Words} words @returns {Action[]}
 */
function actionsOf({ data }, words) {
  const { action_url, url, action_label, actions } = data ?? {};
  const listed = Array.isArray(actions) ? actions : [];
  const main = action_url ?? url;
  const all = main === undefined || main === null ? listed : [{ label: action_label, url: main }, ...listed];
  return all.slice(0, MAX_ACTIONS).flatMap((one) => {
    const link = safeLink(one?.url);
    const label = typeof one?.label === "string" && one.label.trim() !== "" ? one.label : words.open;
    return link === null ? [] : [{ label, ...link }];
  });
}

/** @type {[Intl.RelativeTimeFormatUnit, number][]} units by their seconds */
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "3 minutes ago"; after a week the date. @param {string} iso @param {string} locale */
function ago(iso, locale) {
  const time = new Date(iso);
  const seconds = Math.max(0, (Date.now() - time.getTime()) / 1_000);
  if (seconds >= 7 * 86_400) {
    const isThisYear = time.getFullYear() === new Date().getFullYear();
    return time.toLocaleDateString(locale, {
      day: "numeric",
      month: "short",
      ...(!isThisYear && { year: "numeric" }),
    });
  }
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? ["second", Infinity];
  return format.format(size === Infinity ? 0 : -Math.floor(seconds / size), unit);
}

/**
 * The words in the language of a tag, and the locale for times; English where the product does not speak it.
 * @param {string} tag @returns {{ words: Words, locale: string }}
 */
function speak(tag) {
  let language = "en";
  try {
    ({ language } = new Intl.Locale(tag));
  } catch {
    tag = "en";
  }
  // As in the mails: `no` does not say which Norwegian it is.
  const read = language === "no" || language === "nn" ? "nb" : language;
  const isKnown = Object.hasOwn(WORDS, read);
  const list = (isKnown && WORDS[read]) || WORDS.en;
  /** @type {any} */
  const words = Object.fromEntries(KEYS.map((key, i) => [key, list[i]]));
  return { words, locale: isKnown ? tag : "en" };
}

/** "order_updates" of a customer becomes "Order updates". @param {Words} words @param {string} category */
function categoryName(words, category) {
  const plain = category.replaceAll("_", " ").trim();
  return words[`category_${category}`] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}
