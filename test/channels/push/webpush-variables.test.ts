import { describe, expect, test } from "vitest";
import { EMAIL_PROVIDERS } from "../../../src/channels/email/providers/index.ts";
import { SMS_PROVIDERS } from "../../../src/channels/sms/providers/index.ts";
import { createAccessTokens } from "../../../src/channels/send-kit/access-tokens/client.ts";
import { createPushProviders, PUSH_PROVIDERS } from "../../../src/channels/push/providers/index.ts";
import { vapidPublicKeys } from "../../../src/channels/push/providers/webpush/keys.ts";
import { ConfigError, readConfig } from "../../../src/config/config.ts";
import { diagnose } from "../../../src/config/doctor.ts";
import { createHarness } from "../../support/harness.ts";
import { VAPID } from "./webpush-fixture.ts";

const known = { push: PUSH_PROVIDERS, email: EMAIL_PROVIDERS, sms: SMS_PROVIDERS };
const SECRET = "x".repeat(32);
const BASE = {
  ENVIRONMENT: "production",
  PUBLIC_URL: "https://tidings.acme.com",
  JWT_SECRET: SECRET,
  LINK_SECRET: SECRET,
  PUSH_PROVIDERS: "webpush",
  EMAIL_PROVIDERS: "cloudflare",
  EMAIL_FROM: "Acme <a@acme.com>",
};
const ONE = {
  VAPID_PUBLIC_KEY: VAPID.publicKey,
  VAPID_PRIVATE_KEY: VAPID.privateKey,
  VAPID_SUBJECT: "mailto:push@acme.com",
};
const SHOP = { public_key: VAPID.publicKey, private_key: VAPID.privateKey };

/** What is wrong with the variables; an empty list where nothing is. */
function problems(vars: Record<string, string>): readonly string[] {
  try {
    readConfig({ ...BASE, ...vars }, known);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems;
  }
}

