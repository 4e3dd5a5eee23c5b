import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { createApp } from "../../src/app.ts";
import { createDeps } from "../../src/deps.ts";
import { EMAIL_PROVIDERS } from "../../src/channels/email/providers/index.ts";
import { serviceAccountOf } from "../support/sandbox/fcm/account.ts";
import { PUSH_PROVIDERS } from "../../src/channels/push/providers/index.ts";
import { SMS_PROVIDERS } from "../../src/channels/sms/providers/index.ts";
import { ConfigError, readConfig as readConfigWith } from "../../src/config/config.ts";

const readConfig = (vars: object) =>
  readConfigWith(vars, { push: PUSH_PROVIDERS, email: EMAIL_PROVIDERS, sms: SMS_PROVIDERS });

const SECRET = "s".repeat(32);
const RIGHT = {
  PUBLIC_URL: "https://tidings.example.com",
  JWT_SECRET: SECRET,
  LINK_SECRET: SECRET,
  PUSH_PROVIDERS: "expo",
  EMAIL_PROVIDERS: "cloudflare",
  EMAIL_FROM: "Tidings <notifications@example.com>",
};

/** The variables that are complained about. */
function wrongIn(vars: object): string[] {
  try {
    readConfig(vars);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => problem.split(/[.:]/)[0] ?? "");
  }
}

