import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { examine } from "../../src/cli/doctor/examine.ts";
import type { Plan } from "../../src/cli/doctor/plan.ts";
import { readPlan } from "../../src/cli/doctor/plan.ts";
import { report } from "../../src/cli/doctor/report.ts";
import { ROOT } from "../../src/cli/project.ts";

const NOW = Date.UTC(2026, 10, 28, 8, 0, 0);

/** What a command prints: JSON, text, or an error. */
type Printed = string | { error: string } | readonly unknown[] | object;
type Account = Record<string, Printed>;

const PLAN: Plan = {
  ...readPlan(),
  vars: {
    ENVIRONMENT: "production",
    PUBLIC_URL: "https://tidings.fonn.no",
    PUSH_PROVIDERS: "expo",
    EMAIL_PROVIDERS: "cloudflare",
    EMAIL_FROM: "Tidings <notifications@fonn.no>",
  },
};

const MIGRATIONS = "d1 execute DB --remote --json --command SELECT name FROM d1_migrations";
const consumersOf = (queue: string) => `queues consumer list ${queue} --json`;
const SUBSCRIPTIONS = "queues subscription list tidings-email-events --json";
const DOMAINS = "email sending list fonn.no";
const ALL_EVENTS = ["delivered", "deferred", "bounced", "rejected", "complained", "failed"].map(
  (name) => `message.${name}`,
);

const domains = (enabled: "yes" | "no") => `┌─────────┬─────────┬──────┐
│ name    │ enabled │ tag  │
├─────────┼─────────┼──────┤
│ fonn.no │ ${enabled} │ 3f1a │
└─────────┴─────────┴──────┘`;

/** An account that has everything, as wrangler 4.155 prints it. */
const WELL: Account = {
  "whoami --json": { loggedIn: true, authType: "OAuth Token", accounts: [{ name: "Fonn", id: "a1" }] },
  "secret list --format json": [
    { name: "LINK_SECRET", type: "secret_text" },
    { name: "SECRETS_KEY", type: "secret_text" },
    { name: "JWT_SECRET", type: "secret_text" },
  ],
  "d1 list --json": [{ uuid: "d1", name: "tidings", version: "production", created_at: "2026-11-01" }],
  [MIGRATIONS]: [
    { results: PLAN.migrations.map((name) => ({ name })), success: true, meta: { duration: 1 } },
  ],
  ...Object.fromEntries(
    PLAN.consumed.map(({ queue, deadLetters }) => [
      consumersOf(queue),
      [
        {
          consumer_id: "c1",
          queue_name: queue,
          type: "worker",
          script: "tidings",
          ...(deadLetters !== null && { dead_letter_queue: deadLetters }),
          settings: { batch_size: 100 },
        },
      ],
    ]),
  ),
  [SUBSCRIPTIONS]: [
    {
      id: "s1",
      name: "tidings-email-events email.sending",
      enabled: true,
      source: { type: "email.sending", zone_id: "z1", domain: "fonn.no" },
      destination: { type: "queues.queue", queue_id: "q1" },
      events: ALL_EVENTS,
    },
  ],
  [DOMAINS]: domains("yes"),
};

const asking =
  (account: Account) =>
  async (args: readonly string[]): Promise<{ code: number; stdout: string; output: string }> => {
    const printed = account[args.join(" ")] ?? { error: `Unknown: ${args.join(" ")}` };
    if (typeof printed === "object" && "error" in printed) {
      const output = printed.error.startsWith("{")
        ? `\n${printed.error}\n`
        : `\u001b[31m✘ \u001b[41;31m[\u001b[41;97mERROR\u001b[41;31m]\u001b[0m \u001b[1m${printed.error}\u001b[0m\n`;
      return { code: 1, stdout: "", output };
    }
    const stdout = typeof printed === "string" ? printed : JSON.stringify(printed, null, 2);
    return { code: 0, stdout, output: stdout };
  };

const health = (more: object = {}) => ({
  status: "ok",
  cron: { last_tick_at: new Date(NOW - 30_000).toISOString(), failing_jobs: [] },
  oldest_overdue_seconds: null,
  database: { size_bytes: 1_000_000, limit_bytes: 10_000_000_000 },
  ...more,
});

const answering =
  (body: unknown, status = 200): typeof fetch =>
  async () =>
    Response.json(body, { status });

async function findings(changed: Account, { plan = PLAN, get = answering(health()) } = {}) {
  const found = await examine(plan, asking({ ...WELL, ...changed }), get, NOW);
  return found.filter(({ level }) => level !== "ok").map(({ level, what }) => [level, what]);
}

