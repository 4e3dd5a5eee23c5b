import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import type { Server } from "../../src/cli/process.ts";
import { serveExpoSandbox, type ServedExpoSandbox } from "../support/sandbox/serve.ts";
import { call, start, stateFolder, tick, until } from "./support.ts";

// The built Worker as a process, with Expo's sandbox behind a real socket.

let expo: ServedExpoSandbox;
let folder: Awaited<ReturnType<typeof stateFolder>>;
let server: Server;

const vars = () => ({
  EXPO_BASE_URL: expo.url,
  LEASE_SECONDS: "4",
  SWEEP_AFTER_SECONDS: "2",
  PUSH_LIMIT_PER_HOUR: "1000",
});

const token = (user: string) => `ExponentPushToken[${user}]`;

async function givenUsers(ids: readonly string[]): Promise<void> {
  await call(server, "POST", "/api/v1/directory/users", { items: ids.map((id) => ({ id })) });
  for (const id of ids)
    await call(server, "POST", "/api/v1/notifications/device-tokens", {
      user_id: id,
      token: token(id),
      platform: "ios",
    });
}

beforeAll(async () => {
  expo = await serveExpoSandbox();
  folder = await stateFolder();
  server = await start(folder.path, vars());
}, 180_000);
beforeEach(() => expo.sandbox.reset());
afterAll(async () => {
  await server?.stop();
  await expo?.close();
  await folder?.remove();
});

test("a push goes out over real sockets, and the answer has the outcome", async () => {
  await givenUsers(["usr_one"]);
  const sent = await call(server, "POST", "/api/v1/notifications", {
    user_id: "usr_one",
    title: "Hello",
    body: "It works.",
  });
  expect(sent).toMatchObject({ status: 201, body: { status: "sent", delivered_count: 1, failed_count: 0 } });
  expect(expo.sandbox.accepted).toMatchObject([
    { token: token("usr_one"), title: "Hello", body: "It works." },
  ]);
});

test("the production bundle serves its reference and its API description, and makes a mail, without any eval", async () => {
  expect((await call(server, "GET", "/openapi.json")).body).toMatchObject({ openapi: "3.1.0" });
  expect((await call(server, "GET", "/docs")).status).toBe(200);
  expect((await call(server, "GET", "/docs/first-push")).status).toBe(200);
  expect((await call(server, "GET", "/docs/reference")).status).toBe(200);
  expect((await call(server, "GET", "/docs/reference/swagger-ui-bundle.js")).status).toBe(200);
  const reader = {
    sub: "usr_reader",
    role: "user",
    email: "kari@example.com",
    email_verified: true,
  } as const;
  const body = { email_type: "weekly_digest" };
  const test = await call(server, "POST", "/api/v1/notifications/test", body, reader);
  expect(test).toMatchObject({ status: 200, body: { success: true, message_id: expect.any(String) } });
});

test("a push whose provider drops the connection is tried again", async () => {
  await givenUsers(["usr_drop"]);
  expo.sandbox.failNext({ kind: "drop" });
  const sent = await call(server, "POST", "/api/v1/notifications", {
    user_id: "usr_drop",
    title: "Hello",
    body: "Again.",
  });
  expect(sent.status).toBe(202);
  const { id } = z.object({ id: z.string() }).parse(sent.body);
  const record = await call(server, "GET", `/api/v1/notifications/${id}`);
  expect(record.body).toMatchObject({ status: "queued", error_code: "expo_unreachable" });
});

const pushes = z.object({ data: z.array(z.object({ user_id: z.string(), status: z.string() })) });

test("a server that is killed during 100 sends and started again sends them all", async () => {
  const users = Array.from({ length: 100 }, (_, i) => `usr_kill_${i}`);
  await givenUsers(users);
  expo.sandbox.settings.latencyMs = 250;
  const sends = users.map((user) =>
    call(server, "POST", "/api/v1/notifications", { user_id: user, title: "Kill", body: user }).catch(
      () => null,
    ),
  );
  // By now some are sent, some are being sent, some are only rows, and some requests have not arrived yet.
  await until(async () => expo.sandbox.accepted.length >= 10, 20_000);
  await server.kill();
  const answered = (await Promise.all(sends)).filter((answer) => answer !== null);

  server = await start(folder.path, vars());
  const rows = async () => {
    const page = await call(server, "GET", "/api/v1/notifications?limit=100");
    return pushes.parse(page.body).data.filter((row) => row.user_id.startsWith("usr_kill_"));
  };
  const taken = await rows();
  expect(taken.length).toBeGreaterThanOrEqual(Math.max(10, answered.length));
  const allSent = await until(async () => {
    await tick(server);
    return (await rows()).every((row) => row.status === "sent");
  }, 90_000);
  expect(allSent, JSON.stringify(await rows())).toBe(true);
  const reached = new Set(expo.sandbox.accepted.map((push) => push.token));
  for (const row of taken) expect(reached).toContain(token(row.user_id));
}, 240_000);
