import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { givenActivities, BASE } from "../../notifications/stats-summary/world.ts";
import { bodiesOf } from "../../support/contract.ts";
import { openApi } from "../../support/openapi.ts";
import { createHarness, type Harness, mint } from "../../support/harness.ts";
import { lacks } from "../../support/same-shape.ts";
import { givenUser } from "../../support/world.ts";
import * as examples from "./examples.ts";

const USER = "usr_4f8a2c";

/** A harness at the time of an example. */
const at = (time: string): Harness => createHarness({ now: Date.parse(time) });

/** The user of the examples: 42 activities completed in 128.5 hours, and 5 planned, in the quarter so far. */
async function givenTheQuarter(h: Harness): Promise<void> {
  await givenUser(h, { id: USER, devices: 0 });
  const march = (day: number, hour: number) => Date.UTC(2026, 2, day, hour);
  const completed = Array.from({ length: 42 }, (_, i) => ({
    id: mint("act"),
    at: march(1 + (i % 20), 8 + Math.floor(i / 20)),
    hours: i === 0 ? 5.5 : 3,
  }));
  const planned = Array.from({ length: 5 }, (_, i) => ({
    at: march(21 + i, 18),
    status: "planned" as const,
  }));
  await givenActivities(h, USER, ...completed, ...planned);
}

const subscribe = async (h: Harness) => h.request("POST", BASE, { body: examples.createRequest });

// The examples name their user, so these tests cannot mint their own.
beforeEach(async () => {
  await env.DB.batch(
    ["users", "activities", "stats_subscriptions"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
});

describe("each example of the contract is answered field by field", () => {
  test("POST / builds and activates a subscription", async () => {
    const h = at("2026-03-26T10:00:00Z");
    await givenTheQuarter(h);
    const { status, body, headers } = await subscribe(h);
    expect(status).toBe(201);
    expect(lacks(body, examples.createAnswer)).toEqual([]);
    expect(body).toEqual({
      ...examples.createAnswer,
      notification_id: body.notification_id,
      created_at: "2026-03-26T10:00:00.000Z",
    });
    expect(headers.get("location")).toBe(`${BASE}/${body.notification_id}`);
  });

  test("GET /:id reads one with its snapshot", async () => {
    const h = at("2026-03-26T09:45:00Z");
    await givenTheQuarter(h);
    const { notification_id } = (await subscribe(h)).body;
    h.clock.advance(900_000);
    const { status, body } = await h.request("GET", `${BASE}/${notification_id}`);
    expect(status).toBe(200);
    expect(lacks(body, examples.getAnswer)).toEqual([]);
    expect(body).toEqual({
      ...examples.getAnswer,
      notification_id,
      last_refreshed_at: "2026-03-26T09:45:00.000Z",
    });
  });

  test("GET / lists", async () => {
    const h = at("2026-03-26T09:45:00Z");
    await givenTheQuarter(h);
    const { notification_id } = (await subscribe(h)).body;
    const { status, body } = await h.request("GET", BASE);
    expect(status).toBe(200);
    expect(lacks(body, examples.listAnswer)).toEqual([]);
    expect(body).toEqual({
      data: [
        { ...examples.listAnswer.data[0], notification_id, last_refreshed_at: "2026-03-26T09:45:00.000Z" },
      ],
      pagination: examples.listAnswer.pagination,
    });
  });

  test("PUT /:id changes the window", async () => {
    const h = at("2026-03-26T10:00:00Z");
    await givenTheQuarter(h);
    const { notification_id } = (await subscribe(h)).body;
    h.clock.advance(120_000);
    const path = `${BASE}/${notification_id}`;
    const { status, body } = await h.request("PUT", path, { body: examples.changeRequest });
    expect(status).toBe(200);
    expect(lacks(body, examples.changeAnswer)).toEqual([]);
    expect(body).toEqual({
      ...examples.changeAnswer,
      notification_id,
      updated_at: "2026-03-26T10:02:00.000Z",
    });
  });

  test("DELETE /:id deactivates and removes", async () => {
    const h = at("2026-03-26T10:00:00Z");
    await givenTheQuarter(h);
    const { notification_id } = (await subscribe(h)).body;
    const { status, body } = await h.request("DELETE", `${BASE}/${notification_id}`);
    expect(status).toBe(200);
    expect(lacks(body, examples.deleteAnswer)).toEqual([]);
    expect(body).toEqual({ deleted: true, notification_id });
    expect((await h.request("GET", `${BASE}/${notification_id}`)).status).toBe(404);
    expect((await h.request("DELETE", `${BASE}/${notification_id}`)).status).toBe(404);
  });

  test("POST /:id/refresh takes a new snapshot", async () => {
    const h = at("2026-03-26T10:00:00Z");
    await givenTheQuarter(h);
    const { notification_id } = (await subscribe(h)).body;
    const more = { at: "2026-03-26T09:00:00Z", hours: 2.25 };
    await givenActivities(h, USER, { ...more, id: mint("act") }, more);
    h.clock.advance(300_000);
    const { status, body } = await h.request("POST", `${BASE}/${notification_id}/refresh`);
    expect(status).toBe(200);
    expect(lacks(body, examples.refreshAnswer)).toEqual([]);
    expect(body).toEqual({
      ...examples.refreshAnswer,
      notification_id,
      refreshed_at: "2026-03-26T10:05:00.000Z",
    });
  });
});

const declared = bodiesOf(await openApi());

describe("each example fits the schema that the OpenAPI document declares", () => {
  test.each([
    ["GET", BASE, 200, examples.listAnswer],
    ["GET", `${BASE}/notif_001`, 200, examples.getAnswer],
    ["POST", BASE, 201, examples.createAnswer],
    ["PUT", `${BASE}/notif_001`, 200, examples.changeAnswer],
    ["DELETE", `${BASE}/notif_001`, 200, examples.deleteAnswer],
    ["POST", `${BASE}/notif_001/refresh`, 200, examples.refreshAnswer],
  ] as const)("%s %s answers %i", (method, path, status, example) => {
    expect(declared.answer(method, path, status).safeParse(example).error).toBeUndefined();
  });

  test.each([
    ["POST", BASE, examples.createRequest],
    ["PUT", `${BASE}/notif_001`, examples.changeRequest],
  ] as const)("%s %s takes its request", (method, path, example) => {
    expect(declared.request(method, path).safeParse(example).error).toBeUndefined();
  });
});
