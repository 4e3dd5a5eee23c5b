import fc from "fast-check";
import { expect, test } from "vitest";
import { explain, type OnChannel } from "../../src/explain/explain.ts";
import { createHarness, type Harness } from "../support/harness.ts";
import { consumeAll, dispatchOf } from "../support/pipeline.ts";
import { make, type Made, NIGHT, worlds } from "./world.ts";

const ALL = { kind: "all" } as const;
const QUEUES = { push: "tidings-push", email: "tidings-email", in_app: "tidings-bulk" };

const createWorld = (): Harness => {
  const vars = { EMAIL_PROVIDERS: "resend", PUSH_LIMIT_PER_HOUR: "3", EMAIL_LIMIT_PER_HOUR: "3" };
  const h = createHarness({ vars: { ...vars, ORG_DAILY_QUOTA: "100" }, autoDrain: false });
  h.clock.set(NIGHT);
  return h;
};

const waitsIn = ({ rules }: OnChannel) => rules.flatMap((rule) => (rule.verdict === "wait" ? [rule] : []));

/** What sending made of a message, as far as an explanation must have said it. */
async function sent(h: Harness, { id }: Made, channel: keyof typeof QUEUES, said: OnChannel) {
  await consumeAll(h, [{ v: 1, channel, ids: [id] }], QUEUES[channel]);
  const { status, error_code: code, due_at: dueAt } = await dispatchOf(id);
  if (status === "queued") {
    const waits = waitsIn(said);
    // Those over a quota are spread over the next day's first hour.
    const isSaid = waits.some(({ rule, until }) => (rule === "quota" ? dueAt >= until : dueAt === until));
    return { verdict: isSaid ? (said.verdict === "wait" ? "wait" : "later") : `queued till ${dueAt}` };
  }
  if (status === "sent" || status === "delivered") return { verdict: "send", code: null };
  return { verdict: status === "cancelled" ? "skip" : "reject", code };
}

test("an explanation says what sending does, and takes and writes nothing", async () => {
  const h = createWorld();
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      const made = await make(h, world);
      const before = await dispatchOf(made.id);
      const usage = async () => {
        const budget = h.ctx.channels.get(world.channel)?.budget;
        return budget == null ? null : h.ctx.limiters.of(made.userId).usage(budget);
      };
      const used = await usage();
      h.meter.reset();
      const question = { kind: "dispatch", id: made.id } as const;
      const { channels } = await explain(h.ctx, h.deps.types, ALL, question, null);
      expect(h.meter.rowsWritten).toBe(0);
      expect(h.meter.trips).toBeLessThanOrEqual(3);
      expect(await dispatchOf(made.id)).toEqual(before);
      expect(await usage()).toEqual(used);
      const [said] = channels;
      if (said === undefined) throw new Error("Nothing was said");
      const found = await sent(h, made, world.channel, said);
      // What is held up for good may wait for its slot first.
      if (found.verdict === "later") expect(said.verdict).toMatch(/^(?:skip|reject)$/u);
      else
        expect(found).toMatchObject({ verdict: said.verdict, ...("code" in found && { code: said.code }) });
      seen.add(`${said.verdict} ${said.code}`);
    }),
    { numRuns: 250 },
  );
  // It is a property of little worth unless most rules have spoken.
  expect([...seen]).toEqual(
    expect.arrayContaining([
      "send null",
      "reject expired",
      "reject no_device",
      "reject no_address",
      "reject unverified",
      "reject suppressed",
      "skip unsubscribed",
      "skip sender_not_in_charge",
      "reject no_recipient",
      "reject no_words",
      "reject words_failed",
      "reject abandoned",
      "wait quiet_hours",
      "wait user_budget",
      "wait org_quota",
      "wait not_due",
    ]),
  );
}, 120_000);

/** What one that is made has, and what is asked when one is made. */
const OF_ONE_SIDE: ReadonlySet<string> = new Set(["state", "due", "dedupe", "batch", "throttle"]);

test("a message that nobody has made is explained as one that was made", async () => {
  const h = createWorld();
  await fc.assert(
    fc.asyncProperty(worlds, async (drawn) => {
      // What only a message can have that is there.
      const world = {
        ...drawn,
        claims: 0,
        madeAgoMs: 0,
        hasSlot: false,
        dueInMs: 0,
        expiresInMs: null,
        sender: "nobody",
        ttl: null,
        // What is counted when it is made is not counted yet.
        isQuotaUsed: drawn.isQuotaUsed && drawn.channel === "email" && drawn.kind === "own",
      } as const;
      const made = await make(h, { ...world, isKnown: true });
      const { channel } = world;
      const about = { userId: made.userId, orgId: undefined, channel, data: undefined };
      if (made.type === "push" && channel === "in_app") return;
      const ofType = await explain(
        h.ctx,
        h.deps.types,
        ALL,
        { kind: "type", type: made.type, ...about },
        null,
      );
      const ofMade = await explain(h.ctx, h.deps.types, ALL, { kind: "dispatch", id: made.id }, null);
      const [a, b] = [ofType.channels[0], ofMade.channels[0]];
      const plain = (one: OnChannel | undefined) => one?.rules.filter(({ rule }) => !OF_ONE_SIDE.has(rule));
      expect(plain(a)).toEqual(plain(b));
      expect(a).toMatchObject({ verdict: b?.verdict, code: b?.code, until: b?.until });
      // Its event is another one.
      const shown = (one: OnChannel | undefined) =>
        JSON.stringify(one?.rendering ?? null).replaceAll(/evt_\w+/gu, "evt");
      if (world.kind === "own") expect(shown(a)).toEqual(shown(b));
    }),
    { numRuns: 100 },
  );
}, 120_000);