describe("the configuration", () => {
  test("needs little, and is production with everything closed", () => {
    const config = readConfig(RIGHT);
    expect(config).toMatchObject({
      environment: "production",
      corsOrigins: [],
      push: { providers: ["expo"], limitPerHour: 60 },
      leaseMs: 60_000,
      sweepAfterMs: 120_000,
      sendWaitMs: 3_000,
      retentionDays: 60,
      tombstoneDays: 90,
      inApp: { limitPerHour: 600 },
      orgDailyQuota: 1_000_000,
      databaseLimitBytes: 10_000_000_000,
    });
    expect(config.openContracts.size).toBe(0);
  });

  test("names every variable that is missing", () => {
    const all = [
      "PUBLIC_URL",
      "JWT_SECRET",
      "LINK_SECRET",
      "PUSH_PROVIDERS",
      "EMAIL_PROVIDERS",
      "EMAIL_FROM",
    ];
    expect(wrongIn({}).toSorted()).toEqual(all.toSorted());
  });

  test("takes an empty variable for one that is not set", () => {
    expect(
      readConfig({ ...RIGHT, OPEN_CONTRACTS: "", PUSH_LIMIT_PER_HOUR: "", JWKS_URL: "" }).push.limitPerHour,
    ).toBe(60);
    expect(wrongIn({ ...RIGHT, JWT_SECRET: "" })).toEqual(["JWT_SECRET"]);
  });

  test.each([
    ["a secret that is short", { JWT_SECRET: "short" }, ["JWT_SECRET"]],
    ["no number", { PUSH_LIMIT_PER_HOUR: "many" }, ["PUSH_LIMIT_PER_HOUR"]],
    [
      "a number out of range",
      { LEASE_SECONDS: "0", SWEEP_AFTER_SECONDS: "-1", SEND_WAIT_SECONDS: "11" },
      ["LEASE_SECONDS", "SWEEP_AFTER_SECONDS", "SEND_WAIT_SECONDS"],
    ],
    ["half a number", { RETENTION_DAYS: "1.5" }, ["RETENTION_DAYS"]],
    [
      "no URL",
      { PUBLIC_URL: "example.com", EXPO_BASE_URL: "ftp://exp.host" },
      ["PUBLIC_URL", "EXPO_BASE_URL"],
    ],
    ["an environment that is not known", { ENVIRONMENT: "prod" }, ["ENVIRONMENT"]],
    [
      "a contract that is not public",
      { OPEN_CONTRACTS: "push-notifications,user-notifications" },
      ["OPEN_CONTRACTS"],
    ],
    ["a provider that is not known", { PUSH_PROVIDERS: "expo,pigeon" }, ["PUSH_PROVIDERS"]],
    ["no provider", { PUSH_PROVIDERS: " , " }, ["PUSH_PROVIDERS"]],
    [
      "`log` in production",
      { PUSH_PROVIDERS: "expo,log", EMAIL_PROVIDERS: "log" },
      ["PUSH_PROVIDERS", "EMAIL_PROVIDERS"],
    ],
    [
      "both a secret and a key server",
      { JWKS_URL: "https://id.example.com", JWT_ISSUER: "i", JWT_AUDIENCE: "a" },
      ["JWT_SECRET"],
    ],
    [
      "a key server alone",
      { JWT_SECRET: "", JWKS_URL: "https://id.example.com" },
      ["JWT_ISSUER", "JWT_AUDIENCE"],
    ],
    [
      "a provider without its keys",
      { EMAIL_PROVIDERS: "ses,resend" },
      ["SES_ACCESS_KEY_ID", "SES_SECRET_ACCESS_KEY", "RESEND_API_KEY"],
    ],
    ["Access without an audience", { ACCESS_TEAM_DOMAIN: "acme.cloudflareaccess.com" }, ["ACCESS_AUDIENCE"]],
    ["Access without a team", { ACCESS_AUDIENCE: "4714" }, ["ACCESS_TEAM_DOMAIN"]],
    [
      "an address as Access's team",
      { ACCESS_TEAM_DOMAIN: "https://acme.cloudflareaccess.com", ACCESS_AUDIENCE: "4714" },
      ["ACCESS_TEAM_DOMAIN"],
    ],
    ["FCM without an account", { PUSH_PROVIDERS: "fcm" }, ["FCM_SERVICE_ACCOUNT"]],
    [
      "accounts of FCM that are none",
      { FCM_SERVICE_ACCOUNT: "hush", FCM_SERVICE_ACCOUNTS: "[]", EXPO_ACCESS_TOKENS: '{"a b":"hush"}' },
      ["FCM_SERVICE_ACCOUNT", "FCM_SERVICE_ACCOUNTS", "EXPO_ACCESS_TOKENS"],
    ],
    ["a webhook's secret that is none", { RESEND_WEBHOOK_SECRET: "whsec_?" }, ["RESEND_WEBHOOK_SECRET"]],
    [
      "wrong things of every kind at once",
      {
        LINK_SECRET: "",
        PUSH_PROVIDERS: "log",
        JWT_SECRET: "",
        EMAIL_PROVIDERS: "resend",
        LEASE_SECONDS: "x",
      },
      ["LINK_SECRET", "LEASE_SECONDS", "JWT_SECRET", "PUSH_PROVIDERS", "RESEND_API_KEY"],
    ],
  ])("with %s is refused by name", (_, vars, expected) => {
    expect(wrongIn({ ...RIGHT, ...vars }).toSorted()).toEqual(expected.toSorted());
  });

  const account = serviceAccountOf("acme");
  const problemsWith = (vars: Record<string, string>) => {
    try {
      readConfig({ ...RIGHT, ...vars });
      return [];
    } catch (error) {
      return error instanceof ConfigError ? error.problems : [String(error)];
    }
  };

  test.each([
    ["is no JSON", "{ hush", ["FCM_SERVICE_ACCOUNT: must be JSON"]],
    ["is not a key file", '"hush"', ["FCM_SERVICE_ACCOUNT: must be a service account's key file (JSON)"]],
    [
      "is of another kind and is not whole",
      JSON.stringify({ ...account, type: "hush", project_id: undefined }),
      [
        "FCM_SERVICE_ACCOUNT: type must be service_account: this is the key of something else",
        "FCM_SERVICE_ACCOUNT: project_id must be there",
      ],
    ],
    [
      "has a key that is none",
      JSON.stringify({ ...account, private_key: "hush" }),
      ["FCM_SERVICE_ACCOUNT: private_key must be a private key in PEM (BEGIN PRIVATE KEY)"],
    ],
    [
      "would get its tokens from no address",
      JSON.stringify({ ...account, token_uri: "hush" }),
      ["FCM_SERVICE_ACCOUNT: token_uri must be an address"],
    ],
  ])("with a service account that %s says so, and never shows it", (_, FCM_SERVICE_ACCOUNT, problems) => {
    expect(problemsWith({ FCM_SERVICE_ACCOUNT })).toEqual(problems);
  });

  test("names the app whose account is wrong", () => {
    const accounts = { shop: account, kiosk: { ...account, client_email: "" } };
    expect(problemsWith({ FCM_SERVICE_ACCOUNTS: JSON.stringify(accounts) })).toEqual([
      "FCM_SERVICE_ACCOUNTS: kiosk.client_email must not be empty",
    ]);
  });

  test("needs one of FCM's accounts, whichever it is", () => {
    const PUSH_PROVIDERS = "fcm";
    expect(problemsWith({ PUSH_PROVIDERS })).toEqual([
      "FCM_SERVICE_ACCOUNT: it or FCM_SERVICE_ACCOUNTS is needed for the push provider fcm",
    ]);
    expect(problemsWith({ PUSH_PROVIDERS, FCM_SERVICE_ACCOUNT: JSON.stringify(account) })).toEqual([]);
    expect(problemsWith({ PUSH_PROVIDERS, FCM_SERVICE_ACCOUNTS: JSON.stringify({ shop: account }) })).toEqual(
      [],
    );
  });

  test("allows `log` in development", () => {
    expect(
      readConfig({ ...RIGHT, ENVIRONMENT: "development", PUSH_PROVIDERS: "log" }).push.providers,
    ).toEqual(["log"]);
  });

  test("takes the key server's address as it is, and the base of links without a slash at its end", () => {
    const config = readConfig({
      ...RIGHT,
      JWT_SECRET: "",
      JWKS_URL: "https://id.example.com/keys/",
      JWT_ISSUER: "https://id.example.com/",
      JWT_AUDIENCE: "tidings",
      PUBLIC_URL: "https://tidings.example.com//",
    });
    expect([config.jwt, config.publicUrl]).toEqual([
      {
        kind: "jwks",
        url: "https://id.example.com/keys/",
        issuer: "https://id.example.com/",
        audience: "tidings",
      },
      "https://tidings.example.com",
    ]);
  });

  test("never shows a value, however wrong it is", () => {
    const names = Object.keys(RIGHT).concat(
      "JWKS_URL",
      "PUBLIC_URL",
      "ENVIRONMENT",
      "OPEN_CONTRACTS",
      "LEASE_SECONDS",
      "EXPO_BASE_URL",
      "LINK_SECRET_PREVIOUS",
      "RETENTION_DAYS",
    );
    const vars = Object.fromEntries(names.map((name) => [name, "hush-hush"]));
    expect(() => readConfig(vars)).toThrow(ConfigError);
    expect(() => readConfig(vars)).not.toThrow(/hush-hush/);
  });
});

test("a service whose configuration is wrong answers 503, tells the caller nothing, and names the variables in the log", async () => {
  const lines = vi.spyOn(console, "error").mockImplementation(() => {});
  try {
    const app = createApp((env) => createDeps(env));
    const bindings = { ...env, ...RIGHT, JWT_SECRET: "hush" };
    const answer = await app.fetch(new Request("http://tidings.test/api/v1/notifications"), bindings);
    const text = await answer.text();
    expect([answer.status, answer.headers.get("content-type")]).toEqual([503, "application/problem+json"]);
    expect(text).not.toMatch(/JWT_SECRET|hush/);
    const logged = lines.mock.calls.join();
    expect(logged).toContain("JWT_SECRET");
    expect(logged).not.toContain("hush");
  } finally {
    lines.mockRestore();
  }
});
