import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sweep } from "../../../src/delivery/sweep.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/lib/clock.ts";
import type { Dispatch } from "../../../src/db/schema/index.ts";
import type { Harness } from "../../support/harness.ts";
import { emptyTables, errorsOf, live } from "../../support/pipeline.ts";
import { aPush, givenUser } from "../../support/world.ts";
import { BASE, createHookWorld, emptyEndpoints, givenEndpoint } from "./world.ts";

beforeEach(async () => {
  await emptyTables();
  await emptyEndpoints();
});
afterEach(emptyEndpoints);

const webhooks = async (): Promise<Dispatch[]> => {
  const { results } = await env.DB.prepare(
    "SELECT * FROM dispatches WHERE channel = 'webhook' ORDER BY id",
  ).all<Dispatch>();
  return results;
};

/** Pushes to a user of the organization, each of which makes one webhook. */
async function sendPushes(h: Harness, org: string, n = 1): Promise<void> {
  const user = await givenUser(h, { org });
  for (let i = 0; i < n; i++) {
    const { status } = await h.request("POST", "/api/v1/notifications", {
      body: aPush(user.id),
      headers: { prefer: "respond-async" },
    });
    expect(status).toBe(202);
  }
  await h.drain();
}

async function hookWorld() {
  const world = await createHookWorld({ autoDrain: false });
  const endpoint = await givenEndpoint(world.h, world.org, { types: ["message.sent"] });
  world.receiver.secrets.push(endpoint.secret);
  return { ...world, endpoint };
}

const read = async (h: Harness, id: string) => (await h.request("GET", `${BASE}/${id}`)).body;

describe("a webhook that was not taken", () => {
  test.each([
    ["500", { kind: "answer", status: 500 }, "http_500"],
    ["404", { kind: "answer", status: 404 }, "http_404"],
    [
      "a redirect",
      { kind: "answer", status: 302, headers: { location: "http://169.254.169.254/" } },
      "http_302",
    ],
    ["a reset connection", { kind: "reset" }, "network_error"],
  ] as const)(
    "because of %s is tried again under the same id, with the time of the attempt",
    async (_, reaction, code) => {
      const { h, receiver, org, endpoint } = await hookWorld();
      receiver.next(reaction);
      const begun = Math.floor(h.clock.now() / SECOND);
      await sendPushes(h, org);
      expect(await webhooks()).toMatchObject([{ status: "queued", attempts: 1, error_code: code }]);
      await live(h, 3);
      const [sent] = await webhooks();
      expect(sent).toMatchObject({ status: "sent", attempts: 2 });
      const seen = receiver.received;
      const last = seen.at(-1);
      expect(last?.isGenuine).toBe(true);
      expect(last?.timestamp).toBeGreaterThanOrEqual(begun + 4);
      expect(new Set(seen.map(({ id }) => id)).size).toBe(1);
      expect(new Set(seen.map(({ text }) => text)).size).toBe(1);
      expect(seen.every(({ url }) => url === "https://hooks.example.com/tidings")).toBe(true);
      const { body } = await h.request("GET", `${BASE}/${endpoint.id}/messages`);
      expect(body.data).toMatchObject([
        {
          id: last?.id,
          status: "sent",
          attempts: [
            { outcome: "retry", code },
            { outcome: "accepted", status: 200 },
          ],
        },
      ]);
      expect(errorsOf(h)).toEqual([]);
    },
  );

  test("because nobody answered in time may come twice, under the same id", async () => {
    const { h, receiver, org } = await createHookWorld({ autoDrain: false, vars: { LEASE_SECONDS: "10" } });
    await givenEndpoint(h, org, { types: ["message.sent"] });
    receiver.next({ kind: "silence" });
    await sendPushes(h, org);
    expect(await webhooks()).toMatchObject([{ status: "queued", attempts: 1, error_code: "timeout" }]);
    await live(h, 3);
    expect(await webhooks()).toMatchObject([{ status: "sent", attempts: 2 }]);
    expect(receiver.received).toHaveLength(2);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
  });

  test("waits as long as Retry-After says, and so do the endpoint's others", async () => {
    const { h, receiver, org } = await hookWorld();
    receiver.next({ kind: "answer", status: 429, headers: { "retry-after": "900" } });
    await sendPushes(h, org, 2);
    const due = (await webhooks()).map(({ due_at }) => due_at - h.clock.now());
    expect(Math.max(...due)).toBeGreaterThanOrEqual(890 * SECOND);
    await live(h, 10);
    expect(receiver.received).toHaveLength(1);
    await live(h, 15);
    expect(receiver.received.length).toBeGreaterThanOrEqual(3);
    expect((await webhooks()).map(({ status }) => status)).toEqual(["sent", "sent"]);
  });

  test("has ten attempts in less than three days, and is then failed", async () => {
    const { h, receiver, org, endpoint } = await hookWorld();
    receiver.always({ kind: "answer", status: 500 });
    const begun = h.clock.now();
    await sendPushes(h, org);
    await live(h, (3 * DAY) / MINUTE);
    expect(await webhooks()).toMatchObject([{ status: "failed", attempts: 10, error_code: "http_500" }]);
    expect(receiver.received).toHaveLength(10);
    const last = (receiver.received.at(-1)?.timestamp ?? 0) * SECOND - begun;
    expect(last).toBeGreaterThan(2 * DAY);
    expect(last).toBeLessThan(3 * DAY);
    expect(await read(h, endpoint.id)).toMatchObject({ enabled: true, failing_since: expect.any(String) });
  });
});

