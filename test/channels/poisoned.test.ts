import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { MINUTE } from "../../src/lib/clock.ts";
import { deliverOn } from "../../src/delivery/deliver.ts";
import { createHarness, type Harness, mint } from "../support/harness.ts";
import { givenOrg } from "../support/world.ts";
import { givenType } from "../events/world.ts";

const createWorld = () => createHarness({ vars: { EMAIL_PROVIDERS: "resend" }, autoDrain: false });
type ChannelName = "push" | "in_app" | "email";

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run();

/** A user with a device and a verified address, in an organization of their own. */
async function givenPerson(h: Harness): Promise<string> {
  const id = mint("usr");
  await run(
    "INSERT INTO users (id, org_id, email, email_verified, created_at, updated_at) VALUES (?1, ?2, ?1 || '@example.com', 1, 0, 0)",
    id,
    await givenOrg(h),
  );
  await run(
    "INSERT INTO device_tokens (token, user_id, provider, platform, registered_at) VALUES ('ExponentPushToken[' || ?1 || ']', ?1, 'expo', 'ios', 0)",
    id,
  );
  return id;
}

interface Row {
  id: string;
  status: string;
  error_code: string | null;
  attempts: number;
}

const rowOf = async (user: string): Promise<Row> => {
  const row = await env.DB.prepare(
    "SELECT id, status, error_code, attempts FROM dispatches WHERE user_id = ?",
  )
    .bind(user)
    .first<Row>();
  if (row === null) throw new Error("There is no message");
  return row;
};

/** Deeper than anything that calls itself for each level can go. */
const deepText = (depth = 20_000) => `{"x":${"[".repeat(depth)}${"]".repeat(depth)}}`;

/** Deeper than `JSON.stringify` can go. Lists, or fields with names, would not do: of those it prints any depth. */
const unprintable = (depth = 200_000) => `${'{"0":'.repeat(depth)}1${"}".repeat(depth)}`;

/** Events of one type on one channel, each to one user of another organization. The first one's is poisoned. */
async function givenRound(h: Harness, channel: ChannelName, poison: (user: string) => Promise<unknown>) {
  const type = await givenType(h, { channels: [{ channel }] });
  const users = [await givenPerson(h), await givenPerson(h), await givenPerson(h)];
  for (const user of users) {
    const body = { type, recipients: { users: [user] }, data: { order: "A-1" } };
    expect((await h.request("POST", "/api/v1/events", { body })).status).toBe(202);
  }
  const [poisoned = "", ...good] = users;
  await poison(poisoned);
  return { poisoned, good };
}

const ofEvent = "id = (SELECT batch_id FROM dispatches WHERE user_id = ?)";
const POISONS = {
  "event data that are no JSON": (user: string) => run(`UPDATE events SET data = '{' WHERE ${ofEvent}`, user),
  "a type that is no JSON": (user: string) => run(`UPDATE events SET type_data = '{' WHERE ${ofEvent}`, user),
  "a type that is none": (user: string) => run(`UPDATE events SET type_data = '{}' WHERE ${ofEvent}`, user),
  "a payload that is no JSON": (user: string) =>
    run("UPDATE dispatches SET payload = '{' WHERE user_id = ?", user),
};
/** These do not make an e-mail unsendable: it has no data, and no options. */
const DEEP = {
  "event data too deep to be rendered": (user: string) =>
    run(`UPDATE events SET data = ?2 WHERE ${ofEvent.replace("?", "?1")}`, user, deepText()),
};
const PUSH = {
  "options that are no JSON": (user: string) =>
    run("UPDATE dispatches SET options = '{' WHERE user_id = ?", user),
};

async function deliverRound(h: Harness, channel: ChannelName, users: readonly string[]): Promise<void> {
  const ids = await Promise.all(users.map(async (user) => (await rowOf(user)).id));
  expect(await deliverOn(h.ctx, channel, [ids])).toEqual(new Map());
}

/** How a message ends that can never be made. Where attempts are counted, it has some first. */
async function expectEnd(h: Harness, channel: ChannelName, user: string): Promise<void> {
  if (channel !== "in_app") {
    expect(await rowOf(user)).toMatchObject({ status: "queued", error_code: "compose_failed", attempts: 1 });
    for (let i = 0; i < 5; i++) {
      h.clock.advance(200 * MINUTE);
      await deliverRound(h, channel, [user]);
    }
  }
  expect(await rowOf(user)).toMatchObject({ status: "failed", error_code: "compose_failed" });
}

describe.each(["in_app", "push", "email"] as const)("a poisoned %s message", (channel) => {
  const poisons = {
    ...POISONS,
    ...(channel === "email" ? {} : DEEP),
    ...(channel === "push" ? PUSH : {}),
  };
  test.each(Object.entries(poisons))(
    "with %s ends alone: those of other organizations in its round are delivered",
    async (_, poison) => {
      const h = createWorld();
      const { poisoned, good } = await givenRound(h, channel, poison);
      await deliverRound(h, channel, [poisoned, ...good]);
      for (const user of good)
        expect((await rowOf(user)).status).toBe(channel === "in_app" ? "delivered" : "sent");
      await expectEnd(h, channel, poisoned);
    },
  );
});

test.each([
  ["no JSON", "{"],
  ["too deep to be printed", unprintable()],
])("a push by API whose data are %s fails no request of others", async (_, data) => {
  const h = createWorld();
  const users = [await givenPerson(h), await givenPerson(h)];
  for (const user_id of users) {
    const body = { user_id, title: "T", body: "B", data: { a: 1 } };
    const headers = { prefer: "respond-async" };
    expect((await h.request("POST", "/api/v1/notifications", { body, headers })).status).toBe(202);
  }
  const [poisoned = "", good = ""] = users;
  await run("UPDATE dispatches SET data = ?2 WHERE user_id = ?1", poisoned, data);
  await deliverRound(h, "push", users);
  expect(await rowOf(good)).toMatchObject({ status: "sent", attempts: 1 });
  expect(h.expo.accepted).toHaveLength(1);
  await expectEnd(h, "push", poisoned);
});

test("a brand that cannot be read stops no message of its organization", async () => {
  const h = createWorld();
  const { poisoned, good } = await givenRound(h, "email", async (user) =>
    run(
      "INSERT INTO org_settings (org_id, brand, updated_at) SELECT org_id, '{', 0 FROM users WHERE id = ?",
      user,
    ),
  );
  await deliverRound(h, "email", [poisoned, ...good]);
  for (const user of [poisoned, ...good]) expect((await rowOf(user)).status).toBe("sent");
});
