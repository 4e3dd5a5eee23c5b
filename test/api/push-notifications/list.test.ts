import { describe, expect, test } from "vitest";
import { firstIdAt, parseDispatchId } from "../../../src/lib/ids.ts";
import { createHarness, type Harness, mint } from "../../support/harness.ts";
import { givenDispatches } from "../../support/pipeline.ts";
import { aPush, givenUser } from "../../support/world.ts";
import { BASE, listed, pointers, sendBatch, sendPush } from "./calls.ts";

const MINUTE = 60_000;

let serial = 0;

/** `n` finished pushes to one user, one a second, in one statement. */
async function givenMany(h: Harness, n: number, user = mint("usr")): Promise<string> {
  const start = h.clock.now();
  const ids = Array.from({ length: n }, (_, i) => {
    const prefix = firstIdAt(start + i * 1_000).slice(0, 13);
    return `${prefix}-7000-8000-${(serial++).toString(16).padStart(12, "0")}`;
  });
  await h.deps.bindings.DB.prepare(
    `INSERT INTO dispatches (id, channel, lane, type, user_id, status, title, body, targets, delivered_count,
       failed_count, attempts, claims, due_at, created_at, sent_at, updated_at)
     SELECT value, 'push', 'push', 'push', ?1, 'sent', 't', 'b', 1, 1, 0, 1, 0, ?2, ?2, ?2, ?2 FROM json_each(?3)`,
  )
    .bind(user, start, JSON.stringify(ids))
    .run();
  return user;
}

const page = async (h: Harness, query: string) => (await h.request("GET", `${BASE}?${query}`)).body;

