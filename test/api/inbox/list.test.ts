import { describe, expect, test } from "vitest";
import { type Caller, createHarness, type Harness, mint } from "../../support/harness.ts";
import { count } from "../push-notifications/calls.ts";
import { aReader, BASE, givenMessages } from "../../inbox/world.ts";

const list = async (h: Harness, as: Caller, query = "") =>
  (await h.request("GET", `${BASE}${query}`, { as })).body;
const act = (h: Harness, as: Caller, id: string | undefined, verb: string) =>
  h.request("POST", `${BASE}/${id}/${verb}`, { as });
const ids = (page: { data: { id: string }[] }) => page.data.map((message) => message.id);

describe("a list", () => {
  test("shows each message whole, newest first", async () => {
    const h = createHarness();
    const reader = aReader();
    const at = new Date(h.clock.now()).toISOString();
    const [older] = await givenMessages(h, reader.sub, 1, { data: { mentor: "pm_1" } });
    h.clock.advance(1_000);
    const [newer] = await givenMessages(h, reader.sub);
    const page = await list(h, reader);
    expect(ids(page)).toEqual([newer, older]);
    expect(page.data[1]).toEqual({
      id: older,
      type: "pause_activated",
      title: "Message 0",
      body: "Hello",
      data: { mentor: "pm_1" },
      sent_at: at,
      expires_at: null,
      read_at: null,
      archived_at: null,
      updated_at: at,
    });
    expect(page).toMatchObject({ unread_count: 2, pagination: { limit: 20 } });
    expect(page.pagination).not.toHaveProperty("next_cursor");
  });

  test("of nothing is empty, and makes its caller known to the directory", async () => {
    const h = createHarness();
    const reader: Caller = { ...aReader(), org: "org_1", email: "kari@example.com" };
    expect(await list(h, reader)).toEqual({
      data: [],
      unread_count: 0,
      live_cursor: "0",
      pagination: { limit: 20 },
    });
    const { body } = await h.request("GET", `/api/v1/directory/users/${reader.sub}`);
    expect(body).toMatchObject({ org_id: "org_1", email: "kari@example.com" });
  });

  test("goes on where its cursor says, through messages of the same instant, until nothing is left", async () => {
    const h = createHarness();
    const reader = aReader();
    const sent = await givenMessages(h, reader.sub, 7);
    const seen: string[] = [];
    const sizes: number[] = [];
    let cursor = "";
    do {
      const page = await list(h, reader, `?limit=3${cursor && `&cursor=${cursor}`}`);
      seen.push(...ids(page));
      sizes.push(page.data.length);
      cursor = page.pagination.next_cursor ?? "";
      // What comes while somebody reads on moves nothing.
      await givenMessages(h, reader.sub, 1);
    } while (cursor !== "");
    expect(sizes).toEqual([3, 3, 1]);
    expect(seen).toEqual(sent.toReversed());
  });

  test("is in the order in which messages came, not in which they were made", async () => {
    const h = createHarness();
    const reader = aReader();
    const sendAt = h.clock.now() + 600_000;
    const [scheduled] = await givenMessages(h, reader.sub, 1, { sendAt });
    const [atOnce] = await givenMessages(h, reader.sub);
    expect(ids(await list(h, reader))).toEqual([atOnce]);
    h.clock.set(sendAt);
    await h.tick();
    await h.drain();
    expect(ids(await list(h, reader))).toEqual([scheduled, atOnce]);
    const first = await list(h, reader, "?limit=1");
    expect(ids(await list(h, reader, `?limit=1&cursor=${first.pagination.next_cursor}`))).toEqual([atOnce]);
  });

  test("can be narrowed to unread or read ones, archived ones, and one type", async () => {
    const h = createHarness();
    const reader = aReader();
    const [a, b, c, d] = await givenMessages(h, reader.sub, 4);
    const [other] = await givenMessages(h, reader.sub, 1, { type: "stats_summary" });
    await act(h, reader, a, "read");
    await act(h, reader, b, "archive");
    await act(h, reader, c, "read");
    await act(h, reader, c, "archive");
    const found = async (query: string) => ids(await list(h, reader, query));
    expect(await found("")).toEqual([other, d, a]);
    expect(await found("?unread=true")).toEqual([other, d]);
    expect(await found("?unread=false")).toEqual([a]);
    expect(await found("?archived=true")).toEqual([c, b]);
    expect(await found("?archived=true&unread=true")).toEqual([b]);
    expect(await found("?archived=true&unread=false")).toEqual([c]);
    expect(await found("?archived=false")).toEqual([other, d, a]);
    expect(await found("?type=stats_summary")).toEqual([other]);
    expect(await found("?type=pause_activated&unread=true")).toEqual([d]);
    expect(await found("?type=unheard_of")).toEqual([]);
    expect((await list(h, reader, "?type=unheard_of")).unread_count).toBe(2);
  });

  test("counts unread ones up to a thousand", async () => {
    const h = createHarness();
    const reader = aReader();
    await givenMessages(h, reader.sub, 999);
    expect((await list(h, reader)).unread_count).toBe(999);
    await givenMessages(h, reader.sub, 2);
    expect((await list(h, reader)).unread_count).toBe(1_000);
  });

  test.each(["limit=0", "limit=101", "cursor=!", "cursor=abc", "unread=yes", "archived=1", "type="])(
    "refuses ?%s and names it",
    async (query) => {
      const h = createHarness();
      const { status, body } = await h.request("GET", `${BASE}?${query}`, { as: aReader() });
      expect(status).toBe(400);
      expect(body.errors[0].pointer).toBe(query.split("=")[0]);
    },
  );

  test("knows only in-app messages, and only those that are there", async () => {
    const h = createHarness();
    const reader = aReader();
    await givenMessages(h, reader.sub, 1, { channel: "push" });
    await givenMessages(h, reader.sub, 1, { channel: "email", lane: "email" });
    await givenMessages(h, reader.sub, 1, { sendAt: h.clock.now() + 1_000 });
    await givenMessages(h, reader.sub, 1, { failure: { code: "x", message: "x" } });
    expect(await count(h, "dispatches", "user_id = ?", reader.sub)).toBe(4);
    expect(await list(h, reader)).toMatchObject({ data: [], unread_count: 0 });
  });
});

