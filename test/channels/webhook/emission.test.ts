import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { emptyTables } from "../../support/pipeline.ts";
import { aPush, givenUser } from "../../support/world.ts";
import { createHookWorld, emptyEndpoints, givenEndpoint } from "./world.ts";

beforeEach(emptyTables);
afterEach(emptyEndpoints);

describe("a push", () => {
  test("that was sent is told to its organization's endpoint, signed", async () => {
    const { h, receiver, org } = await createHookWorld();
    const { id, secret } = await givenEndpoint(h, org);
    receiver.secrets.push(secret);
    const user = await givenUser(h, { org });
    const sent = await h.request("POST", "/api/v1/notifications", { body: aPush(user.id) });
    expect(sent.status).toBe(201);
    await h.drain();
    expect(receiver.received).toHaveLength(1);
    const [webhook] = receiver.received;
    expect(webhook).toMatchObject({
      isGenuine: true,
      redirect: "manual",
      id: expect.stringMatching(/^whm_/),
      timestamp: Math.floor(h.clock.now() / 1_000),
      body: {
        type: "message.sent",
        version: 1,
        data: {
          id: expect.stringMatching(/^dsp_/),
          channel: "push",
          type: "push",
          status: "sent",
          code: null,
          user_id: user.id,
          org_id: org,
          event_id: null,
          batch_id: null,
        },
      },
    });
    expect(webhook?.text).not.toContain("ExponentPushToken");
    expect(webhook?.text).not.toContain("Time to log");
    const messages = await h.request("GET", `/api/v1/webhook-endpoints/${id}/messages`);
    expect(messages.body.data).toMatchObject([
      {
        id: webhook?.id,
        type: "message.sent",
        status: "sent",
        attempts: [{ outcome: "accepted", status: 200 }],
      },
    ]);
  });
});
