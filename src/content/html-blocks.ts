import type { Bar, Block, Fact, ListItem, Span } from "./blocks.ts";
import type { Direction } from "./clean.ts";
import { type Markup, lines, markup, trusted } from "./markup.ts";
import { type Role, type Theme, inlineColours } from "./theme.ts";

/** The sides at which lines start and end, for mail clients that support `align` but not `dir`. */
export interface Sides {
  start: "left" | "right";
  end: "left" | "right";
  /** The direction of our own sentences. Text from outside gets `dir="auto"`: it may be an Arabic name in a German mail. */
  own: Direction;
  /** Class and inline style of an element, in the mail's theme. */
  look: (role: Role, css: string, more?: string) => Markup;
}

/** Class (for dark mode) and inline style of one element. Colours come last, because a `border` in `css` would reset them. */
export const lookOf =
  (theme: Theme) =>
  (role: Role, css: string, more = ""): Markup =>
    trusted(`class="t-${role}${more === "" ? "" : ` ${more}`}" style="${css};${inlineColours(theme, role)}"`);

const FONT = "font-family:-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif";
const BODY = `${FONT};font-size:16px;line-height:24px;word-break:break-word;overflow-wrap:anywhere`;
const SMALL = `${FONT};font-size:14px;line-height:20px;word-break:break-word;overflow-wrap:anywhere`;
const MONO =
  "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:14px;line-height:20px";
export const font = { body: BODY, small: SMALL, family: FONT };

const row = (sides: Sides, content: Markup): Markup =>
  markup`<tr><td align="${sides.start}" ${sides.look("text", `${BODY};padding:0 0 16px;text-align:${sides.start}`)}>${content}</td></tr>`;

const nested = (content: Markup | Markup[]): Markup =>
  markup`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="width:100%;border-collapse:collapse">${content}</table>`;

function listItem(item: ListItem, sides: Sides): Markup {
  const aligned = `text-align:${sides.start}`;
  const title =
    item.url === null
      ? markup`${item.title}`
      : markup`<a href="${item.url}" ${sides.look("link", "text-decoration:underline")}>${item.title}</a>`;
  const badge =
    item.badge === null
      ? null
      : markup`<td align="${sides.end}" valign="top" ${sides.look("line", `padding:14px 0 0;padding-${sides.start}:12px;border-top:1px solid;white-space:nowrap;text-align:${sides.end}`)}><span dir="${sides.own}" ${sides.look(item.badge.tone, `${font.family};font-size:13px;line-height:20px;font-weight:600;padding:3px 9px;border-radius:11px;white-space:nowrap`)}>${item.badge.text}</span></td>`;
  const details = item.details.map(
    (detail) => markup`<div dir="${sides.own}" ${sides.look("muted", `${SMALL};${aligned}`)}>${detail}</div>`,
  );
  return markup`<tr><td valign="top" align="${sides.start}" ${sides.look("line", `padding:12px 0 0;border-top:1px solid;${aligned}`)}><div dir="auto" ${sides.look("text", `${BODY};font-weight:600;${aligned}`)}>${title}</div></td>${badge}</tr><tr><td colspan="2" align="${sides.start}" style="padding:0 0 12px;${aligned}">${details}</td></tr>`;
}

function factRow({ label, value, note }: Fact, sides: Sides): Markup {
  const cell = `padding:10px 0;border-top:1px solid;text-align:${sides.start}`;
  const beside =
    note === undefined
      ? null
      : markup`<div dir="${sides.own}" ${sides.look("muted", `${SMALL};text-align:${sides.start}`)}>${note}</div>`;
  return markup`<tr><td width="35%" valign="top" align="${sides.start}" ${sides.look("line", `${cell};width:35%;padding-${sides.end}:12px`)}><div dir="${sides.own}" ${sides.look("muted", `${SMALL};line-height:24px;text-align:${sides.start}`)}>${label}</div></td><td valign="top" align="${sides.start}" ${sides.look("line", cell)}><div dir="auto" ${sides.look("text", `${BODY};font-weight:600;text-align:${sides.start}`)}>${lines(value)}</div>${beside}</td></tr>`;
}

function barRow(bar: Bar, longest: number, sides: Sides): Markup {
  const share = longest > 0 ? Math.round((bar.value / longest) * 100) : 0;
  // Every client draws a cell with a background colour. Outlook takes its height from line-height.
  const drawn =
    share === 0
      ? markup`<td style="font-size:1px;line-height:14px">&nbsp;</td>`
      : markup`<td width="${share}%" ${sides.look(bar.faint === true ? "faint" : "bar", `width:${share}%;height:14px;font-size:1px;line-height:14px;border-radius:3px`)}>&nbsp;</td><td style="font-size:1px;line-height:14px">&nbsp;</td>`;
  return markup`<tr><td width="35%" align="${sides.start}" ${sides.look("muted", `${SMALL};width:35%;padding:5px 0;padding-${sides.end}:12px;text-align:${sides.start}`)}>${bar.label}</td><td valign="middle" style="padding:5px 0">${nested(markup`<tr>${drawn}</tr>`)}</td><td width="56" align="${sides.end}" ${sides.look("text", `${SMALL};width:56px;padding:5px 0;font-weight:600;text-align:${sides.end};white-space:nowrap;word-break:normal`)}>${bar.text}</td></tr>`;
}

