import { afterEach, expect, test, vi } from "vitest";
import { createLog } from "../../src/lib/log.ts";
import { createHarness, mint, SERVICE, tokenFor } from "../support/harness.ts";
import { aPush } from "../support/world.ts";

const BASE = "/api/v1/notifications";
const PRIVATE = {
  title: "PRIVATE-TITLE",
  body: "PRIVATE-BODY",
  data: "PRIVATE-DATA",
  note: "PRIVATE-NOTE",
  name: "PRIVATE-NAME",
  email: "private@example.com",
  phone: "+4712345678",
};

afterEach(() => vi.restoreAllMocks());

test("nothing personal is logged in a whole life of a user, whatever goes wrong", async () => {
  const lines: string[] = [];
  for (const level of ["log", "warn", "error"] as const)
    vi.spyOn(console, level).mockImplementation((line: unknown) => void lines.push(String(line)));
  const h = createHarness({ vars: { PUSH_LIMIT_PER_HOUR: "5" } });
  // The real log, with its stacks.
  const log = createLog();
  const { open } = h.deps;
  h.deps.log = log;
  h.deps.open = (start, requestLog = log) => open(start, requestLog);

  const user = mint("usr");
  const tokens = ["ExponentPushToken[private-a]", "ExponentPushToken[private-b]"];
  const { name, email, phone } = PRIVATE;
  await h.request("PUT", `/api/v1/directory/users/${user}`, { body: { name, email, phone } });
  for (const token of tokens)
    await h.request("POST", `${BASE}/device-tokens`, { body: { user_id: user, token, platform: "ios" } });

  const push = aPush(user, {
    title: PRIVATE.title,
    body: PRIVATE.body,
    data: { secret: PRIVATE.data },
    scenario_id: PRIVATE.data,
  });
  const key = { "idempotency-key": "PRIVATE-KEY" };
  const { body } = await h.request("POST", BASE, { body: push, headers: key });
  await h.request("POST", BASE, { body: { ...push, title: "other" }, headers: key });
  await h.request("PUT", `${BASE}/${body.id}`, { body: { retry_note: PRIVATE.note } });
  await h.request("GET", `${BASE}?scenario_id=${PRIVATE.data}`);
  await h.request("POST", BASE, { body: { ...push, [PRIVATE.name]: 1 } });
  await h.request("POST", BASE, { body: `{"title":"${PRIVATE.title}"` });
  await h.request("GET", BASE, { as: null, headers: { authorization: `Bearer ${PRIVATE.name}` } });

  h.expo.settings.ticketErrors.set(tokens[0] ?? "", "DeviceNotRegistered");
  h.expo.failNext({ kind: "answer", body: `{"oops": "${PRIVATE.body} ${tokens[1]}"}` });
  await h.request("POST", BASE, { body: push });
  h.expo.failNext({ kind: "drop" });
  await h.request("POST", BASE, { body: push });
  for (const message of ["D1_ERROR: disk I/O error", "D1_ERROR: Network connection lost."]) {
    h.meter.failNext("before", message);
    await h.request("POST", BASE, { body: push });
  }
  await h.request("POST", `${BASE}/batch`, { body: { targets: [push, push] } });
  for (let i = 0; i < 30; i++) {
    h.clock.advance(60_000);
    await h.tick();
    await h.drain();
  }
  await h.request("DELETE", `${BASE}/device-tokens/${encodeURIComponent(tokens[1] ?? "")}`);
  await h.request("DELETE", `${BASE}/${body.id}`);
  await h.request("DELETE", `/api/v1/directory/users/${user}`);

  const logged = [...lines, ...h.logged].join("\n");
  expect(lines.filter((line) => line.includes('"event":"request"')).length).toBeGreaterThan(15);
  expect(logged).toContain("request_failed");
  const secrets = [
    ...Object.values(PRIVATE),
    ...tokens,
    "private-a",
    "PRIVATE",
    await tokenFor(SERVICE, h.clock.now()),
  ];
  expect(secrets.filter((secret) => logged.includes(secret))).toEqual([]);
});
