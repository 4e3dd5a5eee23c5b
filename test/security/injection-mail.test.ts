import { beforeAll, describe, expect, test } from "vitest";
import { DAY, MINUTE } from "../../src/lib/clock.ts";
import { type Harness, mint } from "../support/harness.ts";
import { createMailWorld } from "../support/mail.ts";
import type { AcceptedEmail } from "../support/sandbox/steer.ts";
import { CANARY, HOSTILE } from "./hostile.ts";
import { expectCleanLog, overhear } from "./logs.ts";

const DIRECTORY = "/api/v1/directory";

const KINDS = ["SQL, HTML and templates", "header and log lines"] as const;

/** A quoted string or encoded words, as RFC 5322 and 2047 have them. */
const DISPLAY_NAME = /^(?:"(?:[^"\\]|\\.)*"|(?:=\?UTF-8\?B\?[A-Za-z0-9+/=]*\?= ?)+) */;

/** Headers that our mails have; a name is compared in lower case. */
const HEADERS = ["list-unsubscribe", "list-unsubscribe-post", "list-id", "x-entity-ref-id", "auto-submitted"];

const put = async (h: Harness, path: string, body: object): Promise<void> => {
  const { status } = await h.request("PUT", `${DIRECTORY}/${path}`, { body });
  if (status >= 300) throw new Error(`${path} was answered ${status}`);
};

/** Matches are gathered for two minutes. */
async function aFewMinutes(h: Harness): Promise<void> {
  await h.drain();
  h.clock.advance(3 * MINUTE);
  await h.tick();
  await h.drain();
}

/** Everything that is written to someone of whom each text is `text`. */
async function mailsWith(h: Harness, text: string): Promise<{ mails: AcceptedEmail[]; address: string }> {
  const [user, mentor, grant] = [mint("usr"), mint("pm"), mint("grant")];
  const address = `${user}@example.com`;
  const soon = new Date(h.clock.now() + 7 * DAY).toISOString();
  // welcome
  await put(h, `users/${user}`, { name: text, email: address, email_verified: true });
  // new_match, application_status
  await put(h, `grants/${grant}`, { title: text, url: "https://grants.example.com/", deadline: soon });
  await put(h, `matches/${mint("match")}`, { user_id: user, grant_id: grant, score: 99 });
  const application = `applications/${mint("app")}`;
  for (const status of ["submitted", "granted"])
    await put(h, application, { user_id: user, grant_id: grant, status });
  // certification_reminder
  await put(h, `certifications/${mint("cert")}`, { user_id: user, name: text, expires_at: soon });
  await h.request("POST", "/api/v1/admin/notifications/certification-reminder", { body: { user_id: user } });
  // pause_activated, by e-mail for want of a device
  const facts = { full_name: text, coordinator_id: user, pause_reason: text };
  await put(h, `peer-mentors/${mentor}`, facts);
  await put(h, `peer-mentors/${mentor}`, { ...facts, current_status: "paused" });
  // push, by e-mail for want of a device
  const push = { user_id: user, title: text, body: text, fallback: "email" };
  await h.request("POST", "/api/v1/notifications", { body: push, headers: { prefer: "respond-async" } });
  // test
  const as = { role: "user", sub: user } as const;
  await h.request("POST", "/api/v1/notifications/test", { as, body: { custom_subject: text } });

  await aFewMinutes(h);
  return { mails: h.resend.accepted.filter(({ to }) => to.includes(user)), address };
}

function expectHarmless(mail: AcceptedEmail, address: string): void {
  expect(mail.to.replace(DISPLAY_NAME, "")).toBe(mail.to === address ? address : `<${address}>`);
  expect(mail.from.replace(DISPLAY_NAME, "")).toBe("<notifications@tidings.example>");
  for (const line of [mail.to, mail.from, mail.subject, ...Object.entries(mail.headers).flat()])
    expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
  expect(Object.keys(mail.headers).filter((name) => !HEADERS.includes(name.toLowerCase()))).toEqual([]);
  for (const part of [mail.html, mail.text]) expect(part).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e]/u);
}