describe("a receiver", () => {
  test("whose answer is giant is read up to a bound", async () => {
    const { h, receiver, org } = await hookWorld();
    let given = 0;
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        given += 16_384;
        controller.enqueue(new Uint8Array(16_384));
      },
      cancel: () => void (isCancelled = true),
    });
    receiver.next({ kind: "answer", status: 200, body });
    await sendPushes(h, org);
    expect(await webhooks()).toMatchObject([{ status: "sent" }]);
    expect(isCancelled).toBe(true);
    expect(given).toBeLessThan(200_000);
  });

  test("that answers 410 is disabled, gets no more, and the organization's other endpoints are told", async () => {
    const { h, receiver, org, endpoint } = await hookWorld();
    await givenEndpoint(h, org, { types: ["endpoint.disabled"], path: "/other" });
    receiver.next({ kind: "answer", status: 410 });
    await sendPushes(h, org, 1);
    await live(h, 3);
    expect(await read(h, endpoint.id)).toMatchObject({ enabled: false, disabled_reason: "gone" });
    expect(receiver.received.at(-1)).toMatchObject({
      url: "https://hooks.example.com/other",
      body: { type: "endpoint.disabled", data: { id: endpoint.id, org_id: org, code: "gone" } },
    });
    const before = receiver.received.length;
    await sendPushes(h, org);
    await live(h, 3);
    expect(receiver.received).toHaveLength(before);
  });

  test("that only fails for five days is disabled; what waits for it then is cancelled", async () => {
    const { h, receiver, org, endpoint } = await hookWorld();
    receiver.always({ kind: "answer", status: 503 });
    for (let day = 0; day < 6; day++) {
      await sendPushes(h, org);
      await live(h, DAY / MINUTE);
    }
    expect(await read(h, endpoint.id)).toMatchObject({ enabled: false, disabled_reason: "failing" });
    await live(h, (3 * DAY) / MINUTE);
    const statuses = (await webhooks()).map(({ status }) => status);
    expect(statuses).not.toContain("queued");
    expect(statuses).toContain("cancelled");
    const again = await h.request("PATCH", `${BASE}/${endpoint.id}`, { body: { enabled: true } });
    expect(again.body).toMatchObject({ enabled: true, disabled_reason: null, failing_since: null });
  });

  test("that works again is not failing any more", async () => {
    const { h, receiver, org, endpoint } = await hookWorld();
    receiver.next({ kind: "answer", status: 500 });
    await sendPushes(h, org);
    expect(await read(h, endpoint.id)).toMatchObject({
      enabled: true,
      failing_since: expect.any(String),
      disabled_reason: null,
      disabled_at: null,
    });
    await live(h, 3);
    expect((await read(h, endpoint.id)).failing_since).toBeNull();
  });

  test("that is away holds up nobody else", async () => {
    const { h, receiver, org } = await hookWorld();
    await givenEndpoint(h, org, { types: ["message.sent"], url: "https://other.example.com/" });
    const others: string[] = [];
    h.hosts.set("other.example.com", async (_, init) => {
      others.push(String(new Headers(init?.headers).get("webhook-id")));
      return new Response(null, { status: 204 });
    });
    receiver.always({ kind: "reset" });
    await sendPushes(h, org, 30);
    await live(h, 2);
    expect(others).toHaveLength(30);
    expect(new Set(others).size).toBe(30);
  });
});

