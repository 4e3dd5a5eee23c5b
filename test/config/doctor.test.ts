import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { EMAIL_PROVIDERS } from "../../src/channels/email/providers/index.ts";
import { PUSH_PROVIDERS } from "../../src/channels/push/providers/index.ts";
import { SMS_PROVIDERS } from "../../src/channels/sms/providers/index.ts";
import { ConfigError, readConfig, variableNames } from "../../src/config/config.ts";
import { diagnose, type Finding } from "../../src/config/doctor.ts";
import { isSecret } from "../../src/config/variables.ts";

const known = { push: PUSH_PROVIDERS, email: EMAIL_PROVIDERS, sms: SMS_PROVIDERS };

const SECRET = "s".repeat(32);
const RIGHT = {
  PUBLIC_URL: "https://tidings.fonn.no",
  JWT_SECRET: SECRET,
  LINK_SECRET: SECRET,
  SECRETS_KEY: SECRET,
  PUSH_PROVIDERS: "expo",
  EMAIL_PROVIDERS: "cloudflare",
  EMAIL_FROM: "Tidings <notifications@fonn.no>",
  EMAIL: {},
};

const of = (env: object, sealed: readonly string[] = []) => diagnose({ env, known, sealed });
const bad = (findings: readonly Finding[]) =>
  findings.filter(({ level }) => level !== "ok").map(({ level, what }) => [level, what]);