const heading = (text: string, sides: Sides): Markup =>
  markup`<h2 dir="${sides.own}" ${sides.look("text", `${font.family};font-size:18px;line-height:26px;margin:8px 0 0;text-align:${sides.start}`)}>${text}</h2>`;

function span({ text, bold, italic, code, url }: Span, sides: Sides): Markup {
  let shown = markup`${lines(text)}`;
  if (code === true) shown = markup`<code style="${MONO}">${shown}</code>`;
  if (italic === true) shown = markup`<em>${shown}</em>`;
  if (bold === true) shown = markup`<strong>${shown}</strong>`;
  return url === undefined
    ? shown
    : markup`<a href="${url}" ${sides.look("link", "text-decoration:underline")}>${shown}</a>`;
}

const rich = (spans: readonly Span[], sides: Sides): Markup =>
  markup`<div dir="${sides.own}" style="text-align:${sides.start}">${spans.map((one) => span(one, sides))}</div>`;

const button = ({ label, url }: { label: string; url: string }, sides: Sides): Markup =>
  markup`<table role="presentation" cellpadding="0" cellspacing="0" border="0" align="${sides.start}" style="margin:8px 0"><tr><td align="center" dir="${sides.own}" ${sides.look("button", "border-radius:6px")}><a href="${url}" ${sides.look("button", `${BODY};display:inline-block;padding:12px 24px;border-radius:6px;font-weight:600;text-decoration:none`)}>${label}</a></td></tr></table>`;

function points({ start, items }: Extract<Block, { kind: "points" }>, sides: Sides): Markup {
  // Outlook takes no padding on lists, but the margin of `li`.
  const shown = items.map(
    (blocks) => markup`<li style="margin:0 0 4px">${blocks.map((block) => inside(block, sides))}</li>`,
  );
  const style = `margin:0;padding:0;padding-${sides.start}:24px;text-align:${sides.start}`;
  return start === null
    ? markup`<ul dir="${sides.own}" style="${style}">${shown}</ul>`
    : markup`<ol dir="${sides.own}" start="${start}" style="${style}">${shown}</ol>`;
}

/** Renders a block that is part of another one. */
function inside(block: Block, sides: Sides): Markup {
  switch (block.kind) {
    case "heading":
      return heading(block.text, sides);
    case "rich":
      return rich(block.spans, sides);
    case "points":
      return points(block, sides);
    case "quote":
      return markup`<blockquote dir="${sides.own}" ${sides.look("muted", `margin:0;padding:0;padding-${sides.start}:12px;border-${sides.start}:3px solid`)}>${block.blocks.map((one) => markup`<div style="padding:4px 0">${inside(one, sides)}</div>`)}</blockquote>`;
    case "code":
      return markup`<pre dir="ltr" style="${MONO};margin:0;white-space:pre-wrap;text-align:left">${block.text}</pre>`;
    case "rule":
      return markup`<div ${sides.look("line", "border-top:1px solid;font-size:1px;line-height:1px")}>&nbsp;</div>`;
    case "button":
      return button(block, sides);
    case "paragraph":
    case "list":
    case "facts":
    case "chart":
      return nested(renderBlock(block, sides));
  }
}

/** Renders a block as rows of the mail's table, which has one column. */
export function renderBlock(block: Block, sides: Sides): Markup {
  switch (block.kind) {
    case "heading":
      return row(sides, heading(block.text, sides));
    case "paragraph":
      return row(
        sides,
        markup`<div dir="${block.foreign === true ? "auto" : sides.own}" style="text-align:${sides.start}">${lines(block.text)}</div>`,
      );
    case "list":
      return row(sides, nested(block.items.map((item) => listItem(item, sides))));
    case "facts":
      return row(sides, nested(block.facts.map((fact) => factRow(fact, sides))));
    case "button":
      return row(sides, button(block, sides));
    case "chart": {
      const longest = Math.max(0, ...block.bars.map(({ value }) => value));
      const bars = block.bars.map((bar) => barRow(bar, longest, sides));
      return markup`${row(sides, heading(block.title, sides))}${row(sides, nested(bars))}`;
    }
    case "rich":
    case "points":
    case "quote":
    case "code":
    case "rule":
      return row(sides, inside(block, sides));
  }
}
