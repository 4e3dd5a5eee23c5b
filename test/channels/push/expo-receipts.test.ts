import { expect, test } from "vitest";
import { createWorld, pushes, tokenOf } from "./expo-fixture.ts";

/** Sends to `count` devices and returns their tickets, in order. */
async function send({ provider }: ReturnType<typeof createWorld>, count: number): Promise<string[]> {
  const { outcomes } = await provider.send(pushes(count));
  return outcomes.flatMap((outcome) =>
    outcome.kind === "accepted" && outcome.messageId !== null ? [outcome.messageId] : [],
  );
}

test("receipts tell what became of each ticket, and leave out what is not known yet", async () => {
  const world = createWorld();
  world.sandbox.settings.receiptErrors = new Map([
    [tokenOf(1), "DeviceNotRegistered"],
    [tokenOf(2), "MessageRateExceeded"],
    [tokenOf(3), "InvalidCredentials"],
    [tokenOf(4), "SomethingNew"],
  ]);
  const tickets = await send(world, 5);
  expect(tickets).toHaveLength(5);
  const report = await world.provider.receipts?.([...tickets, "unknown", "__proto__"]);
  expect(report).toEqual({
    kind: "ok",
    receipts: new Map([
      [tickets[0], { kind: "ok" }],
      [tickets[1], expect.objectContaining({ kind: "gone", code: "device_not_registered" })],
      [tickets[2], expect.objectContaining({ kind: "failed", code: "message_rate_exceeded" })],
      [tickets[3], expect.objectContaining({ kind: "failed", code: "expo_invalid_credentials" })],
      [tickets[4], expect.objectContaining({ kind: "failed", code: "expo_unknown_error" })],
    ]),
  });
});

test("a thousand receipts come in one compressed request", async () => {
  const { sandbox, provider } = createWorld();
  const report = await provider.receipts?.(Array.from({ length: 1_000 }, () => crypto.randomUUID()));
  expect(report).toEqual({ kind: "ok", receipts: new Map() });
  expect(sandbox.requests).toMatchObject([{ endpoint: "receipts", size: 1_000, gzip: true }]);
});

test("no tickets make no request", async () => {
  const { sandbox, provider } = createWorld();
  expect(await provider.receipts?.([])).toEqual({ kind: "ok", receipts: new Map() });
  expect(sandbox.requests).toEqual([]);
});

test("a receipt that makes no sense counts as missing", async () => {
  const { sandbox, provider } = createWorld();
  const data = { a: { status: "ok" }, b: "ok", c: { status: "perhaps" }, d: { status: "error" } };
  sandbox.failNext({ kind: "answer", body: JSON.stringify({ data }) }, 1, "receipts");
  const report = await provider.receipts?.(["a", "b", "c", "d"]);
  expect(report?.kind === "ok" && [...report.receipts.keys()]).toEqual(["a", "d"]);
});

test.each([
  ["500", { kind: "status", status: 500 }, "expo_server_error"],
  ["a broken connection", { kind: "drop" }, "expo_unreachable"],
  ["no answer in time", { kind: "hang" }, "expo_timeout"],
  ["cut JSON", { kind: "garbage" }, "expo_bad_response"],
  ["a list in place of a map", { kind: "answer", body: '{"data":[]}' }, "expo_bad_response"],
  ["429", { kind: "throttle" }, "expo_throttled"],
  ["401", { kind: "status", status: 401, code: "UNAUTHORIZED" }, "expo_unauthorized"],
] as const)("receipts fail as a whole on %s", async (_, fault, code) => {
  const { sandbox, provider } = createWorld({ timeoutMs: 100 });
  sandbox.failNext(fault, 1, "receipts");
  expect(await provider.receipts?.(["a"])).toEqual({ kind: "error", code });
});

test("more than a thousand tickets are refused", async () => {
  const { provider } = createWorld();
  const tickets = Array.from({ length: 1_001 }, (_, index) => `ticket-${index}`);
  expect(await provider.receipts?.(tickets)).toEqual({ kind: "error", code: "expo_refused" });
});