test("an account that has everything is well", async () => {
  const found = await examine(PLAN, asking(WELL), answering(health()), NOW);
  const { text, isWell } = report(found);
  expect(isWell).toBe(true);
  expect(text).toContain("All is well.");
  expect(found.map(({ what }) => what)).toEqual(
    expect.arrayContaining([
      "The Worker tidings is deployed.",
      "The database tidings has every migration.",
      "All 6 queues are there, and are consumed.",
      "The e-mail events of fonn.no come to tidings-email-events.",
      "Cloudflare sends e-mails from fonn.no.",
      "The service answers, and is well.",
    ]),
  );
});

describe("what an account lacks is found, and how to mend it", () => {
  const [last = ""] = PLAN.migrations.slice(-1);
  const lacking = { results: PLAN.migrations.slice(0, -1).map((name) => ({ name })) };

  test.each<[string, Account, [string, string][]]>([
    [
      "a Worker that is not deployed",
      { "secret list --format json": { error: 'Worker "tidings" not found.' } },
      [["missing", "The Worker tidings is not deployed."]],
    ],
    [
      "a secret",
      {
        "secret list --format json": [
          { name: "JWT_SECRET", type: "secret_text" },
          { name: "SECRETS_KEY", type: "secret_text" },
        ],
      },
      [["missing", "LINK_SECRET is not set."]],
    ],
    ["the database", { "d1 list --json": [] }, [["missing", "There is no database tidings."]]],
    [
      "a migration",
      { [MIGRATIONS]: [lacking] },
      [["missing", `The database tidings lacks 1 migration: ${last}.`]],
    ],
    [
      "all migrations",
      { [MIGRATIONS]: { error: "no such table: d1_migrations: SQLITE_ERROR [code: 7500]" } },
      [
        [
          "missing",
          `The database tidings lacks ${PLAN.migrations.length} migrations: ${PLAN.migrations.join(", ")}.`,
        ],
      ],
    ],
    [
      "a newer version of the code",
      { [MIGRATIONS]: [{ results: [...PLAN.migrations, "9999_later.sql"].map((name) => ({ name })) }] },
      [
        [
          "warning",
          "The database tidings has 1 migration that this copy of the code does not: 9999_later.sql.",
        ],
      ],
    ],
    [
      "a queue",
      {
        [consumersOf("tidings-bulk")]: {
          error:
            'Queue "tidings-bulk" does not exist. To create it, run: wrangler queues create tidings-bulk',
        },
      },
      [["missing", "There is no queue tidings-bulk."]],
    ],
    [
      "a consumer",
      { [consumersOf("tidings-push")]: [] },
      [["missing", "Nothing consumes the queue tidings-push."]],
    ],
    [
      "a queue of one's own",
      { [consumersOf("tidings-push")]: [{ type: "worker", script: "other" }] },
      [["missing", "The queue tidings-push is consumed by other, not by tidings."]],
    ],
    [
      "a dead-letter queue",
      { [consumersOf("tidings-push")]: [{ type: "worker", script: "tidings" }] },
      [
        [
          "warning",
          "The queue tidings-push has not the dead-letter queue of wrangler.toml (tidings-dead-letters).",
        ],
      ],
    ],
    [
      "the subscription of e-mail events",
      { [SUBSCRIPTIONS]: [] },
      [
        [
          "warning",
          "Nobody tells us what became of e-mails from fonn.no: bounces and complaints are not noticed.",
        ],
      ],
    ],
    [
      "a subscription that is on",
      {
        [SUBSCRIPTIONS]: [
          {
            id: "s1",
            enabled: false,
            events: ALL_EVENTS,
            source: { type: "email.sending", domain: "fonn.no" },
          },
        ],
      },
      [["warning", "The subscription of the e-mail events of fonn.no is switched off."]],
    ],
    [
      "the events of a subscription",
      {
        [SUBSCRIPTIONS]: [
          {
            id: "s1",
            enabled: true,
            events: [
              "cf.email.sending.message.delivered",
              "message.deferred",
              "message.failed",
              "message.rejected",
            ],
            source: { type: "email.sending", domain: "fonn.no" },
          },
        ],
      },
      [
        [
          "warning",
          "The subscription of the e-mail events of fonn.no lacks message.bounced, message.complained.",
        ],
      ],
    ],
    [
      "a sending domain",
      { [DOMAINS]: domains("no") },
      [["missing", "Cloudflare sends no e-mails from fonn.no: the domain is not enabled."]],
    ],
    [
      "the domain's zone",
      {
        [DOMAINS]: {
          error: "Could not find a zone for `fonn.no`. Make sure the domain or its parent zone exists",
        },
      },
      [["missing", "Cloudflare sends no e-mails from fonn.no: the account has no such zone."]],
    ],
    [
      "what wrangler prints as JSON",
      { [MIGRATIONS]: { error: '{\n  "error": {\n    "text": "Authentication error"\n  }\n}' } },
      [["missing", "The migrations could not be looked up: Authentication error"]],
    ],
    [
      "what nobody expects",
      { "d1 list --json": { error: "A request to the Cloudflare API failed." } },
      [["missing", "The databases could not be looked up: A request to the Cloudflare API failed."]],
    ],
  ])("%s", async (_, changed, wanted) => {
    expect(await findings(changed)).toEqual(wanted);
  });

  test("each has a way to mend it", async () => {
    const nothing = Object.fromEntries(Object.keys(WELL).map((command) => [command, { error: "No." }]));
    const found = await examine(PLAN, asking({ ...nothing, "whoami --json": {} }), answering({}, 404), NOW);
    expect(found.filter(({ level }) => level !== "ok").length).toBeGreaterThan(8);
    for (const { level, fix } of found) expect(fix === null).toBe(level === "ok");
  });
});

