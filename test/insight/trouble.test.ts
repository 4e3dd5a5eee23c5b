import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { Scope } from "../../src/auth/scope.ts";
import type { Finding } from "../../src/config/doctor.ts";
import { messageTroubles } from "../../src/insight/trouble/messages.ts";
import { overview, type Span } from "../../src/insight/overview.ts";
import { FAILURES_TO_OPEN } from "../../src/delivery/gate/breaker.ts";
import { DAY, HOUR, MINUTE } from "../../src/lib/clock.ts";
import type { Harness } from "../support/harness.ts";
import { batchOf, consumeAll, createWorld, givenUsers } from "../support/pipeline.ts";
import { expectNoScan } from "../support/plans.ts";
import { givenOrg, givenUser } from "../support/world.ts";
import { emptyInsight, givenMade } from "./world.ts";

beforeEach(emptyInsight);

const ALL: Scope = { kind: "all" };

/** A service whose cron runs. */
async function aService(vars: Record<string, string> = {}): Promise<Harness> {
  const h = createWorld(vars);
  await h.tick();
  return h;
}

const see = (h: Harness, scope: Scope = ALL, config: readonly Finding[] = [], span: Span = "day") =>
  overview(h.ctx, scope, { span, config });

const told = async (h: Harness, scope?: Scope) =>
  (await see(h, scope)).troubles.map(({ level, what }) => `${level}: ${what}`);

describe("of a service that is well", () => {
  test("nothing is told", async () => {
    const h = await aService();
    await givenMade(h, { n: 5 });
    expect(await told(h)).toEqual([]);
  });
});

