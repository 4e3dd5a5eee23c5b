import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { compose } from "../../../../src/channels/email/compose.ts";
import { signUnsubscribe, verifyUnsubscribe } from "../../../../src/preferences/unsubscribe-token.ts";
import { notificationTypeOf } from "../../../../src/types/notification-type.ts";
import { brandOf } from "../../../../src/wordings/index.ts";
import { typeNamed } from "../../../support/content.ts";
import type { Answer, Harness } from "../../../support/harness.ts";
import { createMailWorld, givenMails, givenReader, mailNow, mailsOf } from "../../../support/mail.ts";
import { dispatchOf } from "../../../support/pipeline.ts";
import { givenOrgSettings } from "../../../support/preferences.ts";

const FORM = { "content-type": "application/x-www-form-urlencoded" };

const press = (h: Harness, path: string, body = "action=unsubscribe"): Promise<Answer> =>
  h.request("POST", path, { as: null, body, headers: FORM });

/** What becomes of the next mail of the default type to this user. */
async function nextMail(h: Harness, userId: string): Promise<string> {
  const [id = ""] = await givenMails(h, [userId]);
  await mailNow(h, [id]);
  return (await dispatchOf(id)).status;
}

/** A reader, and the path of the link in a mail that they got. */
async function givenLink(h: Harness) {
  const { id: userId } = await givenReader(h);
  const [id = ""] = await givenMails(h, [userId]);
  await mailNow(h, [id]);
  const [mail] = mailsOf(h, id);
  const [, link = ""] = /^<(.+)>$/.exec(mail?.headers["List-Unsubscribe"] ?? "") ?? [];
  return { userId, path: new URL(link).pathname };
}

const pathFor = async (current: string, userId: string, type: string): Promise<string> =>
  `/unsubscribe/${await signUnsubscribe({ current }, { userId, code: typeNamed(type).linkCode })}`;

const rowsOf = async (userId: string) => {
  const { results } = await env.DB.prepare("SELECT * FROM preferences WHERE user_id = ?").bind(userId).all();
  return results;
};

describe("the link in a mail", () => {
  test("shows a page and changes nothing when it is only followed", async () => {
    const h = createMailWorld();
    const { userId, path } = await givenLink(h);
    const answer = await h.request("GET", path, { as: null });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toContain("text/html");
    expect(answer.body).toContain('value="unsubscribe"');
    expect(await rowsOf(userId)).toEqual([]);
    expect(await nextMail(h, userId)).toBe("sent");
  });

  test.each([
    ["by the page's form", "action=unsubscribe", FORM],
    ["by a mail client's one click", "List-Unsubscribe=One-Click", FORM],
    [
      "by a one click as multipart",
      '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
      { "content-type": "multipart/form-data; boundary=b" },
    ],
  ])("unsubscribes without a login %s", async (_, body, headers) => {
    const h = createMailWorld();
    const { userId, path } = await givenLink(h);
    expect((await h.request("POST", path, { as: null, body, headers })).status).toBe(200);
    expect(await rowsOf(userId)).toMatchObject([{ cells: '{"certifications":{"email":false}}' }]);
    expect(await nextMail(h, userId)).toBe("cancelled");
  });

  test("may be pressed twice", async () => {
    const h = createMailWorld();
    const { userId, path } = await givenLink(h);
    await press(h, path);
    expect((await press(h, path)).status).toBe(200);
    expect(await rowsOf(userId)).toMatchObject([{ cells: '{"certifications":{"email":false}}' }]);
  });

  test.each(["unsubscribe", "unsubscribe_all", "resubscribe", "resubscribe_all"])(
    "pressed again and again (%s) writes nothing but the first time",
    async (action) => {
      const h = createMailWorld();
      const { userId, path } = await givenLink(h);
      const digest = await pathFor(h.deps.config.linkSecrets.current, userId, "weekly_digest");
      for (const each of [path, digest]) await press(h, each, `action=${action}`);
      const before = await rowsOf(userId);
      h.clock.advance(1_000);
      h.meter.reset();
      for (let i = 0; i < 5; i++) for (const each of [path, digest]) await press(h, each, `action=${action}`);
      expect([h.meter.rowsWritten, await rowsOf(userId)]).toEqual([0, before]);
    },
  );

  test("turns this type off and on again", async () => {
    const h = createMailWorld();
    const { userId, path } = await givenLink(h);
    expect((await press(h, path)).body).toContain('value="resubscribe"');
    const undone = await press(h, path, "action=resubscribe");
    expect(undone.body).toContain("You are subscribed");
    expect(undone.body).toContain('value="unsubscribe"');
    expect(await nextMail(h, userId)).toBe("sent");
  });

  test("turns all mail off and on again", async () => {
    const h = createMailWorld();
    const { userId } = await givenLink(h);
    const other = await pathFor(h.deps.config.linkSecrets.current, userId, "stats_summary");
    expect((await press(h, other, "action=unsubscribe_all")).status).toBe(200);
    expect(await nextMail(h, userId)).toBe("cancelled");
    await press(h, other, "action=resubscribe_all");
    expect(await nextMail(h, userId)).toBe("sent");
  });

  test("of a type with a switch turns that switch, and no other type", async () => {
    const h = createMailWorld();
    const { userId } = await givenLink(h);
    await press(h, await pathFor(h.deps.config.linkSecrets.current, userId, "weekly_digest"));
    const [preferences] = await rowsOf(userId);
    expect(preferences).toMatchObject({ weekly_digest_enabled: 0, email_notifications_enabled: null });
    expect(await nextMail(h, userId)).toBe("sent");
  });

  test("refuses an action that it does not know", async () => {
    const h = createMailWorld();
    const { userId, path } = await givenLink(h);
    expect((await press(h, path, "action=explode")).status).toBe(400);
    expect(await nextMail(h, userId)).toBe("sent");
  });
});

