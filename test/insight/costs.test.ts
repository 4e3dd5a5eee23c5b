import { beforeEach, describe, expect, test } from "vitest";
import { countHours } from "../../src/insight/count-hours.ts";
import { costs, price } from "../../src/insight/costs.ts";
import { PLAN, PRICES, UNITS } from "../../src/insight/prices.ts";
import { HOUR } from "../../src/lib/clock.ts";
import { removeOld } from "../../src/log/retention.ts";
import { createWorld } from "../support/pipeline.ts";
import { emptyInsight, givenMade } from "./world.ts";

beforeEach(emptyInsight);

const NONE = { sent: 0, failed: 0, bounced: 0, deferred: 0, waiting: 0, cancelled: 0 };
const MONTH = { since: 0, minutes: 0, gigabytes: 0, share: 1 };
const lineOf = (what: string, found: ReturnType<typeof price>) =>
  found.lines.find((line) => line.what === what);

describe("a month costs", () => {
  test("the plan, as long as it includes everything", () => {
    const idle = price([], { ...MONTH, minutes: 31 * 24 * 60, gigabytes: 5 });
    expect(idle.dollars).toBe(PLAN);
    expect(lineOf(PRICES.rowsWritten.name, idle)).toEqual({
      what: "D1 rows written",
      used: 31 * 24 * 60 * UNITS.minute.rowsWritten,
      included: 50_000_000,
      dollars: 0,
    });
  });

  test("what a message costs, times the messages, beyond what is included", () => {
    const found = price(
      [{ channel: "push", provider: "expo", ...NONE, sent: 9_000_000, failed: 1_000_000 }],
      MONTH,
    );
    expect(found.messages).toBe(10_000_000);
    // A push writes eight rows: 50 of the 80 million are included.
    expect(lineOf(PRICES.rowsWritten.name, found)?.dollars).toBeCloseTo(30);
    expect(lineOf(PRICES.requests.name, found)?.dollars).toBeCloseTo(3);
    expect(lineOf(PRICES.queueOperations.name, found)?.dollars).toBeCloseTo(29 * 0.4);
    expect(found.perThousand.push).toBeCloseTo(0.0112, 4);
  });

  test("storage for the part of the month that has passed", () => {
    const found = price([], { ...MONTH, gigabytes: 9, share: 0.5 });
    expect(found.dollars).toBeCloseTo(PLAN + 4 * 0.75 * 0.5);
  });

  test("what providers take, where their price is known", () => {
    const email = { channel: "email", ...NONE };
    const found = price(
      [
        { ...email, provider: "cloudflare", sent: 4_000, bounced: 1_000, failed: 2_000 },
        { ...email, provider: "ses", sent: 10_000 },
        { ...email, provider: "postmark", sent: 10_000 },
      ],
      MONTH,
    );
    expect(found.providers.map(({ what, used, dollars }) => [what, used, Math.round(dollars * 100)])).toEqual(
      [
        ["E-mails by ses", 10_000, 100],
        ["E-mails by cloudflare", 5_000, 70],
      ],
    );
    expect(found.dollars).toBeCloseTo(PLAN + 1.7);
  });
});

test("the counts are those of this month (UTC), counted or not", async () => {
  const h = createWorld();
  h.clock.set(Date.UTC(2026, 2, 31, 23, 30));
  await givenMade(h, { n: 9 });
  h.clock.advance(HOUR);
  await givenMade(h, { n: 2 });
  const read = async () => (await h.ctx.db.read({ found: costs(h.ctx) })).found;
  expect(await read()).toMatchObject({ since: Date.UTC(2026, 3, 1), messages: 2 });
  h.clock.advance(HOUR);
  await countHours(h.ctx);
  await givenMade(h, { n: 3, channel: "email", provider: "ses" });
  expect(await read()).toMatchObject({ messages: 5, providers: [{ what: "E-mails by ses", used: 3 }] });
});

test("the month is whole even where the log is kept for less", async () => {
  const h = createWorld({ RETENTION_DAYS: "2" });
  h.clock.set(Date.UTC(2026, 2, 3, 8));
  await givenMade(h, { n: 4 });
  h.clock.advance(HOUR);
  await countHours(h.ctx);
  h.clock.set(Date.UTC(2026, 2, 31, 8));
  await removeOld(h.ctx);
  await countHours(h.ctx);
  expect((await h.ctx.db.read({ found: costs(h.ctx) })).found).toMatchObject({ messages: 4 });
});
