import { holdAmong, type Ruling } from "../delivery/ruling.ts";

/** A rule and what it says. `unknown`: what it depends upon does not answer. */
export type Rule =
  | Ruling
  | {
      readonly rule: string;
      readonly verdict: "unknown";
      readonly code: string;
      readonly message: string;
      readonly details?: Ruling["details"];
    };

/** What a rule says to those who do not see everything: of what is private, nothing. */
export const publicly = ({ isPrivate, ...ruling }: Ruling): Rule =>
  isPrivate === true
    ? {
        rule: ruling.rule,
        verdict: "unknown",
        code: "private",
        message: "It is not said of an address that is not verified",
      }
    : ruling;

/** What comes of a message by all its rules. `until`: epoch ms, of one that waits. */
export interface Verdict {
  verdict: "send" | "wait" | "skip" | "reject" | "unknown";
  until: number | null;
  code: string | null;
  message: string | null;
}

/** The first rule by which it is never sent; else the one that makes it wait the longest; else it is sent, if all is known. */
export function verdictOf(rules: readonly Rule[]): Verdict {
  const hold = holdAmong(rules.filter((rule): rule is Ruling => rule.verdict !== "unknown"));
  if (hold !== null) {
    const { verdict, code, message } = hold;
    return { verdict, until: hold.verdict === "wait" ? hold.until : null, code, message };
  }
  const unknown = rules.find((rule) => rule.verdict === "unknown");
  if (unknown === undefined) return { verdict: "send", until: null, code: null, message: null };
  return { verdict: "unknown", until: null, code: unknown.code, message: unknown.message };
}