describe("a link that we did not sign", () => {
  const tampered = (path: string): string => {
    const at = path.length - 10;
    return path.slice(0, at) + (path[at] === "A" ? "B" : "A") + path.slice(at + 1);
  };

  test("is not found, and changes nothing", async () => {
    const h = createMailWorld();
    const { userId, path } = await givenLink(h);
    expect((await h.request("GET", tampered(path), { as: null })).status).toBe(404);
    expect((await press(h, tampered(path))).status).toBe(404);
    expect(await nextMail(h, userId)).toBe("sent");
  });

  test("is not found for a user who is gone", async () => {
    const h = createMailWorld();
    const { current } = h.deps.config.linkSecrets;
    expect((await press(h, await pathFor(current, "usr_gone", "push"))).status).toBe(404);
  });
});

describe("while the secret is rotated", () => {
  const OLD = "the-secret-of-last-year-0123456789abcdef";

  test.each([
    ["accepted as the previous one", { LINK_SECRET_PREVIOUS: OLD }, 200, "cancelled"],
    ["not found once that is removed", {}, 404, "sent"],
  ])("a link by the old one is %s", async (_, vars, code, status) => {
    const h = createMailWorld("resend", vars);
    const { id } = await givenReader(h);
    expect((await press(h, await pathFor(OLD, id, "certification_reminder"))).status).toBe(code);
    expect(await nextMail(h, id)).toBe(status);
  });
});

/** What nothing is known of. */
const UNKNOWN = {
  org_id: null,
  name: null,
  locale: null,
  timezone: null,
  suppressed: 0,
  email_notifications_enabled: null,
  new_match_notifications: null,
  deadline_notifications: null,
  weekly_digest_enabled: null,
  application_status_notifications: null,
  cells: null,
  quiet_hours: null,
} as const;

describe("the link of a customer's own type", () => {
  test("turns off its category's e-mail and nothing else, in the reader's language, and on again", async () => {
    const h = createMailWorld();
    const { id: userId } = await givenReader(h, { locale: "nb-NO" });
    const { current } = h.deps.config.linkSecrets;
    const path = `/unsubscribe/${await signUnsubscribe({ current }, { userId, category: "order_updates" })}`;
    const asked = await h.request("GET", path, { as: null });
    expect([asked.status, await rowsOf(userId)]).toEqual([200, []]);
    expect(asked.body).toContain("Vil du melde deg av «Order updates»?");
    expect((await press(h, path, "List-Unsubscribe=One-Click")).body).toContain('value="resubscribe"');
    expect(await rowsOf(userId)).toMatchObject([{ cells: '{"order_updates":{"email":false}}' }]);
    expect(await nextMail(h, userId)).toBe("sent");
    await press(h, path, "action=resubscribe");
    expect(await rowsOf(userId)).toMatchObject([{ cells: '{"order_updates":{"email":true}}' }]);
  });

  test.each([
    [false, 1],
    [true, 0],
  ])("stands in its headers and footer, unless it is critical: %s", async (critical, links) => {
    const h = createMailWorld();
    const { config, clock } = h.deps;
    const { id: userId, email } = await givenReader(h);
    const [dispatchId = ""] = await givenMails(h, [userId]);
    const own = {
      id: "order_shipped",
      org_id: "",
      name: "Shipped orders",
      category: "orders",
      channels: [{ channel: "email" as const }],
      critical,
      schema: null,
      sample: null,
      dedupe: "event" as const,
      batch: null,
      throttle: null,
      expires_after: null,
    };
    const type = notificationTypeOf(own);
    const message = () => ({ subject: "Shipped", title: "Shipped", preheader: "", blocks: [] });
    const brand = brandOf([]);
    const addressee = { id: userId, email, email_verified: 1 as const, ...UNKNOWN };
    const letterhead = { ...config, from: { name: "T", address: "t@t.test" } };
    const said = { type, content: {}, ownWords: { locale: "en", message } };
    const draft = { type, said, addressee, brand };
    const mail = await compose(letterhead, await dispatchOf(dispatchId), draft, clock.now());
    const [, token = ""] = /\/unsubscribe\/(.+)>$/.exec(mail.headers["List-Unsubscribe"] ?? "") ?? [];
    expect(await verifyUnsubscribe(config.linkSecrets, token)).toEqual(
      links === 1 ? { userId, category: "orders" } : null,
    );
    expect(mail.headers["List-Id"]?.startsWith("<order-shipped.") ?? false).toBe(links === 1);
    expect(mail.text.includes("/unsubscribe/")).toBe(links === 1);
  });
});

