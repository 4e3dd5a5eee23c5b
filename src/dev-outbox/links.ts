const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  quot: '"',
  lt: "<",
  gt: ">",
  "#39": "'",
  "#x27": "'",
};

const decoded = (attribute: string): string =>
  attribute.replaceAll(/&(#?\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole);

const isWeb = (link: string): boolean => /^(https?|mailto):/i.test(link);

/** Where a full stop, a bracket or a comma ends a sentence, it is no part of the address. */
const inText = (text: string): string[] =>
  Array.from(text.matchAll(/https?:\/\/[^\s<>"]+/g), ([link]) => link.replace(/[.,;:!?)\]]+$/, ""));

const inHtml = (html: string): string[] =>
  Array.from(html.matchAll(/\shref\s*=\s*(?:"([^"]*)"|'([^']*)')/gi), ([, double, single]) =>
    decoded(double ?? single ?? ""),
  );

/** The web addresses that a message leads to, in the order in which they stand there, each once. */
export const linksIn = ({ html = "", text = "" }: { html?: string; text?: string }): string[] => [
  ...new Set([...inHtml(html), ...inText(text)].filter(isWeb)),
];
