import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { SECOND } from "../../src/lib/clock.ts";
import { createWorld, deliverNow, emptyTables, givenPushes } from "../support/pipeline.ts";

beforeEach(emptyTables);

const isDead = async (token: string): Promise<boolean> =>
  (await env.DB.prepare("SELECT 1 FROM device_tokens WHERE token = ? AND invalidated_at IS NOT NULL")
    .bind(token)
    .first()) !== null;

test.each([
  ["a second after the claim stays alive", SECOND, false],
  ["at the moment of the claim is dead", 0, true],
])("a token that the provider calls dead and that was registered again %s", async (_, after, dead) => {
  const h = createWorld();
  const { ids, tokens, users } = await givenPushes(h);
  const [token = ""] = tokens;
  h.expo.settings.ticketErrors.set(token, "DeviceNotRegistered");
  const claimedAt = h.clock.now();
  h.hosts.set("exp.host", async (url, init) => {
    h.clock.set(claimedAt + after);
    const body = { user_id: users[0], token, platform: "ios" };
    await h.request("POST", "/api/v1/notifications/device-tokens", { body });
    return h.expo.fetch(url, init);
  });
  await deliverNow(h, ids);
  expect(await isDead(token)).toBe(dead);
});
