import { expect, test } from "vitest";
import { explain, type OnChannel } from "../../src/explain/explain.ts";
import { HOUR } from "../../src/lib/clock.ts";
import type { OwnTypeData } from "../../src/types/own-type.ts";
import { createChainWorld, givenPerson, send } from "../support/chains.ts";
import type { Harness } from "../support/harness.ts";
import { givenType } from "../events/world.ts";

const ALL = { kind: "all" } as const;

/** Sends an event. @returns what was skipped, by channel and reason */
const happen = async (h: Harness, type: string, user: string, more: object = {}) => {
  const { status, body } = await h.request("POST", "/api/v1/events", {
    body: { type, recipients: { users: [user] }, data: { order: "A" }, ...more },
  });
  expect(status).toBe(202);
  return body.skipped;
};

const ask = async (h: Harness, type: string, userId: string, key?: string): Promise<OnChannel> => {
  const question = {
    kind: "type",
    type,
    userId,
    key,
    channel: "in_app",
    orgId: undefined,
    data: { order: "A" },
  } as const;
  h.meter.reset();
  const { channels } = await explain(h.ctx, h.deps.types, ALL, question, null);
  expect([h.meter.rowsWritten, h.meter.trips <= 3]).toEqual([0, true]);
  const [only] = channels;
  if (only === undefined) throw new Error("Nothing was said");
  return only;
};

const ruleOf = ({ rules }: OnChannel, name: string) => {
  const found = rules.find(({ rule }) => rule === name);
  return found && { verdict: found.verdict, ...("code" in found && { code: found.code }) };
};

const given = async (more: Partial<OwnTypeData>) => {
  const h = createChainWorld();
  const type = await givenType(h, { channels: [{ channel: "in_app" }], ...more });
  const { id: user } = await givenPerson(h);
  return { h, type, user };
};

test("the throttle says what sending would skip, and has passed until then", async () => {
  const { h, type, user } = await given({ throttle: { limit: 2, per: 3_600 } });
  for (const n of [0, 1]) {
    expect(ruleOf(await ask(h, type, user), "throttle"), String(n)).toEqual({ verdict: "pass" });
    expect(await happen(h, type, user)).toEqual({});
  }
  const said = await ask(h, type, user);
  expect(said).toMatchObject({ verdict: "skip", code: "throttled" });
  expect(await happen(h, type, user)).toEqual({ in_app: { throttled: 1 } });
  h.clock.advance(HOUR + 1);
  expect(ruleOf(await ask(h, type, user), "throttle")).toEqual({ verdict: "pass" });
});

test("a key of which each recipient hears once is a duplicate for them alone", async () => {
  const { h, type, user } = await given({ dedupe: "recipient" });
  const { id: other } = await givenPerson(h);
  expect(ruleOf(await ask(h, type, user, "k"), "dedupe")).toEqual({ verdict: "pass" });
  await happen(h, type, user, { key: "k" });
  expect(await ask(h, type, user, "k")).toMatchObject({ verdict: "skip", code: "duplicate" });
  expect(await happen(h, type, user, { key: "k" })).toEqual({ in_app: { duplicate: 1 } });
  expect(ruleOf(await ask(h, type, other, "k"), "dedupe")).toEqual({ verdict: "pass" });
  expect(ruleOf(await ask(h, type, user, "another"), "dedupe")).toEqual({ verdict: "pass" });
  expect(ruleOf(await ask(h, type, user), "dedupe")).toEqual({ verdict: "pass" });
});

test("a key of one event is that event, for everybody", async () => {
  const { h, type, user } = await given({ dedupe: "event" });
  const { id: other } = await givenPerson(h);
  await happen(h, type, user, { key: "k" });
  expect(await ask(h, type, other, "k")).toMatchObject({ verdict: "skip", code: "same_event" });
});

test("a batch says until when it waits, and what tells of the next one", async () => {
  const { h, type, user } = await given({
    batch: { window: 600, key: "order" },
    throttle: { limit: 1, per: 3_600 },
  });
  const said = await ask(h, type, user);
  expect(said).toMatchObject({ verdict: "wait", code: "collecting", until: h.clock.now() + 600_000 });
  await happen(h, type, user);
  const next = await ask(h, type, user);
  expect(next).toMatchObject({ verdict: "skip", code: "collected" });
  expect(ruleOf(next, "throttle")).toEqual({ verdict: "pass" });
  expect(await happen(h, type, user)).toEqual({ in_app: { collected: 1 } });
});

test("an in-app message of an event waits for its organization's next day, and one that was made has been counted", async () => {
  const h = createChainWorld({ ORG_DAILY_QUOTA: "1" });
  const type = await givenType(h, { channels: [{ channel: "in_app" }] });
  const { id: user } = await givenPerson(h);
  expect(ruleOf(await ask(h, type, user), "quota")).toEqual({ verdict: "pass" });
  await happen(h, type, user);
  expect(ruleOf(await ask(h, type, user), "quota")).toEqual({ verdict: "wait", code: "org_quota" });
});

test("a message with a chain says what follows it, and when", async () => {
  const h = createChainWorld();
  const { id: user } = await givenPerson(h);
  const id = await send(h, user, {
    channels: ["in_app"],
    fallback: [{ channel: "email", after: 600 }, "push"],
  });
  const { body } = await h.request("POST", "/api/v1/explain", { body: { dispatch: id } });
  expect(body.channels[0].rules.at(-1)).toMatchObject({
    rule: "fallback",
    verdict: "pass",
    message: "Another message follows where this one does not reach the user",
    details: { steps: [{ channel: "email", after: 600 }, { channel: "push" }] },
  });
});

test("users name no key: events are for staff", async () => {
  const { h, type, user } = await given({});
  const { status, body } = await h.request("POST", "/api/v1/explain", {
    as: { role: "user", sub: user },
    body: { type, key: "k" },
  });
  expect([status, body.errors[0].pointer]).toEqual([400, "/key"]);
});
