import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { Scope } from "../../src/auth/scope.ts";
import { explain, type Question } from "../../src/explain/explain.ts";
import { createHarness, type Harness } from "../support/harness.ts";
import { givenReader } from "../support/mail.ts";
import { emptyTables } from "../support/pipeline.ts";
import { givenChoices } from "../support/preferences.ts";
import { givenOrg } from "../support/world.ts";
import { NIGHT, QUIET } from "./world.ts";

beforeEach(emptyTables);

const createWorld = (): Harness => {
  const h = createHarness({ vars: { EMAIL_PROVIDERS: "resend" }, autoDrain: false });
  h.clock.set(NIGHT);
  return h;
};

const suppress = (email: string) =>
  env.DB.prepare("INSERT INTO suppressions (email, reason, created_at) VALUES (?, 'complaint', 0)")
    .bind(email.toLowerCase())
    .run();

/** What is said to a scope of an address before and after it is suppressed. */
async function saidOf(
  verified: boolean,
  type: string,
  scopeOf: (user: string, org: string) => Scope,
  isQuiet = false,
) {
  const h = createWorld();
  const org = await givenOrg(h);
  const { id, email } = await givenReader(h, { org, verified });
  // What waits is asked other rules than what is refused.
  if (isQuiet) await givenChoices(id, { quietHours: QUIET });
  const about = { userId: id, orgId: undefined, channel: "email", data: undefined };
  const ask = async () => {
    const question: Question = { kind: "type", type, ...about };
    const { channels } = await explain(h.ctx, h.deps.types, scopeOf(id, org), question, null);
    const [said] = channels;
    if (said === undefined) throw new Error("Nothing was said");
    return { ...said, rendering: said.rendering?.["subject"] };
  };
  const before = await ask();
  await suppress(email);
  const after = await ask();
  const rule = after.rules.find((one) => one.rule === "suppressed");
  return { before, after, rule };
}

const own = (userId: string): Scope => ({ kind: "own", userId });
const ofOrg = (_: string, orgId: string): Scope => ({ kind: "org", orgId });
const all = (): Scope => ({ kind: "all" });

describe.each([
  ["a user", own],
  ["an org_admin", ofOrg],
])("to %s", (_, scope) => {
  test.each([
    ["welcome", false, "unknown", "private"],
    ["welcome", true, "wait", "quiet_hours"],
    ["certification_reminder", false, "reject", "unverified"],
    ["certification_reminder", true, "reject", "unverified"],
  ])(
    "nothing says whether an address that is not verified is suppressed: %s, in quiet hours: %s",
    async (type, isQuiet, verdict, code) => {
      const { before, after, rule } = await saidOf(false, type, scope, isQuiet);
      expect(after).toEqual(before);
      expect(after).toMatchObject({ verdict, code });
      expect(rule).toMatchObject({ verdict: "unknown", code: "private" });
      expect(JSON.stringify(after)).not.toContain("complaint");
    },
  );

  test("of a verified one it is said", async () => {
    const { before, after } = await saidOf(true, "welcome", scope);
    expect(before.code).not.toBe("suppressed");
    expect(after).toMatchObject({ verdict: "reject", code: "suppressed" });
  });
});

test("those who see everything are told of any address what sending does", async () => {
  const welcome = await saidOf(false, "welcome", all);
  expect(welcome.after).toMatchObject({ verdict: "reject", code: "suppressed" });
  const reminder = await saidOf(false, "certification_reminder", all);
  expect(reminder.after).toMatchObject({ verdict: "reject", code: "unverified" });
  expect(reminder.rule).toMatchObject({ verdict: "reject", code: "suppressed" });
});
