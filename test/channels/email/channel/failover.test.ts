import { beforeEach, describe, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../../../src/lib/clock.ts";
import type { Harness } from "../../../support/harness.ts";
import { createMailWorld, givenMailsTo, mailNow, mailsOf } from "../../../support/mail.ts";
import { dispatchesOf, dispatchOf, emptyTables, live } from "../../../support/pipeline.ts";
import type { Fault } from "../../../support/sandbox/steer.ts";

// Time passes with sweeps, and a sweep looks at everybody's mail.
beforeEach(emptyTables);

const BROKEN: Fault = { kind: "answer", status: 500, body: { message: "Internal failure" } };
const ALWAYS = 10_000;

/** Rounds of one new mail each, as many as open a provider's circuit. */
async function rounds(h: Harness, count: number): Promise<string[]> {
  const ids = await givenMailsTo(h, count);
  for (const id of ids) await mailNow(h, [id]);
  return ids;
}

const aMailNow = async (h: Harness): Promise<string> => {
  const [id = ""] = await rounds(h, 1);
  return id;
};

const stateOf = async (id: string) => {
  const { status, provider, attempts } = await dispatchOf(id);
  return [status, provider, attempts];
};

const circuitOf = async (h: Harness, name: string) => (await h.ctx.gates("email", name).peek()).circuit;

describe("a first provider that dies", () => {
  test("is tried for five rounds, and then the next one takes over", async () => {
    const h = createMailWorld("ses,resend");
    h.ses.failNext(BROKEN, ALWAYS);
    await rounds(h, 4);
    expect(await circuitOf(h, "ses")).toBe("closed");
    expect(h.resend.requests).toEqual([]);
    const fifth = await aMailNow(h);
    expect(await circuitOf(h, "ses")).toBe("open");
    expect(await stateOf(fifth)).toEqual(["queued", "ses", 1]);

    expect(await stateOf(await aMailNow(h))).toEqual(["sent", "resend", 1]);
    expect(h.ses.requests).toHaveLength(5);
    expect(h.resend.accepted).toHaveLength(1);
  });

  test("loses nothing: what it refused goes out by the next one, once each", async () => {
    const h = createMailWorld("ses,resend");
    h.ses.failNext(BROKEN, ALWAYS);
    const ids = await rounds(h, 7);
    await live(h, 15);
    const states = await dispatchesOf(ids);
    expect(states.map(({ status, provider }) => [status, provider])).toEqual(
      ids.map(() => ["sent", "resend"]),
    );
    expect(ids.map((id) => mailsOf(h, id).length)).toEqual(ids.map(() => 1));
  });

  test("is the first again after one probe that it answers", async () => {
    const h = createMailWorld("ses,resend");
    h.ses.failNext(BROKEN, 5);
    await rounds(h, 5);
    await aMailNow(h);
    h.clock.advance(30 * SECOND);
    expect(await circuitOf(h, "ses")).toBe("half_open");
    expect(await stateOf(await aMailNow(h))).toEqual(["sent", "ses", 1]);
    expect(await circuitOf(h, "ses")).toBe("closed");
    expect(await stateOf(await aMailNow(h))).toEqual(["sent", "ses", 1]);
    expect(h.resend.accepted).toHaveLength(1);
  });

  test("rests longer after a probe that fails, which spends no attempt", async () => {
    const h = createMailWorld("ses,resend");
    h.ses.failNext(BROKEN, 6);
    await rounds(h, 5);
    h.clock.advance(30 * SECOND);
    const probe = await aMailNow(h);
    expect(await stateOf(probe)).toEqual(["queued", "ses", 0]);
    h.clock.advance(59 * SECOND);
    expect(await stateOf(await aMailNow(h))).toEqual(["sent", "resend", 1]);
    h.clock.advance(SECOND);
    expect(await stateOf(await aMailNow(h))).toEqual(["sent", "ses", 1]);
  });
});

describe("a provider that asks to slow down", () => {
  const slowDown: Fault = { kind: "answer", status: 429, body: {}, headers: { "retry-after": "90" } };

  test("rests for as long as it asked, while the next one sends", async () => {
    const h = createMailWorld("ses,resend");
    h.ses.failNext(slowDown);
    const asked = await aMailNow(h);
    expect(await stateOf(asked)).toEqual(["queued", "ses", 0]);
    expect(await stateOf(await aMailNow(h))).toEqual(["sent", "resend", 1]);
    h.clock.advance(89 * SECOND);
    expect(await stateOf(await aMailNow(h))).toEqual(["sent", "resend", 1]);
    h.clock.advance(SECOND);
    expect(await stateOf(await aMailNow(h))).toEqual(["sent", "ses", 1]);
  });

  test("keeps nobody waiting: what it did not take goes to the next one at once", async () => {
    const h = createMailWorld("ses,resend");
    h.ses.failNext(slowDown);
    const id = await aMailNow(h);
    await h.drain();
    expect(await stateOf(id)).toEqual(["sent", "resend", 1]);
    expect(h.ses.requests).toHaveLength(1);
  });

  test("of two that both rest leaves its mail to the first that is back", async () => {
    const h = createMailWorld("ses,resend");
    h.ses.failNext(slowDown);
    h.resend.failNext(slowDown);
    const id = await aMailNow(h);
    await h.drain();
    expect(await stateOf(id)).toEqual(["queued", "resend", 0]);
    await live(h, 4);
    expect(await stateOf(id)).toEqual(["sent", "ses", 1]);
    expect([h.ses.requests.length, h.resend.requests.length]).toEqual([2, 1]);
  });

  test("spends no attempt, however often it asks", async () => {
    const h = createMailWorld("ses");
    h.ses.failNext(slowDown, 10);
    const id = await aMailNow(h);
    await live(h, 10);
    expect(await stateOf(id)).toEqual(["queued", "ses", 0]);
    expect(h.ses.requests.length).toBeGreaterThan(2);
    await live(h, 30);
    expect(await stateOf(id)).toEqual(["sent", "ses", 1]);
    expect(mailsOf(h, id)).toHaveLength(1);
  });
});

describe("when all providers are down for hours", () => {
  test("nothing fails, nothing is lost, and everything is sent once they are back", async () => {
    const h = createMailWorld("ses,resend");
    h.ses.failNext(BROKEN, ALWAYS);
    h.resend.failNext(BROKEN, ALWAYS);
    const ids: string[] = [];
    for (let i = 0; i < 6; i++) {
      ids.push(...(await rounds(h, 2)));
      await live(h, 1);
    }
    await live(h, (3 * HOUR) / MINUTE);
    const meanwhile = await dispatchesOf(ids);
    expect(new Set(meanwhile.map(({ status }) => status))).toEqual(new Set(["queued"]));
    expect(h.ses.accepted.length + h.resend.accepted.length).toBe(0);

    h.ses.forget();
    h.resend.forget();
    await live(h, (3 * HOUR) / MINUTE);
    const after = await dispatchesOf(ids);
    expect(after.map(({ status }) => status)).toEqual(ids.map(() => "sent"));
    expect(ids.map((id) => mailsOf(h, id).length)).toEqual(ids.map(() => 1));
  }, 60_000);
});

describe("a request of which nobody knows whether it was taken", () => {
  const keyOf = (h: Harness, i: number) => h.resend.requests[i]?.headers["idempotency-key"];

  test.each([1, 3])("is repeated as the same request under the same key: %i mail(s)", async (count) => {
    const h = createMailWorld("resend");
    h.resend.failNext({ kind: "drop", accept: true });
    const ids = await givenMailsTo(h, count);
    await mailNow(h, ids);
    const [first] = await dispatchesOf(ids);
    expect([first?.status, first?.error_code]).toEqual(["queued", "network_error"]);
    // Mails that came meanwhile must not get into the request that is repeated.
    const others = await givenMailsTo(h, 2);
    h.clock.advance(MINUTE);
    await mailNow(h, [...others, ...ids]);

    const repeats = h.resend.requests.filter(({ headers }) => headers["idempotency-key"] === keyOf(h, 0));
    expect(keyOf(h, 0)).toBeTruthy();
    expect(repeats).toHaveLength(2);
    expect(repeats[1]?.body).toEqual(repeats[0]?.body);
    expect(repeats[1]?.path).toBe(repeats[0]?.path);
    expect([...ids, ...others].map((id) => mailsOf(h, id).length)).toEqual([...ids, ...others].map(() => 1));
    const states = await dispatchesOf(ids);
    expect(states.map(({ status }) => status)).toEqual(ids.map(() => "sent"));
    expect(states.map((one) => one.provider_message_id)).toEqual(ids.map((id) => mailsOf(h, id)[0]?.id));
  });
});
