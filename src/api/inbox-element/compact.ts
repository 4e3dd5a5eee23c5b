/**
 * The parts without what only people read: comments, indentation, blanks beside signs, the long names of private members and of
 * constants in capitals. Texts stay as they are. The parts have no regular expressions and no templates within templates, which
 * this could not tell from code. (A test compares the syntax trees.)
 */
export function compactScripts(parts: readonly string[]): string {
  const constants = namesFrom((n) => `$${n.toString(36)}`);
  return parts
    .map((part) => {
      const members = namesFrom((n) => `#${"abcdefghijklmnopqrstuvwxyz".charAt(n) || `$${n}`}`);
      const rename = (code: string): string =>
        code.replaceAll(/#\w+/g, members).replaceAll(/\b[A-Z]+_[A-Z_]+\b/g, constants);
      return part
        .replaceAll(/^[ \t]*\/\*\*[^]*?\*\/[ \t]*\n|^[ \t]*\/\/.*\n/gm, "")
        .replaceAll(/\/\*\*[^*]*\*\//g, "")
        .split(/("(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)/)
        .map((text) =>
          text.startsWith('"') ? text : rename(text.startsWith("`") ? text : compactCode(text)),
        )
        .join("");
    })
    .join("");
}

/** Gives each name a new one, by its place among those that it was asked for. */
function namesFrom(name: (place: number) => string): (long: string) => string {
  const names = new Map<string, string>();
  return (long) => {
    const found = names.get(long) ?? name(names.size);
    names.set(long, found);
    return found;
  };
}

const compactCode = (code: string): string =>
  code.replaceAll(/\s*([=+\-*/<>?:&|,;{}()![\]])\s*/g, "$1").replaceAll(/[,;](?=\})|,(?=[)\]])/g, "");

/** A style sheet without comments and blanks. */
export const compactCss = (text: string): string =>
  text
    .replaceAll(/\/\*[^]*?\*\//g, "")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ ?([{};,]) ?/g, "$1")
    .replaceAll(": ", ":");
