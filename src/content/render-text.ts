import type { Block, MailDocument, Span } from "./blocks.ts";

/** Indents the further lines of a list item. */
const INDENT = "  ";
/** The separator that mail clients know as the beginning of a signature (RFC 3676, 4.3). */
const SIGNATURE = "-- ";

const joined = (rows: readonly (string | null)[]): string => rows.filter((row) => row !== null).join("\n");

/** The text of a link is its address where they are the same. */
function renderSpan({ text, url }: Span): string {
  const address = url?.replace(/^mailto:/u, "");
  return address === undefined || address === text || url === text ? text : `${text} (${address})`;
}

const indented = (text: string, first: string, further: string): string =>
  first + text.replaceAll("\n", `\n${further}`);

/** @param colon what stands between a label and its value in the text's language */
function renderBlock(block: Block, colon: string): string {
  const render = (inner: Block) => renderBlock(inner, colon);
  switch (block.kind) {
    case "heading":
      return `${block.text}\n${"-".repeat(Math.min(block.text.length, 60))}`;
    case "paragraph":
      return block.text;
    case "list":
      return block.items
        .map(({ title, url, details, badge }) =>
          joined([
            `* ${title}${badge === null ? "" : ` (${badge.text})`}`,
            ...details.map((detail) => INDENT + detail),
            url === null ? null : INDENT + url,
          ]),
        )
        .join("\n\n");
    case "facts":
      return joined(
        block.facts.map(
          ({ label, value, note }) =>
            `${label}${colon}${value.replaceAll("\n", `\n${INDENT}`)}${note === undefined ? "" : `, ${note}`}`,
        ),
      );
    case "button":
      return `${block.label}${colon}${block.url}`;
    case "chart":
      // Numbers only: a screen reader would read bars out.
      return joined([
        `${block.title}${colon.trimEnd()}`,
        ...block.bars.map(({ label, text }) => `${INDENT}${label}${colon}${text}`),
      ]);
    case "rich":
      return block.spans.map(renderSpan).join("");
    case "points":
      return block.items
        .map((blocks, index) => {
          const mark = block.start === null ? "* " : `${block.start + index}. `;
          return indented(blocks.map(render).join("\n"), mark, " ".repeat(mark.length));
        })
        .join("\n");
    case "quote":
      return indented(block.blocks.map(render).join("\n\n"), "> ", "> ");
    case "code":
      return indented(block.text, "    ", "    ");
    case "rule":
      return "* * *";
  }
}

/** Blocks as text, with an empty line between them. @param colon as in `MailDocument` */
export const renderBlocks = (blocks: readonly Block[], colon: string): string =>
  blocks.map((block) => renderBlock(block, colon)).join("\n\n");

/** Renders the plain-text part from the same blocks as the HTML part. */
export function renderText(mail: MailDocument): string {
  return [
    ...(mail.title === "" ? [] : [`${mail.title}\n${"=".repeat(Math.min(mail.title.length, 60))}`]),
    ...mail.blocks.map((block) => renderBlock(block, mail.colon)),
    joined([
      SIGNATURE,
      joined([mail.brand.name, mail.brand.url]),
      mail.footer.reason,
      ...mail.footer.links.map(({ label, url }) => `${label}${mail.colon}${url}`),
      mail.brand.postalFooter,
    ]),
    "",
  ].join("\n\n");
}
