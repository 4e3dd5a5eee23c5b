import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { applyFeedback } from "../../../src/channels/feedback/apply.ts";
import { takeText } from "../../../src/channels/sms/inbound.ts";
import { SECOND } from "../../../src/lib/clock.ts";
import type { Harness } from "../../support/harness.ts";
import { emptyTables } from "../../support/pipeline.ts";
import { createReceiver } from "../../support/sandbox/receiver.ts";
import { createTextWorld, givenNumber, givenTextType, textsOf, textTo } from "../../support/texts.ts";
import { givenOrg } from "../../support/world.ts";
import { emptyEndpoints, givenEndpoint } from "./world.ts";

beforeEach(async () => {
  await emptyTables();
  await emptyEndpoints();
});
afterEach(emptyEndpoints);

const say = (h: Harness, from: string, text: string) =>
  takeText(h.ctx, "twilio", { id: crypto.randomUUID(), from, text, isAnswered: true, at: h.clock.now() });

async function createWorld() {
  const h = createTextWorld();
  const receiver = createReceiver();
  h.hosts.set("hooks.example.com", receiver.fetch);
  const org = await givenOrg(h);
  await givenEndpoint(h, org, { types: ["suppression.added"] });
  const told = async () => {
    await h.drain();
    return receiver.received.map(({ body: { type, data } }) => [type, data["user_id"], data["code"]]);
  };
  return { h, receiver, org, told };
}

describe("an endpoint hears of a number that gets no more text messages", () => {
  test("after a STOP, once, without the number; and again after a START", async () => {
    const { h, receiver, org, told } = await createWorld();
    const { id, phone } = await givenNumber({ org });
    await say(h, phone, "Stop");
    await say(h, phone, "STOP");
    expect(await told()).toEqual([["suppression.added", id, "unsubscribed"]]);
    expect(receiver.received[0]?.body.data).toEqual({
      id: expect.stringMatching(/^sup_/),
      user_id: id,
      org_id: org,
      channel: "sms",
      code: "unsubscribed",
      expires_at: null,
    });
    expect(receiver.received[0]?.text).not.toContain(phone.slice(1));
    await say(h, phone, "START");
    h.clock.advance(SECOND);
    await say(h, phone, "STOP");
    expect(await told()).toHaveLength(2);
  });

  test("after a bounce, and of the STOP that follows it", async () => {
    const { h, org, told } = await createWorld();
    const { id, phone } = await givenNumber({ org });
    const type = await givenTextType(h);
    await textTo(h, type, [id]);
    const [text] = await textsOf(type);
    const event = { providerMessageId: null, address: null, at: h.clock.now(), code: "unknown_handset" };
    await applyFeedback(h.ctx, "sms", [
      { ...event, kind: "bounced", permanent: true, dispatchId: text?.id ?? "" },
    ]);
    expect(await told()).toEqual([["suppression.added", id, "bounce"]]);
    await say(h, phone, "STOP");
    // A change has no time of its own: the database's clock says when it was.
    h.clock.advance(Math.max(0, Date.now() - h.clock.now()) + SECOND);
    await h.tick();
    expect(await told()).toEqual([
      ["suppression.added", id, "bounce"],
      ["suppression.added", id, "unsubscribed"],
    ]);
  });

  test("of its own people alone, and of those alone whose number is verified", async () => {
    const { h, org, told } = await createWorld();
    const { phone } = await givenNumber({ org: await givenOrg(h) });
    await givenNumber({ org, phone, verified: false });
    await say(h, phone, "STOP");
    expect(await told()).toEqual([]);
    const { id } = await givenNumber({ org });
    const { phone: own } = await givenNumber({ org });
    await say(h, own, "STOP");
    expect(await told()).toEqual([["suppression.added", expect.not.stringMatching(id), "unsubscribed"]]);
  });
});

test("whose number it is, is found by an index", async () => {
  const { results } = await env.DB.prepare(
    "EXPLAIN QUERY PLAN SELECT u.id FROM users AS u WHERE u.phone = ? AND u.phone_verified = 1",
  )
    .bind("+4741234567")
    .all<{ detail: string }>();
  expect(results.map(({ detail }) => detail)).toEqual([
    "SEARCH u USING COVERING INDEX users_by_phone (phone=?)",
  ]);
});
