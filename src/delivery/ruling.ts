/** What a rule says of a message at a time. `code` is for programs, `message` for people; neither holds an address. */
export type Ruling = {
  /** The rule's name. */
  readonly rule: string;
  /** Upon what it depends, by rule. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** What it says is of somebody whom the user may only pretend to be: for those who see everything. */
  readonly isPrivate?: true;
} & (
  | { readonly verdict: "pass" }
  /** `reject`: it can never be sent like this. `skip`: nobody wants it, which is no failure. */
  | { readonly verdict: "reject" | "skip"; readonly code: string; readonly message: string }
  /** Not now. `until`: epoch ms. */
  | { readonly verdict: "wait"; readonly until: number; readonly code: string; readonly message: string }
);

/** Whatever keeps a message from being sent now. */
export type Hold = Exclude<Ruling, { verdict: "pass" }>;

/**
 * The first rule by which a message is never sent; else the one that makes it wait the longest; null when it may be sent now.
 * So a message that waits for two things is looked at once, when both are over.
 */
export function holdAmong(rulings: readonly Ruling[]): Hold | null {
  const holds = rulings.filter((ruling): ruling is Hold => ruling.verdict !== "pass");
  const end = holds.find(({ verdict }) => verdict !== "wait");
  if (end !== undefined) return end;
  const waits = holds.filter((hold) => hold.verdict === "wait");
  return waits.toSorted((a, b) => b.until - a.until)[0] ?? null;
}
