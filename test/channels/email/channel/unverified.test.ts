import { describe, expect, test } from "vitest";
import { TYPE_IDS } from "../../../../src/notifications/registry.ts";
import { createHarness, type Harness, mint } from "../../../support/harness.ts";
import { givenReader, type ReaderFacts } from "../../../support/mail.ts";
import { givenOrg } from "../../../support/world.ts";

/** What a spammer wants a stranger to read. */
const LURE = "CHEAPPILLS";
const FACTS: ReaderFacts = { name: `${LURE} at evil.example`, locale: `nb-NO-x-cheap-pills` };

const world = () => createHarness({ vars: { EMAIL_PROVIDERS: "ses" } });

/** All of the one mail that went out. */
function sentBy(h: Harness) {
  expect(h.ses.accepted).toHaveLength(1);
  return h.ses.accepted[0];
}

const testMail = (h: Harness, sub: string, email_type: string) =>
  h.request("POST", "/api/v1/notifications/test", {
    as: { sub, claims: { name: LURE } },
    body: { email_type, custom_subject: LURE },
  });

describe("a test e-mail", () => {
  test.each(TYPE_IDS)(
    "as %s to an unverified address holds nothing that its caller wrote or chose",
    async (type) => {
      const h = world();
      const { id, email } = await givenReader(h, { ...FACTS, verified: false });
      expect((await testMail(h, id, type)).body).toMatchObject({ success: true });
      const mail = sentBy(h);
      expect(mail?.to).toBe(email);
      expect(mail?.subject).toBe("Test-e-post fra Tidings");
      expect(JSON.stringify(mail)).not.toMatch(/CHEAP|pills/i);
      expect(JSON.stringify(mail)).not.toContain("List-Unsubscribe");
    },
  );

  test("to a verified address says what its caller asked for", async () => {
    const h = world();
    const { id, email } = await givenReader(h, FACTS);
    await testMail(h, id, "new_match");
    expect(sentBy(h)).toMatchObject({ to: `"${FACTS.name}" <${email}>`, subject: LURE });
  });

  test("to the unverified address of a token's user holds nothing of the token", async () => {
    const h = world();
    const sub = mint("usr");
    const as = { sub, email: `${sub}@victim.example`, claims: { name: LURE, email_verified: "false" } };
    await h.request("POST", "/api/v1/notifications/test", { as, body: { custom_subject: LURE } });
    expect(JSON.stringify(sentBy(h))).not.toContain(LURE);
  });
});

describe("a welcome", () => {
  const welcomed = async (verified: boolean) => {
    const h = world();
    const org = await givenOrg(h);
    await h.request("PUT", `/api/v1/directory/orgs/${org}`, { body: { name: LURE } });
    const id = mint("usr");
    const email = `${id}@example.com`;
    const body = { email, email_verified: verified, name: LURE, org_id: org, locale: "en-x-cheap-pills" };
    await h.request("PUT", `/api/v1/directory/users/${id}`, { body });
    await h.drain();
    return { email, mail: sentBy(h) };
  };

  test("to an unverified address holds nothing that a caller wrote", async () => {
    const { email, mail } = await welcomed(false);
    expect(mail).toMatchObject({ to: email, subject: "Welcome to Tidings" });
    expect(JSON.stringify(mail)).not.toMatch(/CHEAP|pills/i);
  });

  test("to a verified address greets by name, and names the organization", async () => {
    const { email, mail } = await welcomed(true);
    expect(mail?.to).toBe(`"${LURE}" <${email}>`);
    expect(mail?.text).toContain(`Your account with ${LURE} is ready.`);
  });
});
