import { describe, expect, test } from "vitest";
import { type Harness, mint } from "../../support/harness.ts";
import { givenReader } from "../../support/mail.ts";
import {
  createDigestWorld,
  given,
  givenApplication,
  givenGrant,
  mailsTo,
  prefer,
  rows,
  messagesTo,
} from "./world.ts";

const USERS = "/api/v1/directory/users";

const facts = (id: string, more: object = {}) => ({
  email: `${id}@example.com`,
  email_verified: true,
  ...more,
});

describe("an application's status", () => {
  const statuses = async (user: string): Promise<(string | undefined)[]> =>
    (await messagesTo(user, "application_status")).map(({ payload }) => JSON.parse(payload ?? "{}").status);

  async function givenSubmitted(h: Harness) {
    const { id: user } = await givenReader(h);
    const grant = await givenGrant(h, { title: "Sun", url: "https://x.example/sun" });
    const id = await givenApplication(h, user, grant, "submitted");
    return {
      user,
      grant,
      id,
      put: (status: string, query = "") => givenApplication(h, user, grant, status, id, query),
    };
  }

  test("that is new is sent at once, with the grant and the status before", async () => {
    const h = createDigestWorld();
    const { user, grant, put } = await givenSubmitted(h);
    expect(await messagesTo(user, "application_status")).toEqual([]);
    await put("under_review");
    await h.drain();
    const [mail, ...more] = mailsTo(h, user);
    expect(more).toEqual([]);
    for (const text of ["Sun", "Under review", "Submitted", "https://x.example/sun"])
      expect(mail?.text).toContain(text);
    expect(await messagesTo(user, "application_status")).toMatchObject([
      { grant_id: grant, status: "sent", lane: "email" },
    ]);
  });

  test("there and back is sent twice, a repeat is not", async () => {
    const h = createDigestWorld();
    const { user, put } = await givenSubmitted(h);
    for (const status of ["approved", "approved", "submitted", "submitted"]) await put(status);
    expect(await statuses(user)).toEqual(["approved", "submitted"]);
  });

  test("is not sent with notify=false, nor by a repeat of it", async () => {
    const h = createDigestWorld();
    const { user, put } = await givenSubmitted(h);
    await put("approved", "?notify=false");
    await put("approved");
    expect(await statuses(user)).toEqual([]);
  });

  test("is not sent to a user who has switched it off, before or after", async () => {
    const h = createDigestWorld();
    const { user, put } = await givenSubmitted(h);
    await put("approved");
    await prefer(h, user, { application_status_notifications: false });
    await put("rejected");
    await h.drain();
    expect(mailsTo(h, user)).toEqual([]);
    expect(await messagesTo(user, "application_status")).toMatchObject([
      { status: "cancelled", error_code: "unsubscribed" },
    ]);
  });

  test("of an import is sent to each, in one round trip, and once if D1 lost the answer", async () => {
    const h = createDigestWorld();
    const all = [await givenSubmitted(h), await givenSubmitted(h)];
    const items = all.map(({ id, user, grant }) => ({
      id,
      user_id: user,
      grant_id: grant,
      status: "approved",
    }));
    h.meter.reset();
    await given(h, "applications", items);
    expect(h.meter.trips).toBe(1);
    h.meter.failNext("after");
    await given(
      h,
      "applications",
      items.map((item) => ({ ...item, status: "closed" })),
    );
    for (const { user } of all) {
      expect(await statuses(user)).toEqual(["approved", "closed"]);
      expect(await messagesTo(user, "application_status")).toMatchObject([
        { lane: "bulk" },
        { lane: "bulk" },
      ]);
    }
  });

  test("of one that is deleted and comes back is not mixed up with before", async () => {
    const h = createDigestWorld();
    const { user, id, put } = await givenSubmitted(h);
    await put("approved");
    await h.request("DELETE", `/api/v1/directory/applications/${id}`);
    h.clock.advance(60_000);
    await put("submitted");
    await put("approved");
    expect(await statuses(user)).toEqual(["approved", "approved"]);
  });

  test("of a grant that is not known is not sent with the grant's id, but waits for its title", async () => {
    const h = createDigestWorld();
    const { id: user } = await givenReader(h);
    const grant = mint("grant");
    const id = await givenApplication(h, user, grant, "submitted");
    h.meter.reset();
    await givenApplication(h, user, grant, "approved", id);
    expect(h.meter.trips).toBe(1);
    await h.drain();
    expect(mailsTo(h, user)).toEqual([]);
    expect(await messagesTo(user, "application_status")).toEqual([]);
  });
});

describe("a welcome", () => {
  test("goes to a user who is new and has an address, once", async () => {
    const h = createDigestWorld();
    const [id, org] = [mint("usr"), mint("org")];
    await h.request("PUT", `/api/v1/directory/orgs/${org}`, { body: { name: "Riverside" } });
    h.meter.reset();
    await h.request("PUT", `${USERS}/${id}`, { body: facts(id, { org_id: org }) });
    expect(h.meter.trips).toBe(1);
    await h.request("PUT", `${USERS}/${id}`, { body: facts(id, { name: "Ada" }) });
    await h.drain();
    expect(mailsTo(h, id).map(({ text }) => text.includes("Riverside"))).toEqual([true]);
    expect(await messagesTo(id, "welcome")).toMatchObject([{ org_id: org, status: "sent" }]);
  });

  test.each([
    ["without an address", "", {}],
    ["with notify=false", "?notify=false", null],
  ])("does not go to one %s", async (_, query, body) => {
    const h = createDigestWorld();
    const id = mint("usr");
    await h.request("PUT", `${USERS}/${id}${query}`, { body: body ?? facts(id) });
    expect(await messagesTo(id, "welcome")).toEqual([]);
  });

  test("does not go to users of an import, nor to one who was known", async () => {
    const h = createDigestWorld();
    const [imported, known] = [mint("usr"), (await givenReader(h)).id];
    await given(h, "users", [{ id: imported, ...facts(imported) }]);
    await h.request("PUT", `${USERS}/${known}`, { body: facts(known) });
    for (const id of [imported, known]) expect(await messagesTo(id, "welcome")).toEqual([]);
  });

  test("goes once although D1 lost the answer", async () => {
    const h = createDigestWorld();
    const id = mint("usr");
    h.meter.failNext("after");
    await h.request("PUT", `${USERS}/${id}`, { body: facts(id) });
    expect(await messagesTo(id, "welcome")).toHaveLength(1);
  });

  test("leaves nothing behind when its user is erased after it was removed by retention", async () => {
    const h = createDigestWorld();
    const id = mint("usr");
    await h.request("PUT", `${USERS}/${id}`, { body: facts(id) });
    await rows("DELETE FROM dispatches WHERE user_id = ?", id);
    expect(await rows("SELECT * FROM occasions WHERE key = ?", `welcome:${id}`)).toHaveLength(1);
    await h.request("DELETE", `${USERS}/${id}`);
    expect(await rows("SELECT * FROM occasions WHERE key = ?", `welcome:${id}`)).toEqual([]);
  });
});
