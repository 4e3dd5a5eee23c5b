import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { type UnsubscribeTarget, signUnsubscribe } from "../../../src/preferences/unsubscribe-token.ts";
import { typeNamed } from "../../support/content.ts";
import { createHarness, type Harness, mint } from "../../support/harness.ts";
import { givenChoices, givenOrgSettings } from "../../support/preferences.ts";
import { givenOrg, givenUser } from "../../support/world.ts";

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const pathFor = async (h: Harness, target: UnsubscribeTarget) =>
  `/unsubscribe/${await signUnsubscribe(h.deps.config.linkSecrets, target)}`;
const follow = (h: Harness, path: string) => h.request("GET", path, { as: null });
const press = (h: Harness, path: string, body: string, headers: Record<string, string> = FORM) =>
  h.request("POST", path, { as: null, body, headers });

const titleOf = (body: unknown) => /<h1[^>]*>(.*)<\/h1>/u.exec(String(body))?.[1];
const actionsOf = (body: unknown) =>
  [...String(body).matchAll(/name="action" value="([a-z_]+)"/gu)].map(([, action]) => action);
const cellsOf = (user: string) =>
  env.DB.prepare("SELECT cells FROM preferences WHERE user_id = ?").bind(user).first<string>("cells");

async function given(category = "orders") {
  const h = createHarness();
  const org = await givenOrg(h);
  const { id: userId } = await givenUser(h, { org, email: `${mint("kari")}@example.com` });
  return { h, org, userId, path: await pathFor(h, { userId, category }) };
}

test("the page says what holds, whoever has decided it", async () => {
  const { h, org, userId, path } = await given();
  const shown = async () => titleOf((await follow(h, path)).body);
  expect(await shown()).toBe("Unsubscribe from Orders?");
  await givenOrgSettings(org, { preferences: { orders: { email: { on: false } } } });
  expect(await shown()).toBe("You are unsubscribed");
  await givenChoices(userId, { cells: { orders: { email: true } } });
  expect(await shown()).toBe("Unsubscribe from Orders?");
  await givenOrgSettings(org, { preferences: { all: { email: { on: false, locked: true } } } });
  expect(await shown()).toBe("All email is off");
});

test("each button does what it says, and the page offers the next ones", async () => {
  const { h, path } = await given();
  for (const [action, title, next] of [
    ["unsubscribe", "You are unsubscribed", ["resubscribe", "unsubscribe_all", "save"]],
    ["unsubscribe_all", "All email is off", ["resubscribe_all", "save"]],
    ["resubscribe_all", "You are unsubscribed", ["resubscribe", "unsubscribe_all", "save"]],
    ["resubscribe", "You are subscribed", ["unsubscribe", "unsubscribe_all", "save"]],
  ] as const) {
    const { status, body } = await press(h, path, `action=${action}`);
    expect([action, status, titleOf(body), actionsOf(body)]).toEqual([action, 200, title, next]);
  }
  expect(titleOf((await follow(h, path)).body)).toBe("Unsubscribe from Orders?");
});

test("critical mail cannot be switched off, and the page does not say that it is", async () => {
  const { h, userId } = await given();
  const { linkCode, category } = typeNamed("test");
  await givenChoices(userId, { cells: { [category]: { email: false } } });
  const { body } = await follow(h, await pathFor(h, { userId, code: linkCode }));
  expect(titleOf(body)).toMatch(/^Unsubscribe from /u);
});

test.each<[what: string, target: UnsubscribeTarget]>([
  ["a type that there is not", { userId: "", code: 255 }],
  ["a user who is gone", { userId: mint("gone"), category: "orders" }],
])("a link for %s is not found, and changes nothing", async (_, target) => {
  const { h, userId } = await given();
  const path = await pathFor(h, target.userId === "" ? { ...target, userId } : target);
  for (const answer of [
    await follow(h, path),
    await press(h, path, "action=unsubscribe"),
    await press(h, path, "action=save&row=orders"),
  ])
    expect([answer.status, titleOf(answer.body)]).toEqual([404, "This link does not work"]);
  expect(await cellsOf(userId)).toBeNull();
});

test("a form may have 65,536 bytes", async () => {
  const { h, userId, path } = await given();
  const sized = (bytes: number) => "action=unsubscribe&x=".padEnd(bytes, "y");
  expect((await press(h, path, sized(65_537))).status).toBe(413);
  expect(await cellsOf(userId)).toBeNull();
  expect((await press(h, path, sized(65_536))).status).toBe(200);
  expect(await cellsOf(userId)).toBe('{"orders":{"email":false}}');
});

test("a POST that is no form is a mail client's click", async () => {
  const { h, userId, path } = await given();
  expect((await press(h, path, "One-Click", { "content-type": "text/plain" })).status).toBe(200);
  expect(await cellsOf(userId)).toBe('{"orders":{"email":false}}');
});

test("reading takes one round trip, a click too, and saving two", async () => {
  const { h, path } = await given();
  const trips = async (call: () => Promise<unknown>) => {
    h.meter.reset();
    await call();
    return h.meter.trips;
  };
  expect(await trips(() => follow(h, path))).toBe(1);
  expect(await trips(() => press(h, path, "action=unsubscribe"))).toBe(1);
  expect(await trips(() => press(h, path, "action=save"))).toBe(1);
  expect(await trips(() => press(h, path, "action=save&row=orders&on=orders.email"))).toBe(2);
});

test("a change makes its user due in each job, and a repeat does not", async () => {
  const { h, userId, path } = await given();
  const due = async () =>
    (
      await env.DB.prepare("SELECT kind, next_at FROM user_schedules WHERE user_id = ? ORDER BY kind")
        .bind(userId)
        .all()
    ).results;
  await press(h, path, "action=unsubscribe");
  const next_at = h.clock.now();
  const all = ["deadlines", "digest", "matches"].map((kind) => ({ kind, next_at }));
  expect(await due()).toEqual(all);
  h.clock.advance(1_000);
  await press(h, path, "action=unsubscribe");
  expect(await due()).toEqual(all);
});
