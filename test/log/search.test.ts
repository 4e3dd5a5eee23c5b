import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { Scope } from "../../src/auth/scope.ts";
import { printId } from "../../src/lib/ids.ts";
import { DAY } from "../../src/lib/clock.ts";
import { type LogSearch, searchLog } from "../../src/log/search.ts";
import type { Harness } from "../support/harness.ts";
import { createWorld, emptyTables, givenDispatches } from "../support/pipeline.ts";
import { expectNoScan, plansOf } from "../support/plans.ts";
import { givenOrg, givenUser } from "../support/world.ts";

const ALL: Scope = { kind: "all" };
const PAGE = { limit: 20, before: null };

beforeEach(emptyTables);

const search = async (h: Harness, what: LogSearch, scope: Scope = ALL) =>
  (await searchLog(h.ctx, scope, what, PAGE)).map(({ id }) => id);

describe("what a person types", () => {
  async function world() {
    const h = createWorld();
    const kari = await givenUser(h, { email: "Kari@bücher.example".replace("bücher", "xn--bcher-kva") });
    const [id = ""] = await givenDispatches(h, [kari.id]);
    const batchId = h.deps.ids.uuid();
    const [inBatch = ""] = await givenDispatches(h, [kari.id], { batchId });
    const others = await givenDispatches(h, [(await givenUser(h)).id]);
    return { h, kari, id, batchId, inBatch, others };
  }

  test("the printed id of a message finds it alone, whatever the other filters are", async () => {
    const { h, id } = await world();
    for (const query of [id, id.toUpperCase(), printId("dsp", id), ` ${printId("notif", id)} `])
      expect(await search(h, { query, channel: "email" })).toEqual([id]);
  });

  test("the id of a batch, an event or a record finds their messages", async () => {
    const { h, batchId, inBatch } = await world();
    for (const prefix of ["batch", "evt", "nr"] as const)
      expect(await search(h, { query: printId(prefix, batchId) })).toEqual([inBatch]);
    expect(await search(h, { query: batchId })).toEqual([inBatch]);
  });

  test("a user's id, which may be a UUID or an address", async () => {
    const { h, kari, id, inBatch } = await world();
    expect(await search(h, { query: kari.id })).toEqual([inBatch, id]);
    for (const userId of [crypto.randomUUID(), "someone@example.com"]) {
      const made = await givenDispatches(h, [userId]);
      expect(await search(h, { query: userId })).toEqual(made);
    }
  });

  test("an address, in any spelling, finds messages of all who have it now", async () => {
    const { h, kari, id, inBatch } = await world();
    for (const query of ["Kari@bücher.example", "kari@XN--bcher-kva.example"])
      expect(await search(h, { query })).toEqual([inBatch, id]);
    const again = await givenUser(h, { email: "kari@xn--bcher-kva.example" });
    const [last] = await givenDispatches(h, [again.id]);
    expect(await search(h, { query: "kari@bücher.example" })).toEqual([last, inBatch, id]);
    await env.DB.prepare("UPDATE users SET email = NULL WHERE id = ?").bind(kari.id).run();
    expect(await search(h, { query: "kari@bücher.example" })).toEqual([last]);
  });

  test.each(["nobody", "nobody@example.com", "dsp_01jq8z3k5te8v9m4p2r7x6w1yd", "%", "a b", "\0", "@"])(
    "%j finds nothing",
    async (query) => {
      const { h } = await world();
      expect(await search(h, { query })).toEqual([]);
    },
  );

  test("nothing finds the newest, filtered by channel, type, status and time", async () => {
    const { h, id, inBatch, others } = await world();
    expect(await search(h, {})).toEqual([...others, inBatch, id]);
    expect(await search(h, { query: " " })).toHaveLength(3);
    expect(await search(h, { channel: "email" })).toEqual([]);
    expect(await search(h, { statuses: ["queued"], type: "push" })).toHaveLength(3);
    expect(await search(h, { statuses: ["failed"] })).toEqual([]);
    expect(await search(h, { from: h.clock.now() + 1 })).toEqual([]);
    expect(await search(h, { from: h.clock.now(), to: h.clock.now() + 1 })).toHaveLength(3);
  });

  test("pages go on after the last one", async () => {
    const { h, kari, id, inBatch } = await world();
    const address = "kari@bücher.example";
    for (const query of [kari.id, address]) {
      const first = await searchLog(h.ctx, ALL, { query }, { limit: 1, before: null });
      expect(first.map((row) => row.id)).toEqual([inBatch, id]);
      const second = await searchLog(h.ctx, ALL, { query }, { limit: 1, before: inBatch });
      expect(second.map((row) => row.id)).toEqual([id]);
      expect(await searchLog(h.ctx, ALL, { query }, { limit: 1, before: id })).toEqual([]);
    }
  });
});

