// JavaScript's regular expressions backtrack: `(a+)+$` takes years for a text of 50 characters. So a pattern is read here, and
// refused if the number of ways in which it may match grows faster than a small power of the text's length.

/** How a part of a pattern may match: in about `forks * length ** degree` ways. */
interface Ways {
  degree: number;
  forks: number;
}

/** A part that may stand in a repeated group. */
interface Term extends Ways {
  /** The source of what matches one character; null for assertions and groups. */
  atom: string | null;
  isLiteral: boolean;
  isRepeated: boolean;
}

const MAX_CHARS = 256;
const MAX_DEGREE = 3;
const MAX_FORKS = 100;

/** The most steps that matching one text may take; that is 10 ms. */
const MAX_STEPS = 1_000_000;

class Refused extends Error {}

const ESCAPE = /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|[^])/uy;
const CLASS = /\[(?:\\[^]|[^\]\\])*\]/uy;
const QUANTIFIER = /(?:[*+?]|\{(\d+)(,(\d*))?\})\??/uy;
const GROUP = /\((?:\?:|\?<[^=!][^>]*>|(?!\?))/uy;

class Reader {
  #at = 0;
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  alternatives(): Ways & { terms: readonly Term[] | null; isAnchored: boolean } {
    const found = [this.#sequence()];
    while (this.#source[this.#at] === "|") {
      this.#at++;
      found.push(this.#sequence());
    }
    return {
      degree: Math.max(...found.map(({ degree }) => degree)),
      forks: found.reduce((sum, { forks }) => sum + forks, 0),
      terms: found.length === 1 ? (found[0]?.terms ?? null) : null,
      isAnchored: found.every(({ isAnchored }) => isAnchored),
    };
  }

  #sequence() {
    const isAnchored = this.#source[this.#at] === "^";
    const terms: Term[] = [];
    while (this.#at < this.#source.length && !/[|)]/.test(this.#source[this.#at] ?? ""))
      terms.push(this.#term());
    return {
      degree: terms.reduce((sum, { degree }) => sum + degree, 0),
      forks: terms.reduce((product, { forks }) => product * forks, 1),
      terms,
      isAnchored,
    };
  }

  #take(form: RegExp): RegExpExecArray | null {
    form.lastIndex = this.#at;
    const match = form.exec(this.#source);
    if (match !== null) this.#at += match[0].length;
    return match;
  }

  #term(): Term {
    const { term, inner } = this.#single();
    const quantifier = this.#take(QUANTIFIER);
    if (quantifier === null) return term;
    const [from, to] = rangeOf(quantifier);
    return { ...term, atom: term.atom, isRepeated: true, ...repeated(term, inner, from, to) };
  }

  /** One character, assertion or group, without its quantifier. */
  #single(): { term: Term; inner: readonly Term[] | null } {
    const plain = { degree: 0, forks: 1, isLiteral: false, isRepeated: false };
    const char = this.#source.slice(this.#at, this.#at + 1);
    if (char === "(") {
      if (this.#take(GROUP) === null) throw new Refused("must not look ahead or behind");
      const { degree, forks, terms } = this.alternatives();
      this.#at++;
      return { term: { ...plain, degree, forks, atom: null }, inner: terms ?? [] };
    }
    const taken = this.#take(ESCAPE) ?? this.#take(CLASS);
    if (taken !== null) {
      const [atom] = taken;
      if (/^\\[1-9k]/.test(atom)) throw new Refused("must not refer back to a group");
      const isAssertion = /^\\[bB]$/.test(atom);
      const isLiteral = /^\\[^\w]$/.test(atom);
      return { term: { ...plain, atom: isAssertion ? null : atom, isLiteral }, inner: null };
    }
    const point = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0);
    this.#at += point.length;
    const isAssertion = point === "^" || point === "$";
    return {
      term: { ...plain, atom: isAssertion ? null : point, isLiteral: !/[.^$]/.test(point) },
      inner: null,
    };
  }
}

function rangeOf([text, least, comma, most]: RegExpExecArray): [from: number, to: number] {
  if (text.startsWith("*")) return [0, Infinity];
  if (text.startsWith("+")) return [1, Infinity];
  if (text.startsWith("?")) return [0, 1];
  const from = Number(least);
  return [from, comma === undefined ? from : most === "" ? Infinity : Number(most)];
}

function repeated({ degree, forks }: Ways, inner: readonly Term[] | null, from: number, to: number): Ways {
  if (to <= 1) return { degree, forks: forks + 1 - from };
  if (degree === 0 && forks === 1)
    return to === Infinity ? { degree: 1, forks } : { degree, forks: to - from + 1 };
  if (inner !== null && isDelimited(inner)) return { degree: 1, forks: 1 };
  throw new Refused(
    "must not repeat a group that repeats or has alternatives, unless the group begins with a character that nothing else in it matches",
  );
}

/** Whether a group begins with a character that nothing else in it matches, and repeats one other thing: `-[a-z]+`. */
function isDelimited([first, ...others]: readonly Term[]): boolean {
  if (first?.atom == null || !first.isLiteral || first.isRepeated) return false;
  const delimiter = first.atom.replace(/^\\/, "");
  const isSimple = others.every(
    ({ atom }) => atom !== null && !new RegExp(`^(?:${atom})$`, "u").test(delimiter),
  );
  return isSimple && others.filter(({ isRepeated }) => isRepeated).length <= 1;
}

const isValid = (source: string): boolean => {
  try {
    return RegExp(source, "u") !== null;
  } catch {
    return false;
  }
};

const waysOf = (source: string): Ways => {
  const { degree, forks, isAnchored } = new Reader(source).alternatives();
  // It is tried at each character.
  return { degree: isAnchored ? degree : degree + 1, forks };
};

/** Why a pattern is refused; null if it is safe. @param maxDegree 1: matching takes time in proportion to the text */
export function patternFault(source: string, maxDegree = MAX_DEGREE): string | null {
  if (source.length > MAX_CHARS) return `must have at most ${MAX_CHARS} characters`;
  if (!isValid(source)) return "is not a regular expression (ECMAScript, with the flag u)";
  try {
    const { degree, forks } = waysOf(source);
    if (degree > maxDegree)
      return `must not repeat so often: at most ${maxDegree} of * and + in a row, one less if it does not begin with ^`;
    return forks > MAX_FORKS ? "has too many alternatives" : null;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

/** What matching may cost. */
export interface PatternCost {
  /** Steps for a text of so many characters. */
  stepsFor(chars: number): number;
  /** The longest text for which that is not too many. */
  maxChars: number;
}

/** The cost of a pattern that is safe. */
export function costOf(source: string): PatternCost {
  const { degree, forks } = waysOf(source);
  const orders = [1, 1, 2, 6][degree] ?? 1;
  return {
    stepsFor: (chars) => chars + (forks * chars ** degree) / orders,
    maxChars: degree === 0 ? MAX_STEPS : Math.floor(((MAX_STEPS * orders) / forks) ** (1 / degree)),
  };
}
