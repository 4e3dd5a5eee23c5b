import { GUIDES } from "./guides.ts";
import { type Section, sectionsOf } from "./sections.ts";

const MAX_QUERY = 100;
const MAX_WORDS = 8;
export const MAX_FOUND = 20;
/** Characters of an excerpt before the first word that was found, and in all. */
const LEAD = 60;
const EXCERPT = 220;

export interface Found {
  section: Section;
  excerpt: readonly Part[];
}

/** A piece of an excerpt; `hit`: it is one of the words that were asked for. */
export interface Part {
  text: string;
  hit: boolean;
}

/** Once per isolate, at the first search. */
let all: readonly Section[] | undefined;

/** What is searched for, as it counts: at most 100 characters. */
export const queryOf = (given: string | undefined): string =>
  Array.from((given ?? "").trim())
    .slice(0, MAX_QUERY)
    .join("");

/** The sections that have every word of a query, the best first. */
export function search(query: string): Found[] {
  const words = [...new Set(query.toLowerCase().split(/\s+/u).filter(Boolean))].slice(0, MAX_WORDS);
  if (words.length === 0) return [];
  all ??= GUIDES.flatMap(sectionsOf);
  return all
    .map((section) => ({ section, score: scoreOf(section, words) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, MAX_FOUND)
    .map(({ section }) => ({ section, excerpt: excerptOf(section.text, words) }));
}

/** A word in a heading counts more than many in the text. Zero where a word is missing. */
function scoreOf({ guide, heading, text, depth }: Section, words: readonly string[]): number {
  const scores = words.map((word) => {
    const times = text.toLowerCase().split(word).length - 1;
    return (
      (heading.toLowerCase().includes(word) ? 10 : 0) +
      (depth > 1 && guide.title.toLowerCase().includes(word) ? 3 : 0) +
      Math.min(times, 4)
    );
  });
  return scores.includes(0) ? 0 : scores.reduce((sum, score) => sum + score, 0);
}

const escaped = (word: string): string => word.replaceAll(/[\\^$.*+?()[\]{}|]/gu, "\\$&");

function excerptOf(text: string, words: readonly string[]): Part[] {
  const lower = text.toLowerCase();
  const first = Math.min(...words.map((word) => lower.indexOf(word)).filter((at) => at >= 0), text.length);
  const start = first === text.length || first <= LEAD ? 0 : text.indexOf(" ", first - LEAD) + 1;
  const shown = text.slice(start, start + EXCERPT);
  const cut = [start > 0 ? "… " : "", shown, start + EXCERPT < text.length ? " …" : ""].join("");
  // The words stand at the odd places, since they are captured.
  return cut
    .split(new RegExp(`(${words.map(escaped).join("|")})`, "giu"))
    .map((part, index) => ({ text: part, hit: index % 2 === 1 }))
    .filter(({ text }) => text !== "");
}