describe("an org_admin", () => {
  test("finds what was sent in the own organizations, by any way", async () => {
    const h = createWorld();
    const [ours, theirs] = [await givenOrg(h), await givenOrg(h)];
    const scope: Scope = { kind: "org", orgId: ours };
    const user = await givenUser(h, { org: ours, email: "ours@example.com" });
    const [mine = ""] = await givenDispatches(h, [user.id], { orgId: ours });
    const other = await givenUser(h, { org: theirs, email: "theirs@example.com" });
    const [foreign = ""] = await givenDispatches(h, [other.id], { orgId: theirs });
    expect(await search(h, {}, scope)).toEqual([mine]);
    for (const query of [mine, user.id, "ours@example.com"])
      expect(await search(h, { query }, scope), query).toEqual([mine]);
    for (const query of [foreign, other.id, "theirs@example.com"])
      expect(await search(h, { query }, scope), query).toEqual([]);
    for (const query of ["", mine, user.id]) expect(await search(h, { query }, { kind: "none" })).toEqual([]);
  });

  test("does not learn by an address whose it is, once the user has left", async () => {
    const h = createWorld();
    const [ours, theirs] = [await givenOrg(h), await givenOrg(h)];
    const user = await givenUser(h, { org: theirs, email: "new@example.com" });
    const [made] = await givenDispatches(h, [user.id], { orgId: ours });
    const scope: Scope = { kind: "org", orgId: ours };
    expect(await search(h, { query: "new@example.com" }, scope)).toEqual([]);
    // The log of the organization keeps it.
    expect(await search(h, { query: user.id }, scope)).toEqual([made]);
  });
});

test("every search is one round trip, and goes through no table", async () => {
  const h = createWorld();
  const org = await givenOrg(h);
  const scopes: Scope[] = [ALL, { kind: "org", orgId: org }];
  const uuid = h.deps.ids.uuid();
  const queries = ["", "usr_1", "a@example.com", printId("dsp", uuid), printId("evt", uuid), uuid];
  const filters: LogSearch[] = [
    {},
    { channel: "push" },
    { type: "test" },
    { statuses: ["failed"] },
    { statuses: ["queued", "sending"] },
    { orgId: org, includeSubOrgs: true },
    { from: 0, to: h.clock.now() },
  ];
  h.meter.reset();
  let searches = 0;
  for (const scope of scopes)
    for (const query of queries)
      for (const filter of filters) {
        await searchLog(h.ctx, scope, { ...filter, query }, { limit: 20, before: uuid });
        searches++;
      }
  expect(h.meter.trips).toBe(searches);
  // What one user got on all channels; what is unfinished; few users with one address.
  const isSmall = /INDEX dispatches_by_user \(user_id=\?\)|INDEX dispatches_to_wake|INDEX users_by_email/;
  await expectNoScan(h, ({ steps }) => steps.some((step) => isSmall.test(step)));
  const plans = await plansOf(h);
  const using = (part: string) =>
    plans.filter(({ sql }) => sql.includes(part)).map(({ steps }) => steps.join("; "));
  expect(using("lower(email)").length).toBeGreaterThan(4);
  for (const steps of using("lower(email)"))
    expect(steps).toContain("SEARCH users USING INDEX users_by_email (<expr>=?)");
  // Not that of all that a channel has ever sent, on the pages after the first, too.
  expect(using("wake_at IS NOT NULL").length).toBeGreaterThan(0);
  for (const steps of using("wake_at IS NOT NULL")) expect(steps).toContain("INDEX dispatches_to_wake");
});

test("a search by address costs what it finds, however long the log is", async () => {
  const h = createWorld();
  const user = await givenUser(h, { email: "one@example.com" });
  const others = await Promise.all(Array.from({ length: 10 }, () => givenUser(h)));
  const ids = Array.from({ length: 1_000 }, (_, i) => others[i % others.length]?.id ?? "");
  await givenDispatches(h, ids);
  const made = await givenDispatches(h, [user.id, user.id]);
  h.clock.advance(DAY);
  h.meter.reset();
  expect(await search(h, { query: "one@example.com" })).toEqual(made.toReversed());
  expect(h.meter.rowsRead).toBeLessThan(30);
});
