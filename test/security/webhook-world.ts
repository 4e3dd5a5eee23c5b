import { expect } from "vitest";
import { CERTIFICATE, CERTIFICATE_URL, TOPIC } from "../channels/email/feedback/sns-signer.ts";
import { createHarness, type Harness } from "../support/harness.ts";
import { expectCleanLog, overhear } from "./logs.ts";
import { everything } from "./stored.ts";
import { givenTarget, type Target } from "./target.ts";

export const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
export const CREDENTIALS = "postmark:a-password-of-enough-length";
const CERTIFICATE_HOST = new URL(CERTIFICATE_URL).hostname;

export interface World {
  h: Harness;
  target: Target;
  /** Addresses that were asked for. */
  asked: string[];
}

/** A world that listens to every webhook, and in which every host answers with a certificate. */
export async function givenWorld(certificate = CERTIFICATE): Promise<World> {
  const vars = {
    RESEND_WEBHOOK_SECRET: SECRET,
    POSTMARK_WEBHOOK_CREDENTIALS: CREDENTIALS,
    SES_TOPIC_ARNS: TOPIC,
  };
  const h = createHarness({ vars, autoDrain: false });
  const asked: string[] = [];
  for (const host of [CERTIFICATE_HOST, "evil.example", "s3.eu-west-1.amazonaws.com"])
    h.hosts.set(host, async (url) => {
      asked.push(url);
      return new Response(certificate);
    });
  return { h, target: await givenTarget(h), asked };
}

export interface Post {
  body: string;
  headers: Record<string, string>;
}
export type Make = (world: World) => Promise<Post> | Post;

export const isoNow = ({ h }: World) => new Date(h.clock.now()).toISOString();

/** Posts it and expects a refusal that has neither changed nor told anything. */
export async function expectRefused(path: string, make: Make, world: World, statuses: readonly number[]) {
  const { h, target } = world;
  const lines = overhear(h);
  const { body, headers } = await make(world);
  const before = await everything();
  const answer = await h.request("POST", path, { as: null, body, headers });
  expect(statuses).toContain(answer.status);
  expect(JSON.stringify(answer.body)).not.toContain(target.marker);
  expect(await everything()).toEqual(before);
  expectCleanLog(lines, [
    target.marker,
    SECRET,
    CREDENTIALS,
    ...Object.values(headers).filter((v) => v.length > 20),
  ]);
}
