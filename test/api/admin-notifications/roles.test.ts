import { beforeEach, describe, expect, test } from "vitest";
import { type Caller, createHarness, type Harness } from "../../support/harness.ts";
import { givenCertificate, givenMails, givenReader } from "../../support/mail.ts";
import { emptyTables } from "../../support/pipeline.ts";
import { givenOrg } from "../../support/world.ts";
import { auditOf, BASE, count, printed, putInto } from "./calls.ts";

const OPEN = "admin-notifications";

interface Place {
  org: string;
  user: string;
  failed: string;
  queued: string;
}

/** An organization with a user who has a certificate, a message that failed and one that is queued. */
async function givenPlace(h: Harness, parent: string | null = null): Promise<Place> {
  const org = await givenOrg(h, parent);
  const { id: user } = await givenReader(h, { org });
  await givenCertificate(h, user, 10);
  const [failed = "", queued = ""] = await givenMails(h, [user, user], { orgId: org });
  await putInto(failed, "failed");
  return { org, user, failed: printed(failed), queued: printed(queued) };
}

/** Every endpoint, as a call upon a place. */
const ENDPOINTS: Record<string, (place: Place) => { method: string; path: string; body?: object }> = {
  list: ({ org }) => ({ method: "GET", path: `${BASE}?org_id=${org}` }),
  get: ({ failed }) => ({ method: "GET", path: `${BASE}/${failed}` }),
  remind: ({ user }) => ({
    method: "POST",
    path: `${BASE}/certification-reminder`,
    body: { user_id: user },
  }),
  bulk: ({ org }) => ({
    method: "POST",
    path: `${BASE}/bulk-certification-reminders`,
    body: { org_id: org, days_threshold: 30 },
  }),
  retry: ({ failed }) => ({ method: "PUT", path: `${BASE}/${failed}`, body: { action: "retry" } }),
  note: ({ failed }) => ({
    method: "PUT",
    path: `${BASE}/${failed}`,
    body: { action: "update", note: "x" },
  }),
  cancel: ({ queued }) => ({ method: "DELETE", path: `${BASE}/${queued}` }),
};

const DONE: Record<string, number> = {
  list: 200,
  get: 200,
  remind: 202,
  bulk: 202,
  retry: 200,
  note: 200,
  cancel: 200,
};

const createClosed = () =>
  createHarness({ vars: { OPEN_CONTRACTS: "", EMAIL_PROVIDERS: "log" }, autoDrain: false });
const createOpen = () =>
  createHarness({ vars: { OPEN_CONTRACTS: OPEN, EMAIL_PROVIDERS: "log" }, autoDrain: false });

/** Calls every endpoint upon a place: status by endpoint. */
async function statuses(h: Harness, place: Place, as: Caller | null): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [name, make] of Object.entries(ENDPOINTS)) {
    const { method, path, body } = make(place);
    found[name] = (await h.request(method, path, { as, ...(body && { body }) })).status;
  }
  return found;
}

const all = (status: number) => Object.fromEntries(Object.keys(ENDPOINTS).map((name) => [name, status]));

const listOf = async (h: Harness, query: string, as: Caller | null) =>
  (await h.request("GET", `${BASE}?${query}`, { as })).body.data;

beforeEach(emptyTables);

describe("a closed contract", () => {
  test("turns away whoever has no token", async () => {
    const h = createClosed();
    expect(await statuses(h, await givenPlace(h), null)).toEqual(all(401));
  });

  test.each(["service", "global_admin"] as const)("lets a %s do everything everywhere", async (role) => {
    const h = createClosed();
    expect(await statuses(h, await givenPlace(h), { role, sub: "boss", org: "elsewhere" })).toEqual(DONE);
  });

  test.each(["user", "coordinator"] as const)("has nothing for a %s, not even their own", async (role) => {
    const h = createClosed();
    const place = await givenPlace(h);
    expect(await statuses(h, place, { role, sub: place.user, org: place.org })).toEqual(all(403));
    expect(await count("audit_log", "true")).toBe(0);
  });

  test("has nothing for a token without a role", async () => {
    const h = createClosed();
    const place = await givenPlace(h);
    expect(await statuses(h, place, { sub: place.user, org: place.org })).toEqual(all(403));
  });
});

describe("an open contract", () => {
  test("lets anyone do everything, and notes that nobody is known to have done it", async () => {
    const h = createOpen();
    const place = await givenPlace(h);
    expect(await statuses(h, place, null)).toEqual(DONE);
    expect(new Set((await auditOf(place.org)).map((entry) => entry.actor))).toEqual(new Set(["anonymous"]));
  });

  test("applies a token's role where one is sent", async () => {
    const h = createOpen();
    const place = await givenPlace(h);
    expect(await statuses(h, place, { role: "user", sub: place.user })).toEqual(all(403));
    expect(
      (await h.request("GET", BASE, { as: null, headers: { authorization: "Bearer x.y.z" } })).status,
    ).toBe(401);
  });
});

describe.each([
  ["closed", createClosed],
  ["open", createOpen],
])("an org_admin of a %s contract", (_, create) => {
  const adminOf = (org: string): Caller => ({ role: "org_admin", sub: "admin", org });

  test("may do everything in their own organization", async () => {
    const h = create();
    const place = await givenPlace(h);
    expect(await statuses(h, place, adminOf(place.org))).toEqual(DONE);
    expect((await listOf(h, "", adminOf(place.org))).length).toBeGreaterThan(0);
  });

  test("may do everything in an organization below", async () => {
    const h = create();
    const own = await givenPlace(h);
    const below = await givenPlace(h, await givenOrg(h, own.org));
    expect(await statuses(h, below, adminOf(own.org))).toEqual(DONE);
  });

  test.each(["above", "beside"])("finds nothing in the organization %s", async (where) => {
    const h = create();
    const above = await givenPlace(h);
    const beside = await givenPlace(h, above.org);
    const own = await givenPlace(h, above.org);
    const place = where === "above" ? above : beside;
    expect(await statuses(h, place, adminOf(own.org))).toEqual({ ...all(404), list: 200 });
    expect(await listOf(h, `org_id=${place.org}`, adminOf(own.org))).toEqual([]);
    expect(await listOf(h, `recipient_user_id=${place.user}`, adminOf(own.org))).toEqual([]);
    const seen = await listOf(h, `org_id=${above.org}&include_sub_orgs=true`, adminOf(own.org));
    expect(new Set(seen.map((entry: { org_id: string }) => entry.org_id))).toEqual(new Set([own.org]));
    expect(await count("audit_log", "true")).toBe(0);
  });

  test("whose token names no organization finds nothing", async () => {
    const h = create();
    const place = await givenPlace(h);
    const as: Caller = { role: "org_admin", sub: "admin" };
    expect(await statuses(h, place, as)).toEqual({ ...all(404), list: 200 });
    expect(await listOf(h, "", as)).toEqual([]);
  });

  test("cannot reach a message of theirs by a user who belongs to nobody", async () => {
    const h = create();
    const own = await givenPlace(h);
    const { id } = await givenReader(h);
    const [mail = ""] = await givenMails(h, [id]);
    const { status } = await h.request("GET", `${BASE}/${printed(mail)}`, { as: adminOf(own.org) });
    expect(status).toBe(404);
  });
});
