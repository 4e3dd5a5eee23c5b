import type { Role } from "../../src/auth/principal.ts";
import { type Caller, mint, SERVICE } from "../support/harness.ts";
import { CALLER, type Target } from "./target.ts";
import { hasAll, keysOf } from "../../src/lib/objects.ts";

/** Someone of `role`, whom the directory does not know and who can be mailed. */
const someone = (role: Role, who: Partial<Caller> = {}): Caller => {
  const sub = mint(CALLER);
  return { role, sub, email: `${sub}@example.com`, claims: { email_verified: true }, ...who };
};

/** Everyone who may call, seen from a target, in the order of a policy's columns. */
export const CALLERS = {
  nobody: () => null,
  "a user: themselves": ({ user, orgs }) => someone("user", { sub: user, org: orgs.middle }),
  "a user: of the same organization": ({ orgs }) => someone("user", { org: orgs.middle }),
  "a user: of another": ({ orgs }) => someone("user", { org: orgs.elsewhere }),
  "a coordinator: themselves": ({ user, orgs }) => someone("coordinator", { sub: user, org: orgs.middle }),
  "a coordinator: of the mentor": ({ coordinator, orgs }) =>
    someone("coordinator", { sub: coordinator, org: orgs.middle }),
  "a coordinator: of others": ({ orgs }) => someone("coordinator", { org: orgs.middle }),
  "an org_admin: of the organization": ({ orgs }) => someone("org_admin", { org: orgs.middle }),
  "an org_admin: of the one above": ({ orgs }) => someone("org_admin", { org: orgs.top }),
  "an org_admin: of one below": ({ orgs }) => someone("org_admin", { org: orgs.below }),
  "an org_admin: of another": ({ orgs }) => someone("org_admin", { org: orgs.elsewhere }),
  "an org_admin: of none": () => someone("org_admin"),
  "a global_admin": () => someone("global_admin"),
  "a service": () => someone("service"),
} as const satisfies Record<string, (target: Target) => Caller | null>;

/** Who may do what a policy is about: a service may nearly all, but has nothing of its own, and nowhere to get a message. */
export function callerOf(policy: string, target: Target): Caller {
  if (policy === "own: one") return someone("user");
  if (policy === "own: made") return CALLERS["a user: themselves"](target);
  return policy === "admins: to oneself" ? { role: "global_admin", sub: target.user } : SERVICE;
}

export type Who = keyof typeof CALLERS;
export const WHO = keysOf(CALLERS);

/**
 * `yes`: 2xx, and it is about the target (a read shows its data, a write changes it). `not`: 2xx, but about other data.
 * `ok`: 2xx, and about nobody. A number: refused or sent on with it, with
 * nothing changed and nothing shown.
 */
const OUTCOMES = ["yes", "not", "ok", "302", "303", "400", "401", "403", "404"] as const;
export type Outcome = (typeof OUTCOMES)[number];

const outcomeOf = (cell: string | undefined): Outcome => {
  const outcome = OUTCOMES.find((one) => one === cell);
  if (outcome === undefined) throw new Error(`No outcome is called ${cell}`);
  return outcome;
};