describe("the variables of Web Push", () => {
  test.each([
    ["one app", ONE],
    ["apps by name", { VAPID_SUBJECT: ONE.VAPID_SUBJECT, VAPID_KEYS: JSON.stringify({ shop: SHOP }) }],
    [
      "an app with its own subject",
      { VAPID_KEYS: JSON.stringify({ shop: { ...SHOP, subject: "https://acme.com/push" } }) },
    ],
    ["both", { ...ONE, VAPID_KEYS: JSON.stringify({ shop: SHOP }) }],
    ["further hosts", { ...ONE, WEB_PUSH_HOSTS: "push.acme.com, *.relay.acme.com" }],
    [
      "this computer, in development",
      { ...ONE, ENVIRONMENT: "development", WEB_PUSH_HOSTS: "http://localhost:9911" },
    ],
  ])("are right for %s", (_, vars) => {
    expect(problems(vars)).toEqual([]);
  });

  test.each([
    [
      "no keys",
      {},
      "VAPID_PUBLIC_KEY: it or VAPID_KEYS is needed for the push provider webpush; `npm run -s vapid` makes a pair",
    ],
    [
      "a private key alone",
      { VAPID_PRIVATE_KEY: VAPID.privateKey },
      "VAPID_PUBLIC_KEY: it or VAPID_KEYS is needed for the push provider webpush; `npm run -s vapid` makes a pair",
    ],
    [
      "a public key alone",
      { VAPID_PUBLIC_KEY: VAPID.publicKey, VAPID_SUBJECT: ONE.VAPID_SUBJECT },
      "VAPID_PRIVATE_KEY: is needed with VAPID_PUBLIC_KEY; `npm run -s vapid` makes both",
    ],
    [
      "no subject",
      { VAPID_PUBLIC_KEY: VAPID.publicKey, VAPID_PRIVATE_KEY: VAPID.privateKey },
      "VAPID_SUBJECT: is needed with VAPID_PUBLIC_KEY or VAPID_KEYS",
    ],
    [
      "an app without a subject",
      { VAPID_KEYS: JSON.stringify({ shop: SHOP }) },
      "VAPID_SUBJECT: is needed with VAPID_PUBLIC_KEY or VAPID_KEYS",
    ],
    [
      "this computer, in production",
      { ...ONE, WEB_PUSH_HOSTS: "http://localhost:9911" },
      "WEB_PUSH_HOSTS: must name no http address in production",
    ],
  ])("name what is wrong: %s", (_, vars, problem) => {
    expect(problems(vars)).toEqual([problem]);
  });

  test.each([
    ["VAPID_PUBLIC_KEY", "compressed-or-whatever"],
    ["VAPID_PUBLIC_KEY", `A${VAPID.publicKey.slice(1)}`],
    ["VAPID_PRIVATE_KEY", `${VAPID.privateKey}AA`],
    ["VAPID_SUBJECT", "push@acme.com"],
    ["VAPID_SUBJECT", "mailto:Push <push@acme.com>"],
    ["VAPID_SUBJECT", "mailto: push@acme.com"],
    ["VAPID_SUBJECT", "mailto:push@localhost"],
    ["VAPID_SUBJECT", "mailto:push@mail.internal"],
    ["VAPID_SUBJECT", "http://acme.com"],
    ["VAPID_KEYS", "{"],
    ["VAPID_KEYS", "[]"],
    ["VAPID_KEYS", JSON.stringify({ shop: { ...SHOP, private_key: "hunter2-hunter2" } })],
    ["VAPID_KEYS", JSON.stringify({ shop: { ...SHOP, privateKey: "hunter2-hunter2" } })],
    ["WEB_PUSH_HOSTS", "*acme.com"],
    ["WEB_PUSH_HOSTS", "*.com"],
    ["WEB_PUSH_HOSTS", "10.0.0.1"],
    ["WEB_PUSH_HOSTS", "https://push.acme.com"],
    ["WEB_PUSH_HOSTS", "http://10.0.0.1:80"],
    ["WEB_PUSH_HOSTS", "localhost"],
  ])("%s is not %s, and the problem does not quote it", (name, value) => {
    const found = problems({ ...ONE, [name]: value });
    expect(found).not.toEqual([]);
    for (const problem of found) {
      expect(problem).toMatch(new RegExp(`^${name}: `));
      expect(problem).not.toContain(value);
      expect(problem).not.toContain("hunter2");
    }
  });
});

test("the doctor asks for nothing where secrets cannot be seen and Web Push is not used", () => {
  const env = { ...BASE, EMAIL: {}, PUSH_PROVIDERS: "expo" };
  const findings = diagnose({ env, known, sealed: ["VAPID_PRIVATE_KEY", "VAPID_KEYS"] });
  expect(findings.filter(({ what }) => /VAPID/.test(what))).toEqual([]);
});

test("the doctor tells how to make the keys, and shows none", () => {
  const findings = diagnose({ env: { ...BASE, EMAIL: {}, VAPID_PRIVATE_KEY: VAPID.privateKey }, known });
  const text = JSON.stringify(findings);
  expect(text).toContain("npm run -s vapid");
  expect(text).not.toContain(VAPID.privateKey);
});

test("each push service is a provider, of each app", () => {
  const config = readConfig({ ...BASE, ...ONE, VAPID_KEYS: JSON.stringify({ shop: SHOP }) }, known);
  const { deps } = createHarness();
  const accessTokens = createAccessTokens(deps.bindings.ACCESS_TOKENS, deps.clock, deps.log);
  const names = createPushProviders(config, { ...deps, accessTokens, outbox: null }).map(({ name }) => name);
  expect(names).toEqual([
    ...["google", "mozilla", "apple", "microsoft", "other"].map((service) => `webpush-${service}`),
    ...["google", "mozilla", "apple", "microsoft", "other"].map((service) => `webpush-${service}:shop`),
  ]);
  const publicKey = vapidPublicKeys(config.providerVariables);
  expect([publicKey(null), publicKey("shop"), publicKey("kiosk")]).toEqual([
    VAPID.publicKey,
    VAPID.publicKey,
    null,
  ]);
});
