import { evictDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { MAX_TICKETS, TICKET_TTL_MS } from "../../src/inbox/live/tickets.ts";
import { createHarness } from "../support/harness.ts";
import { aReader, askLive, BASE, getTicket, objectOf } from "./world.ts";

describe("a ticket", () => {
  test("says until when it holds, and where to go with it", async () => {
    const h = createHarness();
    const { status, body } = await h.request("POST", `${BASE}/ticket`, { as: aReader() });
    expect(status).toBe(201);
    expect(body).toEqual({
      ticket: expect.stringMatching(/^[0-9a-f]{64}\.[A-Za-z0-9_-]{43}$/),
      expires_at: new Date(h.clock.now() + 60_000).toISOString(),
      url: `ws://tidings.test${BASE}/live?ticket=${body.ticket}`,
    });
  });

  test("says nothing of its user", async () => {
    const h = createHarness();
    const reader = aReader();
    expect(await getTicket(h, reader)).not.toContain(reader.sub);
  });

  test("opens one connection and not a second", async () => {
    const h = createHarness();
    const ticket = await getTicket(h, aReader());
    const opened = await askLive(h, { ticket });
    expect([opened.status, opened.headers.has("x-request-id")]).toEqual([101, true]);
    expect((await askLive(h, { ticket })).status).toBe(401);
  });

  test("opens one connection when it is used twice at the same time", async () => {
    const h = createHarness();
    const ticket = await getTicket(h, aReader());
    const answers = await Promise.all([1, 2, 3].map(() => askLive(h, { ticket })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([101, 401, 401]);
  });

  test("outlives an eviction of its object", async () => {
    const h = createHarness();
    const reader = aReader();
    const ticket = await getTicket(h, reader);
    await evictDurableObject(objectOf(reader));
    expect((await askLive(h, { ticket })).status).toBe(101);
  });

  test.each([
    [TICKET_TTL_MS - 1, 101],
    [TICKET_TTL_MS, 401],
  ])("that is %i ms old is answered with %i", async (age, status) => {
    const h = createHarness();
    const ticket = await getTicket(h, aReader());
    h.clock.advance(age);
    expect((await askLive(h, { ticket })).status).toBe(status);
  });

  test("that is wrong opens nothing, and spoils none that is right", async () => {
    const h = createHarness();
    const mine = aReader();
    const [ticket, theirs] = [await getTicket(h, mine), await getTicket(h, aReader())];
    const [id, secret] = ticket.split(".");
    const [otherId, otherSecret] = theirs.split(".");
    const forged = [
      "",
      "x",
      id,
      secret,
      `${id}.`,
      `${id}.${"A".repeat(43)}`,
      `${"0".repeat(64)}.${secret}`,
      `${otherId}.${secret}`,
      `${id}.${otherSecret}`,
      `${ticket}x`,
      ticket.toUpperCase(),
    ];
    for (const text of forged) expect((await askLive(h, { ticket: text ?? "" })).status, text).toBe(401);
    expect((await askLive(h, { ticket: "x".repeat(201) })).status).toBe(400);
    expect((await askLive(h, { ticket })).status).toBe(101);
  });

  test("is not used up by a request that is no WebSocket, or has a wrong cursor", async () => {
    const h = createHarness();
    const ticket = await getTicket(h, aReader());
    const plain = await h.request("GET", `${BASE}/live?ticket=${ticket}`, { as: null });
    expect([plain.status, plain.body.code]).toEqual([400, "upgrade_required"]);
    for (const after of ["x", "-1", "1.5", "1".repeat(16)])
      expect((await askLive(h, { ticket, after })).status).toBe(400);
    expect((await askLive(h, { ticket, after: "0" })).status).toBe(101);
  });

  test("ends the oldest when its user has too many", async () => {
    const h = createHarness();
    const reader = aReader();
    const tickets: string[] = [];
    for (let i = 0; i <= MAX_TICKETS; i++) {
      tickets.push(await getTicket(h, reader));
      h.clock.advance(1);
    }
    const [first = "", second = ""] = tickets;
    expect((await askLive(h, { ticket: first })).status).toBe(401);
    expect((await askLive(h, { ticket: second })).status).toBe(101);
  });
});
