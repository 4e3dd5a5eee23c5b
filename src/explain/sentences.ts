import type { Ruling } from "../delivery/ruling.ts";

type Details = NonNullable<Ruling["details"]>;

/** What a rule says that keeps nothing from being sent, for people. */
const PASSED: Readonly<Record<string, string>> = {
  state: "It is not over",
  due: "Its time has come",
  dedupe: "No event with this key came before",
  batch: "It waits for no others",
  throttle: "The user has not had too many of this type",
  fallback: "Another message follows where this one does not reach the user",
  in_scope: "Its sender may send to the user",
  expiry: "It is in time",
  attempts: "It was not interrupted too often",
  known: "The directory knows the user",
  address: "The user has an email address",
  verified: "Its address may get it",
  suppressed: "The address is not suppressed",
  number: "The user has a phone number",
  number_verified: "The number is verified",
  country: "Text messages may go to its country",
  length: "It is short enough",
  device: "The user has a device to which a provider sends",
  ttl: "Its time to live is not over",
  needed: "No earlier message has made it needless",
  quiet_hours: "No quiet hours hold it up",
  content: "There is something to tell",
  quota: "The organization's quota for today is not used up",
  slot: "The user may get another one now",
  provider: "A provider takes messages",
  rendering: "It can be rendered",
};

const SOURCES: Readonly<Record<string, string>> = {
  written: "It has words that somebody has published",
  trial: "It has words on trial, as they stood when the test was sent",
  built_in: "It has the built-in words",
  message: "It has the words that it was made with",
};

function sayWanted({ on, by, locked }: Details): string {
  if (on !== true) return "It is critical, and sent though it is switched off";
  if (by === "user") return "The user has switched it on";
  if (by === "default") return "It is on, since nobody has switched it off";
  return locked === true ? "The organization has locked it as on" : "The organization has it on by default";
}

/** The sentence of a rule that has passed. */
export function sentenceOf(rule: string, details: Details = {}): string {
  if (rule === "wanted") return sayWanted(details);
  if (rule === "wording") return SOURCES[String(details["source"])] ?? "It has words";
  return PASSED[rule] ?? "Nothing keeps it";
}
