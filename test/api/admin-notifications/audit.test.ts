import { describe, expect, test } from "vitest";
import { createMailWorld, givenCertificate, givenMails, givenReader } from "../../support/mail.ts";
import { emptyTables } from "../../support/pipeline.ts";
import { givenOrg } from "../../support/world.ts";
import { auditOf, BASE, bulk, cancel, change, count, printed, putInto, remind, uuidOf } from "./calls.ts";

const ADMIN = { role: "global_admin", sub: "usr_boss" } as const;
const as = { as: ADMIN };
const actor = "global_admin:usr_boss";

describe("the audit log", () => {
  test("has each change once: by whom, of what, in which request", async () => {
    await emptyTables();
    const h = createMailWorld();
    const org = await givenOrg(h);
    const { id: user } = await givenReader(h, { org });
    await givenCertificate(h, user, 7);
    const [failed = "", queued = ""] = await givenMails(h, [user, user]);
    await putInto(failed, "failed");

    const sent = await remind(h, user, as);
    const answers = [
      sent,
      await bulk(h, org, {}, as),
      await change(h, printed(failed), { action: "retry" }, as),
      await change(h, printed(failed), { action: "update", note: "Called her" }, as),
      await cancel(h, printed(queued), as),
    ];
    const reminded = uuidOf(sent.body.data.dispatch_id);
    const counts = JSON.stringify({ eligible: 1, dispatched: 0, failed: 0, skipped: 1 });
    expect(await auditOf(reminded, org, failed, queued)).toEqual(
      [
        { action: "reminder.send", target: reminded, detail: null },
        { action: "reminder.bulk", target: org, detail: counts },
        { action: "dispatch.retry", target: failed, detail: null },
        { action: "dispatch.note", target: failed, detail: null },
        { action: "dispatch.cancel", target: queued, detail: null },
      ].map((entry, i) => ({ ...entry, actor, request_id: answers[i]?.headers.get("x-request-id") })),
    );
    expect(await count("audit_log", "true")).toBe(5);
  });

  test("has nothing of what was only read, or refused", async () => {
    await emptyTables();
    const h = createMailWorld();
    const org = await givenOrg(h);
    const { id: user } = await givenReader(h, { org });
    const [sent = ""] = await givenMails(h, [user]);
    await putInto(sent, "sent");
    const answers = [
      await h.request("GET", BASE, as),
      await h.request("GET", `${BASE}/${printed(sent)}`, as),
      await remind(h, user, as),
      await remind(h, "nobody", as),
      await bulk(h, "nowhere", {}, as),
      await change(h, printed(sent), { action: "retry" }, as),
      await change(h, printed(sent), {}, as),
      await cancel(h, printed(sent), as),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 409, 404, 404, 409, 400, 409]);
    expect(await count("audit_log", "true")).toBe(0);
  });

  test("holds neither addresses nor names nor what was noted", async () => {
    await emptyTables();
    const h = createMailWorld();
    const { id: user, email } = await givenReader(h, { name: "Ada Lovelace" });
    await givenCertificate(h, user, 7, { name: "Midwife" });
    const { body } = await remind(h, user, as);
    await change(h, body.data.dispatch_id, { action: "update", note: "Her mother is ill" }, as);
    const text = JSON.stringify(await auditOf(uuidOf(body.data.dispatch_id)));
    expect(text).not.toMatch(new RegExp(`${email}|Ada|Midwife|mother`));
  });
});