describe("the doctor", () => {
  test("finds nothing wrong with a right configuration, and says what there is", () => {
    const findings = of(RIGHT);
    expect(bad(findings)).toEqual([]);
    expect(findings.map(({ what }) => what)).toEqual([
      "Tokens are verified with JWT_SECRET.",
      "Stored secrets are sealed with SECRETS_KEY.",
      "E-mails come from notifications@fonn.no.",
      "Links in messages lead to https://tidings.fonn.no.",
      "Pushes go through expo.",
      "E-mails go through cloudflare.",
    ]);
  });

  test("says of each variable that is missing how to set it", () => {
    const { LINK_SECRET: _, PUBLIC_URL: __, ...rest } = RIGHT;
    expect(of(rest).slice(0, 2)).toEqual([
      {
        level: "missing",
        what: "LINK_SECRET is not set.",
        fix: "Run `npx wrangler secret put LINK_SECRET`.",
      },
      {
        level: "missing",
        what: "PUBLIC_URL: is needed in production; links in e-mails lead there.",
        fix: "Set PUBLIC_URL under [vars] in wrangler.toml, and deploy.",
      },
    ]);
    expect(of({ ...rest, ENVIRONMENT: "development" })[0]?.fix).toBe("Set LINK_SECRET in .dev.vars.");
  });

  test("knows of a sealed secret only that it is there", () => {
    const { LINK_SECRET: _, JWT_SECRET: __, ...rest } = RIGHT;
    expect(bad(of(rest, ["LINK_SECRET", "JWT_SECRET"]))).toEqual([]);
    expect(bad(of({ ...rest, JWKS_URL: "https://id.fonn.no/jwks" }, ["LINK_SECRET", "JWT_SECRET"]))).toEqual([
      ["missing", "JWT_SECRET: exactly one of JWT_SECRET and JWKS_URL must be set."],
      ["missing", "JWT_ISSUER: is needed with JWKS_URL."],
      ["missing", "JWT_AUDIENCE: is needed with JWKS_URL."],
    ]);
  });

  test.each([
    [
      "a sender of an example",
      { EMAIL_FROM: "Tidings <notifications@example.com>" },
      ["missing", "E-mails come from notifications@example.com, a domain that cannot be yours."],
    ],
    [
      "links to the machine itself",
      { PUBLIC_URL: "http://127.0.0.1:8787" },
      ["missing", "Links in messages lead to http://127.0.0.1:8787, which readers cannot reach."],
    ],
    [
      "links without TLS",
      { PUBLIC_URL: "http://tidings.fonn.no" },
      ["warning", "Links in messages lead to http://tidings.fonn.no, without TLS."],
    ],
    [
      "open contracts",
      { OPEN_CONTRACTS: "push-notifications" },
      ["warning", "Anybody may call these contracts without a token: push-notifications."],
    ],
    [
      "every origin",
      { CORS_ORIGINS: "https://a.example, *" },
      ["warning", "Pages of every origin may call the API from a browser."],
    ],
    [
      "a provider whose events are not accepted",
      { EMAIL_PROVIDERS: "cloudflare,resend", RESEND_API_KEY: "re_1" },
      [
        "warning",
        "RESEND_WEBHOOK_SECRET is not set: /webhooks/resend accepts no event, so that bounces and complaints are not noticed.",
      ],
    ],
    [
      "a rotation that is over",
      { POSTMARK_WEBHOOK_CREDENTIALS_PREVIOUS: "user:0123456789abcdef" },
      ["warning", "POSTMARK_WEBHOOK_CREDENTIALS_PREVIOUS is still accepted."],
    ],
    [
      "a name that is misspelt",
      { RETENTION_DAY: "30" },
      ["warning", "RETENTION_DAY is set, but nothing reads it."],
    ],
    [
      "development under an address that others reach",
      { ENVIRONMENT: "development" },
      ["warning", "This is development: contracts may be open, and messages may go nowhere."],
    ],
  ])("finds %s", (_, vars, finding) => {
    const found = bad(of({ ...RIGHT, ...vars }));
    expect(found).toEqual([finding]);
  });

  test("asks for FCM's account, and takes a sealed one for one", () => {
    const vars = { ...RIGHT, PUSH_PROVIDERS: "expo,fcm" };
    expect(bad(of(vars))).toEqual([
      ["missing", "FCM_SERVICE_ACCOUNT: it or FCM_SERVICE_ACCOUNTS is needed for the push provider fcm."],
    ]);
    for (const name of ["FCM_SERVICE_ACCOUNT", "FCM_SERVICE_ACCOUNTS"]) {
      const found = diagnose({ env: vars, known, sealed: [name] });
      expect(bad(found)).toEqual([]);
      expect(found.map(({ what }) => what)).toContain("Pushes go through expo, then fcm.");
    }
  });

  test("finds that a provider's binding is not there", () => {
    const { EMAIL: _, ...rest } = RIGHT;
    expect(bad(of(rest))).toEqual([["missing", "The provider cloudflare has no binding EMAIL."]]);
  });

  test("finds nothing wrong with a machine for development", () => {
    const local = {
      ...RIGHT,
      ENVIRONMENT: "development",
      PUBLIC_URL: "http://127.0.0.1:8787",
      PUSH_PROVIDERS: "log",
      EMAIL_PROVIDERS: "log",
      EMAIL_FROM: "Tidings <notifications@example.com>",
      CORS_ORIGINS: "*",
    };
    expect(bad(of(local))).toEqual([]);
    expect(of(local).map(({ what }) => what)).toContain("Pushes go through log, which delivers nothing.");
  });

  const texts = fc.oneof(
    fc.constantFrom("", "log", "expo", "cloudflare,log", "https://a.fonn.no", "development", SECRET, "1"),
    fc.string(),
  );
  const environments = fc.dictionary(fc.constantFrom(...variableNames(known)), texts);

  test("finds something missing whenever the service would refuse to start", () => {
    fc.assert(
      fc.property(environments, (env) => {
        const found = of({ ...env, EMAIL: {} });
        try {
          readConfig(env, known);
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          const named = new Set(error.problems.map((problem) => problem.split(":")[0]));
          for (const name of named)
            expect(found.some(({ level, what }) => level === "missing" && what.startsWith(name ?? ""))).toBe(
              true,
            );
        }
      }),
    );
  });

  test("warns where secrets of customers cannot be stored, and names a former key that has done its work", () => {
    const { SECRETS_KEY: _, ...without } = RIGHT;
    expect(bad(of(without))).toEqual([
      ["warning", "SECRETS_KEY is not set: chat connections and webhook endpoints cannot be stored."],
    ]);
    expect(bad(of({ ...RIGHT, SECRETS_KEY_PREVIOUS: SECRET }))).toEqual([
      ["warning", "SECRETS_KEY_PREVIOUS is still accepted."],
    ]);
  });

  test("never shows a secret, however wrong it is", () => {
    fc.assert(
      fc.property(environments, (env) => {
        const marked = Object.fromEntries(
          Object.entries(env).map(([name, value]) => [name, isSecret(name) ? `hush-${value}` : value]),
        );
        const said = JSON.stringify(of({ ...marked, EMAIL: {} }));
        expect(said).not.toContain("hush-");
      }),
    );
  });
});

test("the names of secrets are known by their endings", () => {
  expect(variableNames(known).filter(isSecret).toSorted()).toEqual([
    "EXPO_ACCESS_TOKEN",
    "EXPO_ACCESS_TOKENS",
    "FCM_SERVICE_ACCOUNT",
    "FCM_SERVICE_ACCOUNTS",
    "JWT_SECRET",
    "LINK_SECRET",
    "LINK_SECRET_PREVIOUS",
    "POSTMARK_TOKEN",
    "POSTMARK_WEBHOOK_CREDENTIALS",
    "POSTMARK_WEBHOOK_CREDENTIALS_PREVIOUS",
    "RESEND_API_KEY",
    "RESEND_WEBHOOK_SECRET",
    "RESEND_WEBHOOK_SECRET_PREVIOUS",
    "SECRETS_KEY",
    "SECRETS_KEY_PREVIOUS",
    "SES_ACCESS_KEY_ID",
    "SES_SECRET_ACCESS_KEY",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_AUTH_TOKEN_PREVIOUS",
    "VAPID_KEYS",
    "VAPID_PRIVATE_KEY",
    "VONAGE_API_KEY",
    "VONAGE_API_SECRET",
    "VONAGE_SIGNATURE_SECRET",
    "VONAGE_SIGNATURE_SECRET_PREVIOUS",
  ]);
});