describe("filters", () => {
  test("by user, scenario, prompt and batch select what they say, alone and together", async () => {
    const h = createHarness();
    const [a, b] = [await givenUser(h), await givenUser(h)];
    const [scenario_id, prompt_id] = [mint("scenario"), mint("prompt")];
    const one = (await sendPush(h, aPush(a.id, { scenario_id }))).body.id;
    const two = (await sendPush(h, aPush(a.id, { prompt_id }))).body.id;
    const three = (await sendPush(h, aPush(b.id, { scenario_id, prompt_id }))).body.id;
    const { batch_id, results } = (await sendBatch(h, [aPush(b.id, { scenario_id })])).body;
    const four = results[0].notification_id;

    expect(await listed(h, `user_id=${a.id}`)).toEqual([two, one]);
    expect(await listed(h, `scenario_id=${scenario_id}`)).toEqual([four, three, one]);
    expect(await listed(h, `prompt_id=${prompt_id}`)).toEqual([three, two]);
    expect(await listed(h, `batch_id=${batch_id}`)).toEqual([four]);
    expect(await listed(h, `scenario_id=${scenario_id}&prompt_id=${prompt_id}`)).toEqual([three]);
    expect(await listed(h, `user_id=${b.id}&scenario_id=${scenario_id}&batch_id=${batch_id}`)).toEqual([
      four,
    ]);
    expect(await listed(h, `user_id=${a.id}&batch_id=${batch_id}`)).toEqual([]);
  });

  test("by status: what the record prints is what the filter finds, marks before states", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const states = ["queued", "sending", "sent", "delivered", "failed", "bounced", "cancelled"];
    const ids = await givenDispatches(
      h,
      [...states, "marked", "solved"].map(() => user.id),
    );
    const db = h.deps.bindings.DB;
    const set = db.prepare(
      "UPDATE dispatches SET status = ?1, mark = ?2, wake_at = iif(?3, 1, NULL) WHERE id = ?4",
    );
    const rows = [...states.map((state) => [state, null]), ["failed", "retried"], ["sent", "resolved"]];
    await db.batch(
      rows.map(([state, mark], i) =>
        set.bind(state, mark ?? null, state === "queued" || state === "sending" ? 1 : 0, ids[i]),
      ),
    );
    const found = await Promise.all(
      ["queued", "sending", "sent", "failed", "cancelled", "retried", "resolved"].map(async (status) => [
        status,
        (await listed(h, `user_id=${user.id}&status=${status}`, "status")).join(),
      ]),
    );
    expect(Object.fromEntries(found)).toEqual({
      queued: "queued",
      sending: "sending",
      sent: "sent,sent",
      failed: "failed,failed",
      cancelled: "cancelled",
      retried: "retried",
      resolved: "resolved",
    });
    expect(await listed(h, `user_id=${user.id}`)).toHaveLength(rows.length);
  });

  test("by time: `from` is included, `to` is not", async () => {
    const h = createHarness();
    const user = await givenUser(h);
    const start = h.clock.now();
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      h.clock.set(start + i * MINUTE);
      ids.unshift((await sendPush(h, aPush(user.id))).body.id);
    }
    const at = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
    const [last, middle, first] = ids;
    const mine = `user_id=${user.id}`;
    expect(await listed(h, `${mine}&from=${at(start + MINUTE)}`)).toEqual([last, middle]);
    expect(await listed(h, `${mine}&to=${at(start + MINUTE)}`)).toEqual([first]);
    expect(await listed(h, `${mine}&from=${at(start + 1)}&to=${at(start + MINUTE + 1)}`)).toEqual([middle]);
    expect(await listed(h, `${mine}&from=${at(start + MINUTE)}&to=${at(start + MINUTE)}`)).toEqual([]);
    expect(await listed(h, `${mine}&from=${encodeURIComponent("2026-03-26T10:01:00+02:00")}`)).toEqual([
      last,
      middle,
    ]);
  });

  test("show pushes only, whatever else was sent to the user", async () => {
    const h = createHarness();
    const user = await givenUser(h, { devices: 0 });
    await sendPush(h, aPush(user.id, { fallback: "in_app" }));
    const { data, pagination } = await page(h, `user_id=${user.id}`);
    expect([data.length, pagination.total]).toEqual([1, 1]);
  });

  test("that are wrong are each named", async () => {
    const h = createHarness();
    const answer = await h.request(
      "GET",
      `${BASE}?page=0&limit=101&status=lost&user_id=a%20b&from=yesterday&to=&cursor=%21`,
    );
    expect(answer.status).toBe(400);
    expect(pointers(answer).toSorted()).toEqual([
      "cursor",
      "from",
      "limit",
      "page",
      "status",
      "to",
      "user_id",
    ]);
  });

  test.each([
    "batch_id=batch_1",
    "batch_id=notif_01jq8z3k5te8v9m4p2r7x6w1yd",
    "page=1&page=2",
    "cursor=abcd",
  ])("%s is refused", async (query) => {
    const h = createHarness();
    const answer = await h.request("GET", `${BASE}?${query}`);
    expect([answer.status, pointers(answer)]).toEqual([400, [query.split("=")[0]]]);
  });
});

