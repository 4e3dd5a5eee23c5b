import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { keyIdOf } from "../../src/auth/vault.ts";
import { createHarness, type Harness } from "../support/harness.ts";
import { BASE as ENDPOINTS, emptyEndpoints, givenEndpoint } from "../channels/webhook/world.ts";
import { givenOrg } from "../support/world.ts";

const FORMER = "former-secrets-key-former-secrets-key";
const CURRENT = "current-secrets-key-current-secrets-k";
const CONNECTIONS = "/api/v1/chat-connections";

/** What is stored of secrets, each with the id of the key that sealed it. */
async function stored(): Promise<string[]> {
  const { results } = await env.DB.prepare(
    `SELECT secret FROM webhook_endpoints UNION ALL SELECT previous_secret FROM webhook_endpoints
      WHERE previous_secret IS NOT NULL UNION ALL SELECT secret FROM chat_connections`,
  ).all<{ secret: string }>();
  return results.map(({ secret }) => secret);
}

const sealedBy = async (key: string) => {
  const id = await keyIdOf(key);
  return (await stored()).filter((secret) => secret.startsWith(`${id}.`)).length;
};

const made = async (h: Harness, path: string, body: object): Promise<void> => {
  const answer = await h.request("POST", path, { body });
  expect([200, 201]).toContain(answer.status);
};

test("the hourly job seals anew every secret that the former key has sealed, so that it can be deleted", async () => {
  await emptyEndpoints();
  const before = createHarness({ vars: { SECRETS_KEY: FORMER } });
  const org = await givenOrg(before);
  const endpoints = [];
  for (let i = 0; i < 3; i++) endpoints.push(await givenEndpoint(before, org));
  await made(before, `${ENDPOINTS}/${endpoints[0]?.id}/rotate-secret`, {});
  await made(before, CONNECTIONS, {
    org_id: org,
    kind: "discord",
    name: "ops",
    url: "https://discord.com/api/webhooks/123456789012345678/abcdefghijklmnopqrstuvwxyz0123456789",
  });
  expect(await sealedBy(FORMER)).toBe(5);

  const after = createHarness({ vars: { SECRETS_KEY: CURRENT, SECRETS_KEY_PREVIOUS: FORMER } });
  await after.tick("17 * * * *");
  expect([await sealedBy(FORMER), await sealedBy(CURRENT)]).toEqual([0, 5]);

  // Without a former key the job asks nothing.
  const later = createHarness({ vars: { SECRETS_KEY: CURRENT } });
  const unchanged = await stored();
  await later.tick("17 * * * *");
  expect(await stored()).toEqual(unchanged);
});
