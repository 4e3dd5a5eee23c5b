import { CHANNELS } from "../db/schema/index.ts";
import type { Direction } from "../content/clean.ts";
import { type Markup, markup } from "../content/markup.ts";
import { categoryName, type Wording } from "../content/wording/index.ts";
import type { CellChanges } from "./cells.ts";
import type { Choice, Choices } from "./decide.ts";

/** So many boxes are on the page, so that the form that it sends has fewer bytes than we take. */
const MAX_BOXES = 600;

/** The columns of a form that does not say which it has: the page of the version before sends none. */
const FORMER_COLUMNS: readonly string[] = ["push", "email", "in_app"];

const isLocked = (choice: Choice): boolean => choice.by === "org" && choice.locked;

/** The form of the matrix: a row a category, a column a channel. A pure function. @param own the direction of the words */
export function renderMatrixForm(categories: Choices, say: Wording, own: Direction): Markup {
  const { title, text, locked, save, channels } = say.unsubscribe.matrix;
  const rowsOf = Object.values(categories);
  const columns = CHANNELS.filter((channel) => rowsOf.some((row) => row[channel] !== undefined));
  const shown = Object.entries(categories).slice(0, Math.floor(MAX_BOXES / Math.max(1, columns.length)));
  const cell = (category: string, name: string, channel: (typeof CHANNELS)[number], choice: Choice) => {
    const state = `${choice.on ? " checked" : ""}${isLocked(choice) ? " disabled" : ""}`;
    const why = isLocked(choice) ? markup` aria-describedby="locked"` : null;
    return markup`<td><input type="checkbox" name="on" value="${category}.${channel}" aria-label="${name}, ${channels[channel]}"${why}${state}></td>`;
  };
  const rows = shown.map(([category, choices]) => {
    const name = categoryName(say, category);
    const cells = columns.map((channel) =>
      cell(category, name, channel, choices[channel] ?? { by: "default", on: true }),
    );
    return markup`<tr><th scope="row"><input type="hidden" name="row" value="${category}">${name}</th>${cells}</tr>\n`;
  });
  const someLocked = shown.some(([, choices]) => Object.values(choices).some(isLocked));
  const note = someLocked ? markup`<p class="muted" id="locked">${locked}</p>\n` : null;
  const heads = columns.map(
    (channel) =>
      markup`<th scope="col"><input type="hidden" name="column" value="${channel}">${channels[channel]}</th>`,
  );
  return markup`<section id="preferences" dir="${own}">
<h2>${title}</h2>
<p>${text}</p>
<form method="post"><input type="hidden" name="action" value="save">
<table><thead><tr><td></td>${heads}</tr></thead>
<tbody>
${rows}</tbody></table>
${note}<button type="submit">${save}</button></form>
</section>
`;
}

/**
 * The cells that a form changes: those of its rows and columns that differ from what counts now. All others stay as they are:
 * cells that are inherited or locked, categories that are unknown, and categories and channels that have come since the form
 * was shown.
 */
export function changesIn(form: { getAll(name: string): unknown[] }, categories: Choices): CellChanges {
  const [rows, on] = [new Set(form.getAll("row")), new Set(form.getAll("on"))];
  const named = form.getAll("column");
  const columns = new Set(named.length === 0 ? FORMER_COLUMNS : named);
  const changes = Object.entries(categories).flatMap(([category, choices]) => {
    const differing = Object.entries(choices)
      .map(([channel, choice]) => ({ channel, choice, wanted: on.has(`${category}.${channel}`) }))
      .filter(({ channel }) => columns.has(channel))
      .filter(({ choice, wanted }) => !isLocked(choice) && choice.on !== wanted);
    if (!rows.has(category) || differing.length === 0) return [];
    return [
      [category, Object.fromEntries(differing.map(({ channel, wanted }) => [channel, wanted]))] as const,
    ];
  });
  return Object.fromEntries(changes);
}