describe("nothing is lost", () => {
  test("when the queue is away while a push is settled: the sweep finds the webhook", async () => {
    const { h, receiver, org } = await hookWorld();
    const user = await givenUser(h, { org });
    await h.request("POST", "/api/v1/notifications", {
      body: aPush(user.id),
      headers: { prefer: "respond-async" },
    });
    const settling = h.interrupts.stopAtNext("fetch", "after");
    const drained = h.drain();
    await settling.reached;
    h.queues.away = true;
    settling.release();
    await drained;
    h.queues.away = false;
    expect(receiver.received).toEqual([]);
    h.clock.advance(3 * MINUTE);
    await sweep(h.ctx);
    await h.drain();
    expect(receiver.received).toHaveLength(1);
  });

  test("when the answer of the settling write is lost: one webhook, and no second one by the repeat", async () => {
    const { h, receiver, org } = await hookWorld();
    const user = await givenUser(h, { org });
    await h.request("POST", "/api/v1/notifications", {
      body: aPush(user.id),
      headers: { prefer: "respond-async" },
    });
    const settling = h.interrupts.stopAtNext("fetch", "after");
    const drained = h.drain();
    await settling.reached;
    h.meter.failNext("after");
    settling.release();
    await drained;
    await live(h, 5);
    expect(await webhooks()).toHaveLength(1);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
  });

  test("when its consumer dies after the receiver took it: it comes again under the same id", async () => {
    const { h, receiver, org } = await hookWorld();
    await sendPushes(h, org, 0);
    const user = await givenUser(h, { org });
    await h.request("POST", "/api/v1/notifications", {
      body: aPush(user.id),
      headers: { prefer: "respond-async" },
    });
    // The push is sent and settled; then D1 and the queue are away when the webhook's outcome is to be written.
    let requests = 0;
    h.hosts.set("hooks.example.com", async (url, init) => {
      const answer = await receiver.fetch(url, init);
      if (requests++ === 0) {
        h.meter.away(true);
        h.queues.away = true;
      }
      return answer;
    });
    await h.drain();
    h.meter.away(false);
    h.queues.away = false;
    expect(receiver.received).toHaveLength(1);
    await live(h, 6);
    expect(receiver.received).toHaveLength(2);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
    expect(await webhooks()).toMatchObject([{ status: "sent" }]);
  });

  test("and two consumers of the same call send it once", async () => {
    const { h, receiver, org } = await hookWorld();
    const user = await givenUser(h, { org });
    await h.request("POST", "/api/v1/notifications", {
      body: aPush(user.id),
      headers: { prefer: "respond-async" },
    });
    const stop = h.interrupts.stopAtNext("fetch", "after");
    const drained = h.drain();
    await stop.reached;
    stop.release();
    await drained;
    const [hook] = await webhooks();
    const call = { v: 1, channel: "webhook", ids: [hook?.id] };
    h.queues.put("hooks", call);
    h.queues.put("hooks", call);
    await h.drain();
    expect(receiver.received).toHaveLength(1);
  });
});

describe("a secret that is rotated", () => {
  test("signs beside the one before, for as long as was asked", async () => {
    const { h, receiver, org, endpoint } = await hookWorld();
    const rotated = await h.request("POST", `${BASE}/${endpoint.id}/rotate-secret`, {
      body: { overlap_hours: 2 },
    });
    expect(rotated.status).toBe(200);
    const { secret } = rotated.body;
    expect(secret).not.toBe(endpoint.secret);
    const signedBy = async (only: string) => {
      receiver.secrets.splice(0, Infinity, only);
      await sendPushes(h, org);
      return receiver.received.at(-1)?.isGenuine;
    };
    expect(await signedBy(endpoint.secret)).toBe(true);
    expect(await signedBy(secret)).toBe(true);
    h.clock.advance(2 * HOUR + 1);
    expect(await signedBy(endpoint.secret)).toBe(false);
    expect(await signedBy(secret)).toBe(true);
  });

  test("at once, leaves the former one worthless", async () => {
    const { h, receiver, org, endpoint } = await hookWorld();
    await h.request("POST", `${BASE}/${endpoint.id}/rotate-secret`, { body: { overlap_hours: 0 } });
    await sendPushes(h, org);
    expect(receiver.received.at(-1)?.isGenuine).toBe(false);
  });

  test("is kept when the write is repeated", async () => {
    const { h, receiver, org, endpoint } = await hookWorld();
    h.meter.failNext("after");
    const rotated = await h.request("POST", `${BASE}/${endpoint.id}/rotate-secret`, { body: {} });
    receiver.secrets.splice(0, Infinity, endpoint.secret);
    await sendPushes(h, org);
    expect(receiver.received.at(-1)?.isGenuine).toBe(true);
    receiver.secrets.splice(0, Infinity, rotated.body.secret);
    await sendPushes(h, org);
    expect(receiver.received.at(-1)?.isGenuine).toBe(true);
  });

  test("waits for its key: without SECRETS_KEY nothing is sent, and nothing is lost", async () => {
    const { h, receiver, org } = await hookWorld();
    const stranger = await createHookWorld({
      autoDrain: false,
      vars: { SECRETS_KEY: "another-secrets-key-another-secrets" },
    });
    await sendPushes(stranger.h, org);
    expect(stranger.receiver.received).toEqual([]);
    expect(await webhooks()).toMatchObject([{ status: "queued", attempts: 0 }]);
    await live(h, 15);
    expect(receiver.received).toHaveLength(1);
  });
});