test("without a login only the variables are looked at", async () => {
  const found = await findings({ "whoami --json": { error: "not logged in" } });
  expect(found).toEqual([
    [
      "missing",
      "You are not logged in to Cloudflare: what the account has was not looked at, nor the secrets.",
    ],
  ]);
});

test("a secret that stands in wrangler.toml is named, and not shown", async () => {
  const value = "hush-hush-hush-hush-hush-hush-hush-1";
  const plan = { ...PLAN, vars: { ...PLAN.vars, LINK_SECRET: value } };
  const found = await examine(plan, asking(WELL), answering(health()), NOW);
  expect(JSON.stringify(found)).not.toContain(value);
  expect(found.map(({ what }) => what)).toContain(
    "LINK_SECRET is a secret, and stands in wrangler.toml for all to read.",
  );
});

test("other e-mail providers need no domain at Cloudflare", async () => {
  const plan = { ...PLAN, vars: { ...PLAN.vars, EMAIL_PROVIDERS: "ses" } };
  const found = await findings({ [SUBSCRIPTIONS]: [], [DOMAINS]: domains("no") }, { plan });
  expect(found.map(([, what]) => what).filter((what) => what?.includes("fonn.no"))).toEqual([]);
});

describe("what the service says of itself", () => {
  const cron = (last_tick_at: string | null, failing_jobs: string[] = []) => ({
    cron: { last_tick_at, failing_jobs },
  });
  const tick = new Date(NOW).toISOString();
  test.each<[string, typeof fetch, string]>([
    ["no tick yet", answering(health(cron(null)), 503), "The cron has not come yet."],
    [
      "a cron that stopped",
      answering(health(cron("2026-11-28T07:00:00.000Z")), 503),
      "The cron last came at 2026-11-28T07:00:00.000Z.",
    ],
    ["a failing job", answering(health(cron(tick, ["sweep"])), 503), "These jobs fail: sweep."],
    [
      "late messages",
      answering(health({ oldest_overdue_seconds: 1_200 }), 503),
      "The oldest unsent message is 20 minutes late.",
    ],
    [
      "a full database",
      answering(health({ database: { size_bytes: 9, limit_bytes: 10 } }), 503),
      "The database is 90 % full.",
    ],
    [
      "a Worker that does not start",
      answering({ code: "unavailable" }, 503),
      "https://tidings.fonn.no/healthz answers 503.",
    ],
    [
      "another program",
      answering("Hello", 200),
      "https://tidings.fonn.no/healthz answers 200, and not as Tidings.",
    ],
    [
      "nobody",
      () => Promise.reject(new Error("ENOTFOUND")),
      "Nobody answers at https://tidings.fonn.no/healthz.",
    ],
  ])("%s", async (_, get, what) => {
    expect((await findings({}, { get })).map(([, said]) => said)).toEqual([what]);
  });
});

describe("the command", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tidings-doctor-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function run(account: Account): Promise<{ code: number | null; output: string }> {
    const answers = join(folder, "answers.json");
    await writeFile(answers, JSON.stringify(account));
    const fake = new URL("fake-wrangler.js", import.meta.url);
    const child = spawn(process.execPath, ["--import", fake.href, "src/cli/doctor.ts"], {
      cwd: ROOT,
      env: { ...process.env, FAKE_WRANGLER: answers },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    const code = await new Promise<number | null>((done) => child.on("close", done));
    return { code, output };
  }

  // wrangler.toml as it is in the repository: it has no PUBLIC_URL, and an example's EMAIL_FROM.
  test("exits with 1, and prints what is missing and how to mend it", async () => {
    const { code, output } = await run(WELL);
    expect(output).toContain("✓ The database tidings has every migration.");
    expect(output).toContain("✗ PUBLIC_URL: is needed in production");
    expect(output).toContain("Set PUBLIC_URL under [vars] in wrangler.toml, and deploy.");
    expect(output).toMatch(/Missing or wrong: \d+\./);
    expect(code).toBe(1);
  });

  test("says when nobody is logged in", async () => {
    const { code, output } = await run({});
    expect([code, output]).toEqual([1, expect.stringContaining("npx wrangler login")]);
  });
});