describe("the matrix on the page", () => {
  /** What a browser sends of the form on this page, with these boxes the other way. */
  function filled(html: string, flipped: readonly string[] = []): string {
    const form = new URLSearchParams({ action: "save" });
    for (const [, row = ""] of html.matchAll(/name="row" value="([^"]+)"/g)) form.append("row", row);
    for (const [box, value = ""] of html.matchAll(/<input type="checkbox" name="on" value="([^"]+)"[^>]*>/g))
      if (!box.includes(" disabled") && box.includes(" checked") !== flipped.includes(value))
        form.append("on", value);
    return form.toString();
  }

  test("shows each category and channel, in the reader's language, with a name for each box", async () => {
    const h = createMailWorld();
    const { userId, path } = await givenLink(h);
    await env.DB.prepare("UPDATE users SET locale = 'nb-NO' WHERE id = ?").bind(userId).run();
    const { body } = await h.request("GET", path, { as: null });
    for (const name of ["Alt, E-post", "Frister, Push-varsel", "Sertifikater, I appen"])
      expect(body).toContain(`aria-label="${name}"`);
    expect(await rowsOf(userId)).toEqual([]);
  });

  test("saves the boxes that were changed and leaves the others inherited; once more it writes nothing", async () => {
    const h = createMailWorld();
    const { userId, path } = await givenLink(h);
    const { body } = await h.request("GET", path, { as: null });
    expect((await press(h, path, filled(body))).status).toBe(200);
    expect(await rowsOf(userId)).toEqual([]);
    const flipped = ["matches.push", "digest.email"];
    const saved = await press(h, path, filled(body, flipped));
    expect(saved.body).toContain("Your choices are saved");
    const stored = { cells: '{"matches":{"push":false}}', weekly_digest_enabled: 0 };
    expect(await rowsOf(userId)).toMatchObject([{ ...stored, email_notifications_enabled: null }]);
    h.meter.reset();
    await press(h, path, filled(body, flipped));
    expect(h.meter.rowsWritten).toBe(0);
    await press(h, path, filled(String(saved.body), ["matches.push"]));
    expect(await rowsOf(userId)).toMatchObject([{ cells: '{"matches":{"push":true}}' }]);
  });

  test("explains a locked box, and no form changes it, an unknown category, or a row that it does not have", async () => {
    const h = createMailWorld();
    const org = crypto.randomUUID();
    const { id: userId } = await givenReader(h, { org });
    await givenOrgSettings(org, { preferences: { deadlines: { email: { on: true, locked: true } } } });
    const path = await pathFor(h.deps.config.linkSecrets.current, userId, "push");
    const { body } = await h.request("GET", path, { as: null });
    expect(body).toMatch(/value="deadlines\.email"[^>]* aria-describedby="locked" checked disabled>/);
    expect(body).toContain("Your organization decides");
    const unknown = Array.from({ length: 4_000 }, (_, i) => `row=x${i}`).join("&");
    for (const form of [
      "row=deadlines&on=deadlines.push&on=deadlines.in_app",
      "",
      unknown,
      "on=all.sms&row=__proto__",
    ])
      expect((await press(h, path, `action=save&${form}`)).status).toBe(200);
    expect(await rowsOf(userId)).toEqual([]);
    expect((await press(h, path, `action=save&${"on=a&".repeat(20_000)}`)).status).toBe(413);
  });
});
