import { beforeEach, describe, expect, it } from "vitest";
import { createResendProvider } from "../../../src/channels/email/providers/resend/index.ts";
import { createResendSandbox, RESEND_KEY, resendError } from "../../support/sandbox/resend.ts";
import type { Fault } from "../../support/sandbox/steer.ts";
import { anEmail, createTestClock, NOW, short, shorts, someEmails } from "./fixtures.ts";

const sandbox = createResendSandbox({ now: () => NOW });
const clock = createTestClock();
const options = {
  fetch: sandbox.fetch,
  clock,
  apiKey: RESEND_KEY,
  baseUrl: "https://api.resend.com",
  timeoutMs: 50,
};
const resend = createResendProvider(options);

beforeEach(() => {
  sandbox.reset();
  clock.slept.length = 0;
});

const failing = (status: number, name: string, headers: Record<string, string> = {}): Fault => ({
  kind: "answer",
  ...resendError(status, name),
  headers,
});

/** Messages of which those at `bad` are refused by Resend's validation. */
function withBad(count: number, ...bad: number[]) {
  const emails = someEmails(count);
  for (const index of bad) sandbox.settings.invalid.add(emails[index]?.to.address ?? "");
  return emails;
}

const taken = () => sandbox.accepted.map((one) => one.tags["tidings_dispatch"]);

describe("a bad message in a batch", () => {
  it.each([0, 1, 37, 98, 99])("at %i is rejected alone", async (bad) => {
    const emails = withBad(100, bad);
    const report = await resend.send(emails);
    expect(report.outcomes.map((outcome) => outcome.kind)).toEqual(
      emails.map((_, index) => (index === bad ? "rejected" : "accepted")),
    );
    expect(report.health).toEqual({ kind: "ok" });
    expect(taken()).toEqual(emails.filter((_, index) => index !== bad).map((email) => email.dispatchId));
    expect(sandbox.requests.length).toBeLessThanOrEqual(20);
  });

  it("is searched at Resend's pace", async () => {
    await resend.send(withBad(4, 0));
    expect(sandbox.requests).toHaveLength(5);
    expect(clock.slept).toEqual([200, 200, 200, 200]);
  });

  it("may be one of many: each call settles some, puts off the others, and none is sent twice", async () => {
    const emails = withBad(100, ...Array.from({ length: 50 }, (_, i) => i * 2));
    let left = emails;
    const sent: string[] = [];
    const rejected: string[] = [];
    for (let round = 0; round < 60 && left.length > 0; round++) {
      sandbox.requests.length = 0;
      const { outcomes } = await resend.send(left);
      expect(sandbox.requests.length).toBeLessThanOrEqual(20);
      sent.push(...left.filter((_, i) => outcomes[i]?.kind === "accepted").map((email) => email.dispatchId));
      rejected.push(
        ...left.filter((_, i) => outcomes[i]?.kind === "rejected").map((email) => email.dispatchId),
      );
      const before = left.length;
      left = left.filter((_, i) => short(outcomes[i]) === "deferred not_tried");
      expect(left.length).toBeLessThan(before);
    }
    expect(sent.toSorted()).toEqual(emails.filter((_, i) => i % 2 === 1).map((email) => email.dispatchId));
    expect(rejected.toSorted()).toEqual(
      emails.filter((_, i) => i % 2 === 0).map((email) => email.dispatchId),
    );
    expect(new Set(taken())).toEqual(new Set(sent));
    expect(taken()).toHaveLength(50);
  });

  it("is not searched any more once Resend asks for a pause", async () => {
    const emails = withBad(4, 3);
    sandbox.failNext(failing(422, "validation_error"));
    sandbox.failNext(failing(429, "rate_limit_exceeded", { "retry-after": "2" }));
    const report = await resend.send(emails);
    expect(shorts(report)).toEqual([
      "deferred rate_limited",
      "deferred rate_limited",
      "deferred not_tried",
      "deferred not_tried",
    ]);
    expect(report.health).toEqual({ kind: "throttled", afterMs: 2_000 });
    expect(sandbox.requests).toHaveLength(2);
  });

  it("is not searched beyond the time that a lease leaves", async () => {
    let now = NOW;
    const slow = { now: () => now, sleep: async () => void (now += 16_000) };
    const report = await createResendProvider({ ...options, clock: slow }).send(withBad(4, 3));
    expect(sandbox.requests).toHaveLength(2);
    expect(shorts(report).slice(2)).toEqual(["deferred not_tried", "deferred not_tried"]);
  });

  it("that we find ourselves costs no request", async () => {
    const bad = anEmail({ to: { name: null, address: "nobody" } });
    const report = await resend.send([anEmail(), bad, anEmail()]);
    expect(shorts(report)).toEqual(["accepted", "rejected invalid_recipient", "accepted"]);
    expect(sandbox.requests).toHaveLength(1);
    await resend.send([bad]);
    expect(sandbox.requests).toHaveLength(1);
  });
});