/** Tags with the names of their attributes: what a text could add to. */
const tagsOf = (mails: readonly AcceptedEmail[]): string[] =>
  mails.flatMap(({ html }) => html.replaceAll(/"[^"]*"/g, "").match(/<[^>]*>/g) ?? []);

describe("mails about someone whose every text is", () => {
  let ours: Set<string>;
  beforeAll(async () => {
    const { mails } = await mailsWith(createMailWorld("resend"), "Ada\n\nLovelace\nKing");
    ours = new Set(tagsOf(mails));
  });

  test.each(KINDS)("%s have one recipient, our headers and our markup", async (kind) => {
    const h = createMailWorld("resend");
    const lines = overhear(h);
    const { mails, address } = await mailsWith(h, HOSTILE[kind]);
    // One of each kind that `mailsWith` names.
    expect(mails).toHaveLength(7);
    expect(tagsOf(mails).filter((tag) => !ours.has(tag))).toEqual([]);
    for (const mail of mails) expectHarmless(mail, address);
    expectCleanLog(lines, [CANARY, "evil", address]);
  });
});

describe("an address that is more than an address is refused, and not taken from a token", () => {
  test.each([
    "a@example.com\r\nBcc: evil@example.com",
    "a@example.com\nevil@example.com",
    "a@example.com, evil@example.com",
    "a@example.com;evil@example.com",
    "A <a@example.com>",
    "<a@example.com>",
    '"a@evil.example"@example.com',
    "a@example.com\0",
    "a@example.com ",
    " a@example.com",
    "a@evil.example\u202e@example.com",
    "a%0d%0aBcc:evil@example.com@example.com",
    "a@[127.0.0.1]",
    "a@localhost",
    `${"a".repeat(250)}@example.com`,
  ])("%j", async (email) => {
    const h = createMailWorld("resend");
    const { status, body } = await h.request("PUT", `${DIRECTORY}/users/${mint("usr")}`, { body: { email } });
    expect([status, body.errors?.[0].pointer]).toEqual([400, "/email"]);
    const as = { role: "user" as const, sub: mint("usr"), email, claims: { email_verified: true } };
    const claimed = await h.request("GET", "/api/v1/notifications/preferences", { as });
    expect(claimed.status).toBe(200);
    // In a token it counts as none; white space round an address is not part of it.
    const known = await h.request("GET", `${DIRECTORY}/users/${as.sub}`);
    const isAddress = email.trim() === "a@example.com";
    expect(known.body).toMatchObject({
      email: isAddress ? "a@example.com" : null,
      email_verified: isAddress,
    });
  });
});

test.each([
  "javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "https://grants.example.com@evil.example/",
  "//evil.example",
  'https://a.example/"><script>',
  "https://a.example/\r\nX: y",
])("a grant at %j is refused, or no link in a mail leads there", async (url) => {
  const h = createMailWorld("resend");
  const [user, grant] = [mint("usr"), mint("grant")];
  await put(h, `users/${user}`, { email: `${user}@example.com`, email_verified: true });
  const { status } = await h.request("PUT", `${DIRECTORY}/grants/${grant}`, { body: { title: "Fund", url } });
  if (status === 400) return;
  await put(h, `matches/${mint("match")}`, { user_id: user, grant_id: grant, score: 99 });
  await aFewMinutes(h);
  const mail = h.resend.accepted.find((one) => one.subject.includes("Fund") || one.html.includes("Fund"));
  expect(mail).toBeDefined();
  const links = [...(mail?.html ?? "").matchAll(/href="([^"]*)"/g)].map(([, href]) => new URL(href ?? ""));
  expect(links.filter(({ host }) => !["localhost:8787", "a.example"].includes(host))).toEqual([]);
});