describe("it is told that", () => {
  test("the cron has not come, ever or lately", async () => {
    const h = createWorld();
    expect(await told(h)).toEqual([expect.stringContaining("error: The cron has never run.")]);
    await h.tick();
    h.clock.advance(3 * HOUR);
    expect(await told(h)).toEqual(["error: The cron last ran 3 hours ago; it should run every minute."]);
  });

  test("a job fails, or has missed its run", async () => {
    const h = await aService();
    await h.tick("17 * * * *");
    h.clock.advance(3 * HOUR);
    await h.tick();
    await env.DB.prepare("UPDATE job_runs SET error = 'TypeError' WHERE job = 'sweep'").run();
    expect(await told(h)).toEqual([
      "error: The last run of sweep failed.",
      "warning: hourly_counts, reseal_secrets and retention have not run for two hours.",
    ]);
  });

  test("messages are overdue", async () => {
    const h = await aService();
    await givenMade(h, { status: "queued" });
    h.clock.advance(25 * MINUTE);
    await env.DB.prepare("UPDATE job_runs SET started_at = ?").bind(h.clock.now()).run();
    expect(await told(h)).toEqual(["error: The oldest unsent message is 25 minutes late."]);
  });

  test("the database is nearly full", async () => {
    const h = await aService();
    const config = { ...h.ctx.config, databaseLimitBytes: 10_000 };
    const { troubles } = await overview({ ...h.ctx, config }, ALL, { span: "day", config: [] });
    expect(troubles.map(({ what }) => what)).toEqual([expect.stringMatching(/^The database is \d+ % full/)]);
  });

  test("a provider fails while another stands in, and that all rest", async () => {
    const h = await aService();
    const fail = async (channel: string, provider: string) => {
      for (let i = 0; i < FAILURES_TO_OPEN; i++)
        await h.ctx.gates(channel, provider).report({ kind: "error" });
    };
    await fail("email", "ses");
    await h.ctx.gates("push", "expo").report({ kind: "throttled", afterMs: 10 * MINUTE });
    expect(await told(h)).toEqual([
      "error: expo asked us to pause until 08:10 UTC. No provider takes pushes now; they wait.",
      "warning: ses has failed 5 times in a row and rests until 08:00 UTC. resend stands in.",
    ]);
  });

  test("a gate does not answer", async () => {
    const h = await aService();
    const gates: Harness["ctx"]["gates"] = (channel, provider) => ({
      ...h.ctx.gates(channel, provider),
      peek: () => Promise.reject(new Error("overloaded")),
    });
    const { troubles } = await overview({ ...h.ctx, gates }, ALL, { span: "day", config: [] });
    expect(troubles.map(({ what }) => what)).toContainEqual(
      "The gate of expo does not answer. No provider takes pushes now; they wait.",
    );
  });

  test("queues have given up messages, each counted once", async () => {
    const h = await aService();
    const bodies = [{ v: 1, channel: "push", ids: [crypto.randomUUID()] }, "nonsense", "more"];
    h.meter.failNext("after");
    await consumeAll(h, bodies, "tidings-dead-letters");
    // One that has come before.
    await h.consume(batchOf(["again"], "tidings-dead-letters", 2).batch);
    expect(await told(h)).toEqual([
      "warning: 3 messages of the queues have failed too often in the last 24 hours (unreadable: 2, wake_up: 1).",
    ]);
    h.clock.advance(DAY);
    await h.tick();
    expect(await told(h)).toEqual([]);
  });

  test("the configuration lacks something; what is only advised is not told here", async () => {
    const h = await aService();
    const { troubles } = await see(h, ALL, [
      { level: "missing", what: "X is not set.", fix: "Set X." },
      { level: "warning", what: "Y is not set.", fix: "Set Y." },
      { level: "ok", what: "Z is set.", fix: null },
    ]);
    expect(troubles).toEqual([
      { level: "error", what: "X is not set.", fix: "Set X.", place: { page: "settings" } },
    ]);
  });

  test("many e-mails bounce", async () => {
    const h = await aService();
    const made = { channel: "email", provider: "ses" };
    await givenMade(h, { ...made, n: 47, status: "delivered" });
    await givenMade(h, { ...made, n: 2, status: "bounced" });
    expect((await told(h)).join()).not.toContain("came back in the last 7 days");
    await givenMade(h, { ...made, n: 3, status: "bounced" });
    expect(await told(h)).toContainEqual(
      expect.stringContaining("warning: 9.6 % of the e-mails through ses came back in the last 7 days."),
    );
    await givenMade(h, { ...made, n: 3, status: "bounced" });
    expect((await told(h))[0]).toContain("error: 14.5 %");
  });

  test("messages failed, for which types, and why", async () => {
    const h = await aService();
    const failed = { status: "failed", provider: null };
    await givenMade(h, { ...failed, n: 2, channel: "email", code: "no_words", type: "order_shipped" });
    await givenMade(h, { ...failed, n: 1, channel: "email", code: "no_words", type: "order_paid" });
    await givenMade(h, { ...failed, n: 4, code: "no_device" });
    await givenMade(h, { ...failed, code: "strange" });
    expect(await told(h)).toEqual([
      "warning: 3 e-mails of “order_shipped” and “order_paid” were not sent: the type has no published words for this channel.",
      "warning: 1 push of “push” failed: strange.",
      "info: 4 pushes of “push” were not sent: the people have no registered device.",
    ]);
    const [words] = (await see(h)).troubles;
    expect(words?.place).toEqual({ page: "wordings", type: "order_shipped", orgId: null });
  });

  test("there are at least so many, where more failed than are looked at", async () => {
    const h = await aService();
    const org = await givenOrg(h);
    const failed = { status: "failed", provider: null, org };
    await givenMade(h, { ...failed, n: 999, code: "no_device" });
    expect((await told(h))[0]).toMatch(/^info: 999 pushes/);
    await givenMade(h, { ...failed, n: 600, code: "no_words" });
    await givenMade(h, { ...failed, n: 3, channel: "email", code: "no_words" });
    const isPart =
      "warning: 1,602 messages failed in the last 24 hours; 1,003 of the newest were looked at here.";
    expect(await told(h)).toEqual([
      expect.stringMatching(/^warning: At least 600 pushes of .* no published words/),
      expect.stringMatching(/^warning: 3 e-mails/),
      isPart,
      expect.stringMatching(/^info: At least 400 pushes of .* no registered device/),
    ]);
    // What is wrong with an organization's messages is looked at together.
    expect(await told(h, { kind: "org", orgId: org })).toEqual([
      expect.stringMatching(/^warning: At least 600 pushes/),
      expect.stringMatching(/^warning: At least 3 e-mails/),
      isPart.replace("1,003", "1,000"),
      expect.stringMatching(/^info: At least 397 pushes/),
    ]);
  });

  test("messages wait for another attempt, but not that they wait for quiet hours", async () => {
    const h = await aService();
    await givenMade(h, { n: 3, status: "queued", code: "expo_server_error" });
    await givenMade(h, { n: 3, status: "queued", code: "quiet_hours" });
    await givenMade(h, { n: 3, status: "queued" });
    expect(await told(h)).toEqual([
      "warning: 3 pushes of “push” wait for another attempt: expo_server_error.",
    ]);
  });

  test("messages were not made, but not those that their readers do not want", async () => {
    const h = await aService();
    const { users } = await givenUsers(h, 1, 0);
    const day = Math.floor(h.clock.now() / DAY);
    await env.DB.batch(
      [
        [day, "unverified", 2],
        [day - 1, "unverified", 3],
        [day - 2, "unverified", 30],
        [day, "switched_off", 9],
      ].map(([on, reason, n]) =>
        env.DB.prepare("INSERT INTO withheld VALUES (?, ?, 'weekly_digest', 'email', ?, ?)").bind(
          on,
          users[0],
          reason,
          n,
        ),
      ),
    );
    expect(await told(h)).toEqual([
      "info: 5 e-mails of “weekly_digest” were not made since yesterday: the e-mail addresses are not verified.",
    ]);
  });
});

