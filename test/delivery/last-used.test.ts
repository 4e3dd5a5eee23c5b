import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { DAY } from "../../src/lib/clock.ts";
import { createWorld, deliverNow, emptyTables, givenDispatches, givenUsers } from "../support/pipeline.ts";

beforeEach(emptyTables);

const lastUsed = (token: string | undefined) =>
  env.DB.prepare("SELECT last_used_at FROM device_tokens WHERE token = ?").bind(token).first("last_used_at");

test("a device was last used when it accepted a push, to the day", async () => {
  const h = createWorld();
  const { users, tokens } = await givenUsers(h, 1);
  const send = async () => deliverNow(h, await givenDispatches(h, users));
  const registered = h.clock.now();
  h.clock.advance(DAY);
  await send();
  expect(await lastUsed(tokens[0])).toBe(registered);
  h.clock.advance(1);
  await send();
  expect(await lastUsed(tokens[0])).toBe(registered + DAY + 1);
});

test("a device that did not accept was not used", async () => {
  const h = createWorld();
  const { users, tokens } = await givenUsers(h, 1, 2);
  const registered = h.clock.now();
  h.clock.advance(2 * DAY);
  h.expo.settings.ticketErrors.set(tokens[1] ?? "", "MessageRateExceeded");
  await deliverNow(h, await givenDispatches(h, users));
  expect(await lastUsed(tokens[0])).toBe(registered + 2 * DAY);
  expect(await lastUsed(tokens[1])).toBe(registered);
});