describe("a change", () => {
  test("reads, unreads, archives and brings back, and says how many are unread then", async () => {
    const h = createHarness();
    const reader = aReader();
    const [id] = await givenMessages(h, reader.sub, 2);
    const at: string[] = [];
    const acted = async (verb: string) => {
      h.clock.advance(1_000);
      at.push(new Date(h.clock.now()).toISOString());
      const { status, body } = await act(h, reader, id, verb);
      expect(status).toBe(200);
      return body;
    };
    expect(await acted("read")).toMatchObject({ id, read_at: at[0], updated_at: at[0], unread_count: 1 });
    expect(await acted("unread")).toMatchObject({ read_at: null, updated_at: at[1], unread_count: 2 });
    expect(await acted("archive")).toMatchObject({ archived_at: at[2], read_at: null, unread_count: 1 });
    expect(await acted("unarchive")).toMatchObject({ archived_at: null, updated_at: at[3], unread_count: 2 });
    expect((await list(h, reader)).data[1]).toMatchObject({ id, read_at: null, archived_at: null });
  });

  test.each(["read", "unread", "archive", "unarchive"])("to %s twice changes nothing more", async (verb) => {
    const h = createHarness();
    const reader = aReader();
    const [id] = await givenMessages(h, reader.sub);
    if (verb.startsWith("un")) {
      await act(h, reader, id, "read");
      await act(h, reader, id, "archive");
    }
    h.clock.advance(1_000);
    const { body: first } = await act(h, reader, id, verb);
    const { live_cursor } = await list(h, reader);
    h.clock.advance(1_000);
    h.interrupts.reset();
    expect((await act(h, reader, id, verb)).body).toEqual(first);
    expect((await list(h, reader)).live_cursor).toBe(live_cursor);
    // Nobody is told of nothing.
    expect(h.interrupts.calls.filter((call) => call.startsWith("inbox"))).toEqual([]);
  });

  test("survives a fault after its commit", async () => {
    const h = createHarness();
    const reader = aReader();
    const [id] = await givenMessages(h, reader.sub);
    h.meter.failNext("after");
    expect(await act(h, reader, id, "read")).toMatchObject({ status: 200, body: { unread_count: 0 } });
  });

  test("of all leaves nothing unread but what is archived", async () => {
    const h = createHarness();
    const reader = aReader();
    const [read, archived, fresh] = await givenMessages(h, reader.sub, 3);
    const before = (await act(h, reader, read, "read")).body.read_at;
    await act(h, reader, archived, "archive");
    h.clock.advance(1_000);
    expect((await h.request("POST", `${BASE}/read-all`, { as: reader })).body).toEqual({
      updated: 1,
      unread_count: 0,
    });
    const { data } = await list(h, reader);
    expect(data).toMatchObject([
      { id: fresh, read_at: new Date(h.clock.now()).toISOString() },
      { id: read, read_at: before },
    ]);
    expect((await list(h, reader, "?archived=true")).data).toMatchObject([{ id: archived, read_at: null }]);
    expect((await h.request("POST", `${BASE}/read-all`, { as: reader })).body).toEqual({
      updated: 0,
      unread_count: 0,
    });
  });

  test.each([
    "notif_01jq8z3k5te8v9m4p2r7x6w1yd",
    "dsp_01jq8z3k5te8v9m4p2r7x6w1yd",
    "notif_x",
    "1",
    mint("x"),
  ])("of %s, which is not there, is 404", async (id) => {
    const h = createHarness();
    for (const verb of ["read", "unread", "archive", "unarchive"])
      expect((await act(h, aReader(), id, verb)).status).toBe(404);
  });
});