// nobody: closed, open | user: self, same, other | coordinator: self, the mentor's, others' |
// org_admin: own, above, below, other, none | global_admin | service
const ROWS = {
  anyone: "         ok  ok  | ok  ok  ok  | ok  ok  ok  | ok  ok  ok  ok  ok  | ok  | ok ",
  "anyone, sent on": "302 302 | 302 302 302 | 302 302 302 | 302 302 302 302 302 | 302 | 302",
  "who holds it": " yes yes | yes yes yes | yes yes yes | yes yes yes yes yes | yes | yes",
  "no token helps": "401 401 | 401 401 401 | 401 401 401 | 401 401 401 401 401 | 401 | 401",
  "its sender": "  403 403 | 403 403 403 | 403 403 403 | 403 403 403 403 403 | 403 | 403",
  // Contracts that can be open.
  "in scope": "    401 yes | yes 404 404 | yes 404 404 | yes yes 404 404 404 | yes | yes",
  "in scope: list": "401 yes | yes not not | yes not not | yes yes not not not | yes | yes",
  admins: "         401 yes | 403 403 403 | 403 403 403 | yes yes 404 404 404 | yes | yes",
  "admins: list": " 401 yes | 403 403 403 | 403 403 403 | yes yes not not not | yes | yes",
  // What is never open.
  "all admins": "  401 401 | 403 403 403 | 403 403 403 | yes yes 404 404 404 | yes | yes",
  "all admins: list": "401 401 | 403 403 403 | 403 403 403 | yes yes not not not | yes | yes",
  "signed in": "   401 401 | ok  ok  ok  | ok  ok  ok  | ok  ok  ok  ok  ok  | ok  | ok ",
  "a person": "    401 401 | ok  ok  ok  | ok  ok  ok  | ok  ok  ok  ok  ok  | ok  | 403",
  own: "            401 401 | yes not not | yes not not | not not not not not | not | 403",
  // What makes a user of whom the directory has not heard.
  "own: made": "   401 401 | yes not not | yes not not | 403 403 403 403 403 | 403 | 403",
  "own: one": "    401 401 | yes 404 404 | yes 404 404 | 404 404 404 404 404 | 404 | 403",
  named: "          401 401 | yes 404 404 | yes 404 404 | yes yes 404 404 404 | yes | yes",
  // An org_admin sees a user's, but it is not an org_admin's to say where the user's messages go.
  "named: the user's": "401 401 | yes 404 404 | yes 404 404 | 403 403 404 404 404 | yes | yes",
  "of the organization": "401 401 | 404 404 404 | 404 404 404 | yes yes 404 404 404 | yes | yes",
  // notification-records, by its own table of roles.
  "records: list": "  401 401 | 403 403 403 | not yes not | yes yes not not not | yes | yes",
  "records: read": "  401 401 | 403 403 403 | 404 yes 404 | yes yes 404 404 404 | yes | yes",
  "records: create": "401 401 | 403 403 403 | 404 yes 404 | yes yes 404 404 404 | 403 | yes",
  "records: change": "401 401 | 403 403 403 | 403 403 403 | yes yes 404 404 404 | yes | yes",
  "records: delete": "401 401 | 403 403 403 | 403 403 403 | 403 403 403 403 403 | yes | yes",
  // What the caller's own organization, or the service, has defined or inherits.
  "owners: inherited": "401 401 | 403 403 403 | 403 403 403 | yes not yes not 404 | not | not",
  // What is the owner's alone: neither inherited, nor shown to those above unless they name the owner.
  "admins: about those of their own": "401 401 | 403 403 403 | 403 403 403 | yes not not not 404 | not | not",
  "admins: about nobody": "401 401 | 403 403 403 | 403 403 403 | ok  ok  ok  ok  ok  | ok  | ok ",
  // To oneself, whom the directory does not know: so nobody gets one.
  "admins: to oneself": "401 401 | 403 403 403 | 403 403 403 | 404 404 404 404 404 | 404 | 403",
  "console: to oneself": "303 303 | 303 303 303 | 303 303 303 | 400 400 404 404 404 | 400 | 400",
  operators: "      401 401 | 403 403 403 | 403 403 403 | 403 403 403 403 403 | yes | yes",
  "operators: about nobody": "401 401 | 403 403 403 | 403 403 403 | 403 403 403 403 403 | ok  | ok ",
  // Pages of the console: whoever has no session, or may have none, is led to where one signs in.
  "console: all": " 303 303 | 303 303 303 | 303 303 303 | ok  ok  ok  ok  ok  | ok  | ok ",
  console: "        303 303 | 303 303 303 | 303 303 303 | yes yes 404 404 404 | yes | yes",
  "console: the user's": "303 303 | 303 303 303 | 303 303 303 | 403 403 404 404 404 | yes | yes",
  "console: list": "303 303 | 303 303 303 | 303 303 303 | yes yes not not not | yes | yes",
  // What one's own organization, or the service, has or inherits; settings are shown to an org_admin of none, too.
  "console: inherited": "303 303 | 303 303 303 | 303 303 303 | yes not yes not 404 | not | not",
  "console: settings": " 303 303 | 303 303 303 | 303 303 303 | yes not yes not not | not | not",
  "console: about those of their own":
    "303 303 | 303 303 303 | 303 303 303 | yes not not not 404 | not | not",
  "console: about nobody": "303 303 | 303 303 303 | 303 303 303 | ok  ok  ok  ok  404 | ok  | ok ",
  "console: operators": "303 303 | 303 303 303 | 303 303 303 | 403 403 403 403 403 | yes | yes",
  "service alone": "401 401 | 403 403 403 | 403 403 403 | 403 403 403 403 403 | 403 | ok ",
} as const;

export type Policy = keyof typeof ROWS;

/** What each caller gets by a policy, with the contract listed in OPEN_CONTRACTS or not. */
export function expected(policy: Policy, isOpen: boolean): Record<Who, Outcome> {
  const [closed, open, ...others] = ROWS[policy].replaceAll("|", " ").trim().split(/\s+/);
  const cells = [isOpen ? open : closed, ...others];
  if (cells.length !== WHO.length) throw new Error(`${policy} has not a cell for each caller`);
  const outcomes: Partial<Record<Who, Outcome>> = {};
  for (const [i, who] of WHO.entries()) outcomes[who] = outcomeOf(cells[i]);
  if (!hasAll(outcomes, WHO)) throw new Error(`${policy} has not a cell for each caller`);
  return outcomes;
}

/** Whether a policy is that of a contract which can be open. */
export const canBeOpen = (policy: Policy): boolean =>
  expected(policy, true).nobody !== expected(policy, false).nobody;
