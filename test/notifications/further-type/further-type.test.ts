import { sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { createTypes, renderEmail } from "../../../src/content/index.ts";
import { previews } from "../../../src/content/preview.ts";
import { fromType } from "../../../src/content/type.ts";
import { insertDedupeKeys, type NewDispatch } from "../../../src/outbox/create.ts";
import { builtInTypes } from "../../../src/notifications/registry.ts";
import { createHarness, type Harness } from "../../support/harness.ts";
import { givenMails, givenReader, mailNow, mailsOf } from "../../support/mail.ts";
import { dispatchOf } from "../../support/pipeline.ts";
import { givenOrg } from "../../support/world.ts";
import { newsletter } from "./type.ts";

// A type is its definition alone: this one is handed in, and nothing in src/ knows it.

const types = createTypes([...builtInTypes.all, newsletter]);
const world = (known = types, vars = {}) =>
  createHarness({ vars: { EMAIL_PROVIDERS: "resend", ...vars }, autoDrain: false, types: known });

const NEWS = { headline: "Spring\r\nBcc: x@example.com", url: "https://news.example.org/1" };

async function send(h: Harness, userId: string, more: Partial<NewDispatch> = {}) {
  const [id = ""] = await givenMails(h, [userId], { type: "newsletter", payload: NEWS, ...more });
  await mailNow(h, [id]);
  const { status, error_code } = await dispatchOf(id);
  return { status, error_code, mail: mailsOf(h, id)[0] };
}

/** A reader in an organization with this name. */
async function givenMember(h: Harness, name: string) {
  const org = await givenOrg(h);
  await h.request("PUT", `/api/v1/directory/orgs/${org}`, { body: { name } });
  const { id } = await givenReader(h, { org });
  return { id, org };
}

/** The path of the link in a mail. */
const linkIn = (mail: { headers: Record<string, string> } | undefined): string => {
  const [, link = ""] = /^<(.+)>$/u.exec(mail?.headers["List-Unsubscribe"] ?? "") ?? [];
  return new URL(link).pathname;
};

const press = (h: Harness, path: string, action: string) =>
  h.request("POST", path, {
    as: null,
    body: `action=${action}`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });

describe("a further type", () => {
  test("is previewed with its sample, for every reader", () => {
    const shown = previews([newsletter], Date.UTC(2026, 2, 26));
    expect(shown.map(({ name, subject }) => [name, subject])).toEqual([
      ["newsletter", "News: Sample headline"],
      ["newsletter.nb", "News: Sample headline"],
      ["newsletter.de", "News: Sample headline"],
      ["newsletter.fr", "News: Sample headline"],
      ["newsletter.es", "News: Sample headline"],
      ["newsletter.ar", "News: Sample headline"],
    ]);
    expect(shown[0]?.text).toContain("Unsubscribe from the newsletter: https://");
  });

  test("is in one language: in English where the shared texts have none of the reader's", () => {
    const reader = { name: null, locale: "da-DK", timezone: null };
    const links = { unsubscribe: "https://t.test/u", home: "https://t.test" };
    const { text } = renderEmail({ type: newsletter, content: NEWS }, reader, links, 0);
    expect(text).toContain("Unsubscribe from the newsletter");
  });

  test("is sent with its words and its payload, made harmless", async () => {
    const h = world();
    const { id } = await givenReader(h);
    const { status, mail } = await send(h, id);
    expect(status).toBe("sent");
    expect(mail?.subject).toBe("News: Spring Bcc: x@example.com");
    expect(mail?.text).toContain("Open: https://news.example.org/1");
    expect(mail?.headers["List-Id"]).toBe("<newsletter.localhost>");
  });

  test("with a payload that is none of its own is refused", async () => {
    const h = world();
    const { id } = await givenReader(h);
    expect(await send(h, id, { payload: { url: null } })).toMatchObject({
      status: "failed",
      error_code: "no_content",
    });
  });

  test("says what is true when it is sent, and is not sent when nothing is", async () => {
    const h = world();
    const { id, org } = await givenMember(h, "As queued");
    const { id: loner } = await givenReader(h);
    const [queued = "", empty = ""] = await givenMails(h, [id, loner], {
      type: "newsletter",
      payload: undefined,
    });
    await h.request("PUT", `/api/v1/directory/orgs/${org}`, { body: { name: "As sent" } });
    await mailNow(h, [queued, empty]);
    expect(mailsOf(h, queued)[0]?.subject).toBe("News: As sent");
    expect(mailsOf(h, empty)).toEqual([]);
    expect(await dispatchOf(empty)).toMatchObject({ status: "cancelled", error_code: "nothing_to_say" });
  });

  test("is shown by a test e-mail", async () => {
    const h = world();
    const { id } = await givenReader(h);
    const { mail } = await send(h, id, { type: "test", payload: { sample: "newsletter" } });
    expect(mail?.subject).toBe("News: Sample headline");
    expect(mail?.headers["List-Id"]).toBe("<newsletter.localhost>");
  });

  test("is not sent to an address that nobody has verified", async () => {
    const h = world();
    const { id } = await givenReader(h, { verified: false });
    expect(await send(h, id)).toMatchObject({ status: "failed", error_code: "unverified" });
  });

  test("is turned off and on again by the link in its mail, and no other type with it", async () => {
    const h = world();
    const { id } = await givenReader(h);
    const path = linkIn((await send(h, id)).mail);
    expect((await h.request("GET", path, { as: null })).body).toContain("Unsubscribe from the newsletter?");
    expect((await press(h, path, "unsubscribe")).body).toContain("You will get no more newsletter");
    expect(await send(h, id)).toMatchObject({ status: "cancelled", error_code: "unsubscribed" });
    expect((await send(h, id, { type: "push", payload: { title: "T", body: "B" } })).status).toBe("sent");
    await press(h, path, "resubscribe");
    expect((await send(h, id)).status).toBe("sent");
  });

  test("that supersedes is known as such to the pipeline", () => {
    const superseding = createTypes([...builtInTypes.all, { ...newsletter, supersedes: true }]);
    expect(world(superseding).ctx.types.superseding).toContain("newsletter");
    expect(world().ctx.types.superseding).not.toContain("newsletter");
  });

  test.each([
    [false, ["sent", "queued"]],
    [true, ["sent", "sent"]],
  ])(
    "that is charged on request (%j) is %j when the quota has room for one",
    async (chargedOnRequest, all) => {
      const known = createTypes([...builtInTypes.all, { ...newsletter, chargedOnRequest }]);
      const h = world(known, { ORG_DAILY_QUOTA: "1" });
      const orgId = await givenOrg(h);
      const readers = [await givenReader(h, { org: orgId }), await givenReader(h, { org: orgId })];
      const statuses: string[] = [];
      for (const { id } of readers) statuses.push((await send(h, id, { orgId, slotTaken: false })).status);
      expect(statuses).toEqual(all);
    },
  );

  test("has those dedupe keys erased with the user that name the user", async () => {
    const form = { kind: "news", user: "part" } as const;
    const h = world(createTypes([...builtInTypes.all, { ...newsletter, dedupe: form }]));
    const { id } = await givenReader(h);
    const keys = [`news:${id}:1`, `news:${id}x:1`, `other:${id}:1`].map((key) => ({
      key,
      dispatch_id: "gone",
    }));
    await h.ctx.db.write({ keys: insertDedupeKeys(keys) });
    await h.request("DELETE", `/api/v1/directory/users/${id}`);
    const { left } = await h.ctx.db.read({
      left: sql<{ key: string }>`SELECT key FROM occasions WHERE key LIKE ${`%${id}%`} ORDER BY key`,
    });
    expect(left.map(({ key }) => key)).toEqual([`news:${id}x:1`, `other:${id}:1`]);
  });

  test("goes on as e-mail when its push reaches no device", async () => {
    const h = world();
    const { id } = await givenReader(h);
    const start = fromType(newsletter, h.clock.now());
    await givenMails(h, [id], { ...start, payload: NEWS, lane: "push", slotTaken: false });
    h.clock.advance(120_000);
    await h.tick();
    await h.drain();
    expect(h.resend.accepted.map(({ subject }) => subject)).toEqual(["News: Spring Bcc: x@example.com"]);
  });
});

describe("where a type is not known", () => {
  test("its messages are refused, and its links are not found", async () => {
    const h = world();
    const { id } = await givenReader(h);
    const path = linkIn((await send(h, id)).mail);
    const without = world(builtInTypes);
    expect(await send(without, id)).toMatchObject({ status: "failed", error_code: "no_content" });
    expect((await press(without, path, "unsubscribe")).status).toBe(404);
  });
});