describe("of what was not made", () => {
  /** So many people with a message that was withheld today. */
  const withhold = async (h: Harness, reason: string, n: number, org: string) => {
    const day = Math.floor(h.clock.now() / DAY);
    const people = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)`;
    await env.DB.batch([
      env.DB.prepare(
        `${people} INSERT INTO users (id, org_id, email_verified, created_at, updated_at)
         SELECT ?2 || ?3 || printf('%06d', i), ?2, 0, 0, 0 FROM n`,
      ).bind(n, org, reason),
      env.DB.prepare(
        `${people} INSERT INTO withheld SELECT ?4, ?2 || ?3 || printf('%06d', i), 'weekly_digest', 'email', ?3, 1 FROM n`,
      ).bind(n, org, reason, day),
    ]);
  };
  const heldOf = async (h: Harness, scope: Scope) =>
    (await told(h, scope)).filter((one) => one.includes("not made"));

  test("people's wishes hide nothing, and are not even read", async () => {
    const h = await aService();
    const org = await givenOrg(h);
    const costOf = async () => {
      h.meter.reset();
      await h.ctx.db.read({ found: messageTroubles(h.ctx, ALL) });
      return h.meter.rowsRead;
    };
    await withhold(h, "unverified", 2, org);
    const before = await costOf();
    // They come first in the table.
    await withhold(h, "switched_off", 5_000, org);
    const what = [expect.stringMatching(/^info: 2 e-mails of “weekly_digest” were not made/)];
    expect(await heldOf(h, ALL)).toEqual(what);
    expect(await costOf()).toBe(before);
    // There are more people than are looked at.
    await env.DB.prepare("DELETE FROM users WHERE id LIKE '%switched_off005000'").run();
    await env.DB.prepare("DELETE FROM users WHERE id LIKE '%switched_off00499_'").run();
    expect(await heldOf(h, { kind: "org", orgId: org })).toEqual(what);
  });

  test("there are at least so many, where there are more than are looked at", async () => {
    const h = await aService();
    const org = await givenOrg(h);
    await withhold(h, "no_address", 5_001, org);
    for (const scope of [ALL, { kind: "org", orgId: org }] as const)
      expect(await heldOf(h, scope)).toEqual([expect.stringMatching(/^info: At least 5,000 e-mails/)]);
  });
});

describe("an organization's admin", () => {
  test("is told what failed, however many were sent since, and at the same cost", async () => {
    const h = createWorld();
    const org = await givenOrg(h);
    const scope = { kind: "org", orgId: org } as const;
    await givenMade(h, { n: 30, org, status: "failed", code: "no_words", channel: "email" });
    await givenMade(h, { n: 2, org, status: "queued", code: "timeout" });
    const what = [
      expect.stringMatching(/^warning: 30 e-mails of .* no published words/),
      expect.stringMatching(/^warning: 2 pushes of .* wait for another attempt/),
    ];
    expect(await told(h, scope)).toEqual(what);
    const costOf = async () => {
      h.meter.reset();
      await h.ctx.db.read({ found: messageTroubles(h.ctx, scope) });
      return h.meter.rowsRead;
    };
    const before = await costOf();
    await givenMade(h, { n: 1_000, org });
    await givenMade(h, { n: 40, org, status: "queued", code: "quiet_hours" });
    expect(await told(h, scope)).toEqual(what);
    expect(await costOf()).toBe(before);
  });

  test("is told that not all was looked at, where organizations have too many failures", async () => {
    const h = createWorld();
    const top = await givenOrg(h);
    const failed = { n: 1_000, status: "failed", code: "no_words", channel: "email" };
    for (let i = 0; i < 5; i++) await givenMade(h, { ...failed, org: await givenOrg(h, top) });
    const scope = { kind: "org", orgId: top } as const;
    expect(await told(h, scope)).toEqual([
      expect.stringMatching(/^warning: At least 5,000 e-mails/),
      "warning: Only 5,000 of the newest messages that failed in the last 24 hours were looked at here.",
    ]);
    await givenMade(h, { ...failed, n: 7, code: "throttled", org: await givenOrg(h, top) });
    expect(await told(h, scope)).toContain(
      "warning: 5,007 messages failed in the last 24 hours; 5,000 of the newest were looked at here.",
    );
    h.meter.reset();
    await h.ctx.db.read({ found: messageTroubles(h.ctx, scope) });
    // Each of the 5,000 is found in the index, looked up, and grouped.
    expect(h.meter.rowsRead).toBeLessThan(5_000 * 6 + 500);
  });

  test("is told of the own organizations' messages alone, and of nothing that is the service's", async () => {
    const h = createWorld();
    const top = await givenOrg(h);
    const below = await givenOrg(h, top);
    const other = await givenOrg(h);
    const failed = { status: "failed", code: "no_words", channel: "email" };
    await givenMade(h, { ...failed, org: below, type: "mine" });
    await givenMade(h, { ...failed, org: other, type: "theirs" });
    await givenMade(h, { status: "queued", code: "timeout", org: top, type: "mine_too" });
    const day = Math.floor(h.clock.now() / DAY);
    for (const [org, type] of [
      [below, "mine"],
      [other, "theirs"],
    ] as const) {
      const { id } = await givenUser(h, { org });
      await env.DB.prepare("INSERT INTO withheld VALUES (?, ?, ?, 'email', 'no_address', 1)")
        .bind(day, id, type)
        .run();
    }
    await consumeAll(h, ["nonsense"], "tidings-dead-letters");
    await h.ctx.gates("push", "expo").report({ kind: "throttled", afterMs: MINUTE });
    const config = [{ level: "missing", what: "X is not set.", fix: "Set X." }] as const;
    const seen = await see(h, { kind: "org", orgId: top }, config);
    expect(seen.service).toBeNull();
    expect(seen.troubles.map(({ what }) => what)).toEqual([
      expect.stringMatching(/^1 e-mail of “mine” was not sent: .* no published words/),
      expect.stringMatching(/^1 push of “mine_too” waits for another attempt/),
      expect.stringMatching(/^1 e-mail of “mine” was not made since yesterday/),
    ]);
    for (const scope of [{ kind: "own", userId: "usr" }, { kind: "none" }] as const)
      expect(await see(h, scope, config)).toMatchObject({
        troubles: [],
        service: null,
        figures: { total: { sent: 0 } },
      });
  });
});

describe("an overview costs", () => {
  test.each(["day", "week", "month"] as const)(
    "one round trip that goes through no table: %s",
    async (span) => {
      const h = await aService();
      const org = await givenOrg(h);
      await givenMade(h, { n: 3, org, status: "failed" });
      h.clock.advance(HOUR);
      await h.tick("17 * * * *");
      for (const scope of [ALL, { kind: "org", orgId: org } as const]) {
        h.meter.reset();
        await see(h, scope, [], span);
        expect([h.meter.trips, h.meter.rowsWritten]).toEqual([1, 0]);
        // Jobs are a dozen rows, and groups are few.
        const isSmall = (sql: string) => /job_runs|GROUP BY/.test(sql);
        const plans = h.meter.statements.filter(({ sql }) => !/job_runs/.test(sql));
        h.meter.statements.splice(0, Infinity, ...plans);
        await expectNoScan(h, ({ sql }) => isSmall(sql));
      }
    },
  );

  test("no more when the log is long", async () => {
    const h = await aService();
    const costOf = async () => {
      h.meter.reset();
      await see(h);
      return h.meter.rowsRead;
    };
    for (let i = 0; i < 3; i++) {
      await givenMade(h, { n: 40 });
      h.clock.advance(HOUR);
    }
    await h.tick("17 * * * *");
    const before = await costOf();
    h.clock.advance(-HOUR);
    await givenMade(h, { n: 400 });
    h.clock.advance(HOUR);
    await env.DB.prepare("UPDATE counted_hours SET recount_at = 0").run();
    await h.tick("17 * * * *");
    expect(await costOf()).toBe(before);
  });
});
