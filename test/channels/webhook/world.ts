import { env } from "cloudflare:workers";
import { z } from "zod";
import { createHarness, type Harness, SERVICE, type Caller } from "../../support/harness.ts";
import { createReceiver } from "../../support/sandbox/receiver.ts";
import { givenOrg } from "../../support/world.ts";

/** Endpoints that a test has left would hear of the next one's messages. */
export const emptyEndpoints = () =>
  env.DB.batch([
    env.DB.prepare("DELETE FROM webhook_endpoints"),
    env.DB.prepare("DELETE FROM dispatches WHERE channel = 'webhook'"),
  ]);

export const BASE = "/api/v1/webhook-endpoints";

const created = z.looseObject({ id: z.string(), secret: z.string() });

/** A harness with a receiver at hooks.example.com, and an organization. */
export async function createHookWorld({
  autoDrain = true,
  vars = {},
}: { autoDrain?: boolean; vars?: Record<string, string> } = {}) {
  const h = createHarness({ autoDrain, vars });
  const receiver = createReceiver();
  h.hosts.set("hooks.example.com", receiver.fetch);
  return { h, receiver, org: await givenOrg(h) };
}

/** An endpoint of an organization (or of the service), made by the API. */
export async function givenEndpoint(
  h: Harness,
  org: string | null,
  {
    as = SERVICE,
    ...more
  }: { as?: Caller; url?: string; types?: readonly string[] | null; path?: string } = {},
): Promise<{ id: string; secret: string }> {
  const { path = "/tidings", ...body } = more;
  const answer = await h.request("POST", org === null ? BASE : `${BASE}?org_id=${org}`, {
    as,
    body: { url: `https://hooks.example.com${path}`, ...body },
  });
  if (answer.status !== 201) throw new Error(`No endpoint: ${answer.status} ${JSON.stringify(answer.body)}`);
  return created.parse(answer.body);
}