describe("pages", () => {
  test("follow each other, newest first, and the cursor goes the same way", async () => {
    const h = createHarness();
    const user = await givenMany(h, 45);
    const mine = `user_id=${user}`;
    const pages = await Promise.all([1, 2, 3, 4].map((n) => page(h, `${mine}&page=${n}`)));
    expect(pages.map((one) => one.data.length)).toEqual([20, 20, 5, 0]);
    expect(pages.map((one) => one.pagination.page)).toEqual([1, 2, 3, 4]);
    expect(pages.map((one) => one.pagination.total)).toEqual([45, 45, 45, 45]);
    expect(pages.map((one) => "next_cursor" in one.pagination)).toEqual([true, true, false, false]);

    const ids = pages.flatMap((one) => one.data.map((row: { id: string }) => row.id));
    expect(ids).toEqual(ids.toSorted().toReversed());
    expect(new Set(ids).size).toBe(45);

    const walked: string[] = [];
    for (let query = `${mine}&limit=7`; ;) {
      const { data, pagination } = await page(h, query);
      walked.push(...data.map((row: { id: string }) => row.id));
      expect(pagination.total).toBe(45);
      if (pagination.next_cursor === undefined) break;
      query = `${mine}&limit=7&cursor=${pagination.next_cursor}`;
    }
    expect(walked).toEqual(ids);
  });

  test("by cursor do not shift when something new comes in", async () => {
    const h = createHarness();
    const user = await givenMany(h, 10);
    const first = await page(h, `user_id=${user}&limit=5`);
    h.clock.advance(MINUTE);
    await givenMany(h, 3, user);
    const next = await page(h, `user_id=${user}&limit=5&cursor=${first.pagination.next_cursor}`);
    const ids = [...first.data, ...next.data].map((row) => row.id);
    expect(new Set(ids).size).toBe(10);
    // As it was counted for the first page.
    expect(next.pagination.total).toBe(10);
  });

  test("a limit of 1 and of 100 are allowed", async () => {
    const h = createHarness();
    const user = await givenMany(h, 2);
    const one = await page(h, `user_id=${user}&limit=1`);
    expect([one.data.length, one.pagination.limit]).toEqual([1, 1]);
    expect((await page(h, `user_id=${user}&limit=100`)).data).toHaveLength(2);
  });
});

describe("the total", () => {
  test("is exact up to 10,000; beyond, it is capped, pages end and the cursor goes on", async () => {
    const h = createHarness();
    const user = await givenMany(h, 10_000);
    const mine = `user_id=${user}&limit=100`;
    expect((await page(h, mine)).pagination).toMatchObject({ total: 10_000 });
    expect((await page(h, mine)).pagination).not.toHaveProperty("total_capped");

    h.clock.advance(10_001_000);
    await givenMany(h, 5, user);
    expect((await page(h, mine)).pagination).toMatchObject({ total: 10_000, total_capped: true });
    const last = await page(h, `${mine}&page=100`);
    expect(last.data).toHaveLength(100);
    const rest = await page(h, `${mine}&cursor=${last.pagination.next_cursor}`);
    expect(rest.data).toHaveLength(5);
    expect(rest.pagination).toMatchObject({ total: 10_000, total_capped: true });

    const beyond = await h.request("GET", `${BASE}?${mine}&page=101`);
    expect(beyond.status).toBe(400);
    expect(beyond.body.errors).toEqual([{ pointer: "page", detail: "must be at most 100 at this limit" }]);
  });

  test("is counted for the first page alone: the next one reads what it shows", async () => {
    const h = createHarness();
    const user = await givenMany(h, 3_000);
    const first = await page(h, `user_id=${user}`);
    expect(h.meter.rowsRead).toBeGreaterThan(3_000);
    h.meter.reset();
    const next = await page(h, `user_id=${user}&cursor=${first.pagination.next_cursor}`);
    expect([next.data.length, next.pagination.total]).toEqual([20, 3_000]);
    expect(h.meter.rowsRead).toBeLessThan(70);
  });

  test("of a cursor that an earlier version made is counted again", async () => {
    const h = createHarness();
    const user = await givenMany(h, 3);
    const [newest] = (await page(h, `user_id=${user}&limit=1`)).data;
    const cursor = btoa(String(parseDispatchId(newest.id))).replaceAll("=", "");
    const rest = await page(h, `user_id=${user}&cursor=${cursor}`);
    expect([rest.data.length, rest.pagination.total]).toEqual([2, 3]);
  });

  test("names a whole page as the last one also where the limit does not divide 10,000", async () => {
    const h = createHarness();
    expect((await h.request("GET", `${BASE}?limit=30&page=334`)).status).toBe(200);
    const beyond = await h.request("GET", `${BASE}?limit=30&page=335`);
    expect(beyond.body.errors[0].detail).toBe("must be at most 334 at this limit");
  });
});
