import { describe, expect, test } from "vitest";
import { toCloudflare } from "../../src/channels/email/providers/cloudflare/mapping.ts";
import type { WordingChannel } from "../../src/db/schema/index.ts";
import type { WordingFields } from "../../src/wordings/fields.ts";
import { publishWording, putWording, unpublishWording } from "../../src/wordings/write.ts";
import {
  createMailWorld,
  givenCertificate,
  givenMails,
  givenReader,
  mailNow,
  mailsOf,
} from "../support/mail.ts";
import type { Harness } from "../support/harness.ts";
import { createPauseWorld, givenCoordinator, givenMentor } from "../notifications/pause/world.ts";
import { givenOrg } from "../support/world.ts";
import { anEmail } from "./email/fixtures.ts";

const AUTHOR = { actor: "service:test", requestId: "r" };
const ALL = { kind: "all" } as const;
const idOf = (type: string, channel: WordingChannel, locale: string, org = "") => ({
  type,
  channel,
  locale,
  org_id: org,
});

const write = (h: Harness, id: ReturnType<typeof idOf>, fields: WordingFields, publish = true) =>
  putWording(h.ctx, AUTHOR, ALL, id, fields, publish);

/** A reminder to a user of this language and organization, as it arrives. */
async function remind(h: Harness, facts: { locale?: string | null; org?: string | null } = {}) {
  const reader = await givenReader(h, { locale: "en", ...facts });
  await givenCertificate(h, reader.id, 7);
  const [id = ""] = await givenMails(h, [reader.id]);
  await mailNow(h, [id]);
  const [mail] = mailsOf(h, id);
  return mail;
}

describe("a built-in type's words", () => {
  test("can be replaced in a mail, by the nearest organization that has written them", async () => {
    const h = createMailWorld();
    const parent = await givenOrg(h);
    const [child, other] = [await givenOrg(h, parent), await givenOrg(h)];
    await write(h, idOf("certification_reminder", "email", "en", parent), {
      subject: "{{ data.certifications[0].name }} {{ data.certifications[0].expires_at | date: 'long' }}",
      body: "Renew it, {{ user.name }}.",
    });
    const mail = await remind(h, { org: child });
    expect(mail?.subject).toMatch(/^First aid \w+ \d+, \d{4}$/u);
    expect(mail?.text).toContain("Renew it, Kari Nordmann.");
    expect((await remind(h, { org: other }))?.subject).toBe("Your certification expires in 7 days");
    expect((await remind(h, { org: null }))?.subject).toBe("Your certification expires in 7 days");
  });

  test("win in the reader's language over a customer's in another", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    await write(h, idOf("certification_reminder", "email", "en", org), { subject: "Own", body: "B" });
    expect((await remind(h, { org, locale: "en-GB" }))?.subject).toBe("Own");
    expect((await remind(h, { org, locale: "de-AT" }))?.subject).not.toBe("Own");
    // There are no Danish ones.
    expect((await remind(h, { org, locale: "da" }))?.subject).toBe("Own");
  });

  test("are in the organization's language for readers who have none, or one without words", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    await h.request("PATCH", `/api/v1/orgs/${org}/preferences`, { body: { locale: "de" } });
    for (const locale of [null, "da"])
      expect((await remind(h, { org, locale }))?.text).toContain("Guten Tag");
    expect((await remind(h, { org, locale: "nb" }))?.subject).not.toMatch(/Zertifi/u);
  });

  test("are those of the published version, back and forth", async () => {
    const h = createMailWorld();
    const org = await givenOrg(h);
    const id = idOf("certification_reminder", "email", "en", org);
    await write(h, id, { subject: "One", body: "B" });
    await write(h, id, { subject: "Two", body: "B" }, false);
    expect((await remind(h, { org }))?.subject).toBe("One");
    await publishWording(h.ctx, AUTHOR, ALL, id, 2);
    expect((await remind(h, { org }))?.subject).toBe("Two");
    await publishWording(h.ctx, AUTHOR, ALL, id, 1);
    expect((await remind(h, { org }))?.subject).toBe("One");
    await unpublishWording(h.ctx, AUTHOR, ALL, id);
    expect((await remind(h, { org }))?.subject).toBe("Your certification expires in 7 days");
  });

  test("can be replaced in a push and in the app", async () => {
    const h = createPauseWorld();
    const org = await givenOrg(h);
    await write(h, idOf("pause_activated", "push", "en", org), {
      title: "Pause",
      body: "{{ data.mentor_name }}: {{ data.reason }}",
    });
    await write(h, idOf("pause_activated", "in_app", "en", org), {
      title: "In the app",
      body: "{{ data.mentor_name }}",
      action_url: "https://app.example/mentors",
    });
    const { id: coordinator_id } = await givenCoordinator(h, { org });
    const mentor = await givenMentor(h, { coordinator_id });
    await mentor.put({
      current_status: "paused",
      pause_start_date: "2026-03-30T00:00:00.000Z",
      pause_reason: "Holiday",
    });
    await h.drain();
    expect(h.expo.accepted).toMatchObject([{ title: "Pause", body: "Kari Nordmann: Holiday" }]);
    const { body } = await h.request("GET", "/api/v1/inbox", {
      as: { role: "coordinator", sub: coordinator_id },
    });
    expect(body.data).toMatchObject([
      { title: "In the app", body: "Kari Nordmann", data: { action_url: "https://app.example/mentors" } },
    ]);
  });
});

describe("a brand's reply-to", () => {
  test.each(["ses", "resend", "postmark"] as const)("reaches %s", async (provider) => {
    const h = createMailWorld(provider);
    const org = await givenOrg(h);
    await h.deps.bindings.DB.prepare("INSERT INTO org_settings (org_id, brand, updated_at) VALUES (?, ?, 0)")
      .bind(org, JSON.stringify({ reply_to: "help@tidings.example", sender_name: "Ada's shop" }))
      .run();
    const mail = await remind(h, { org });
    expect(mail?.replyTo).toBe("help@tidings.example");
    expect(mail?.from).toContain("Ada's shop");
    expect((await remind(h))?.replyTo).toBeNull();
  });

  test("reaches Cloudflare", () => {
    expect(toCloudflare(anEmail({ replyTo: "help@tidings.example" }))).toMatchObject({
      replyTo: "help@tidings.example",
    });
    expect(toCloudflare(anEmail())).not.toHaveProperty("replyTo");
  });
});
