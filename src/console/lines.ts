import { shortened } from "./components/names.ts";

const SHOWN_CHARS = 40;

/** A line of a field with several. `n` counts from 1. */
interface Line {
  n: number;
  text: string;
}

/** The lines of a field that has an id on each; blank ones are left out. */
export const linesOf = (text: string): Line[] =>
  text
    .split("\n")
    .map((line, i) => ({ n: i + 1, text: line.trim() }))
    .filter((line) => line.text !== "");

/** Names the line of a fault in the list of users. */
export function lineNamer(users: string): (rest: string) => string {
  const lines = linesOf(users);
  return (rest) => {
    const line = lines[Number(rest.split("/")[1])];
    return line === undefined ? "" : `Line ${line.n} (${shortened(line.text, SHOWN_CHARS)})`;
  };
}
