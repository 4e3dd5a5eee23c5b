import { describe, expect, test } from "vitest";
import type { TokenKind } from "../../../src/channels/push/providers/definition.ts";
import { definePushProvider } from "../../../src/channels/push/providers/definition.ts";
import { expo } from "../../../src/channels/push/providers/expo/index.ts";
import { type TokenClaim, tokenKindsOf } from "../../../src/channels/push/token-kinds.ts";
import { Failure } from "../../../src/lib/failure.ts";

const issuer = (tokens: TokenKind) =>
  definePushProvider({ variables: {}, credentials: {}, tokens, create: () => [] });

const startsWith = (start: string) => (token: string) => token.startsWith(start);

/** Pigeons' tokens begin with `bird:`, and certainly with `bird:pigeon:`; crows' with `bird:` too. Owls have keys. */
const known = {
  expo,
  pigeon: issuer({
    accepts: startsWith("bird:"),
    isCertain: startsWith("bird:pigeon:"),
    needsKeys: false,
    name: "a pigeon's ring",
  }),
  crow: issuer({
    accepts: startsWith("bird:"),
    isCertain: () => false,
    needsKeys: false,
    name: "a crow's ring",
  }),
  owl: issuer({
    accepts: startsWith("https:"),
    isCertain: startsWith("https:"),
    needsKeys: true,
    name: "an owl's hole",
  }),
};

const own = (name: string) => ({ name, devices: "own" }) as const;
const KEYS = { p256dh: "p", auth: "a" };

/** Whose the token is, or what is wrong. */
function owner(configured: readonly { name: string; devices: "own" | "all" }[], claim: TokenClaim) {
  try {
    return tokenKindsOf(known, configured).ownerOf(claim);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [error.problem, ...(error.options.errors ?? [])];
  }
}

const fault = (pointer: string, detail: string) => ["invalid_request", { pointer, detail }];

describe("whose a token is", () => {
  const all = [own("expo"), own("pigeon"), own("crow"), own("owl")];

  test("shows its form, where that is certain", () => {
    expect(owner(all, { token: "ExponentPushToken[a]" })).toEqual({ provider: "expo", app: null });
    expect(owner(all, { token: "bird:pigeon:1" })).toEqual({ provider: "pigeon", app: null });
  });

  test("shows its form as well where only one configured provider could have issued it", () => {
    expect(owner([own("expo"), own("crow")], { token: "bird:1" })).toEqual({ provider: "crow", app: null });
  });

  test("must be said where several could have", () => {
    expect(owner(all, { token: "bird:1" })).toEqual(
      fault("/provider", "is needed, since the token may be of pigeon or crow"),
    );
    expect(owner(all, { token: "bird:1", provider: "crow" })).toEqual({ provider: "crow", app: null });
  });

  test("is what was said, even where another is likelier, but not against the token's form", () => {
    expect(owner(all, { token: "bird:pigeon:1", provider: "crow" })).toEqual({ provider: "crow", app: null });
    expect(owner(all, { token: "bird:1", provider: "expo" })).toEqual(
      fault("/token", "must be an Expo push token"),
    );
  });

  test("is nobody's where no configured provider issues such tokens", () => {
    expect(owner([own("expo"), own("crow")], { token: "fish:1" })).toEqual(
      fault("/token", "must be an Expo push token or a crow's ring"),
    );
    expect(owner([own("expo")], { token: "bird:1", provider: "crow" })).toEqual(
      fault("/provider", "must be expo"),
    );
    expect(owner([own("owl")], { token: "http:", isEndpoint: true })).toEqual(
      fault("/endpoint", "must be an owl's hole"),
    );
  });

  test("needs keys exactly where sending needs them", () => {
    expect(owner(all, { token: "https:1", keys: KEYS })).toEqual({ provider: "owl", app: null });
    expect(owner(all, { token: "https:1" })).toEqual(fault("/keys", "is needed with an owl's hole"));
    expect(owner(all, { token: "ExponentPushToken[a]", keys: KEYS })).toEqual(
      fault("/keys", "must be left out with an Expo push token"),
    );
  });
});

describe("the app of a token", () => {
  const token = "bird:pigeon:1";

  test("is one of those that are configured, or the default one", () => {
    const apps = [own("pigeon"), own("pigeon:shop"), own("pigeon:kiosk"), own("crow:till")];
    expect(owner(apps, { token })).toEqual({ provider: "pigeon", app: null });
    expect(owner(apps, { token, app: "kiosk" })).toEqual({ provider: "pigeon", app: "kiosk" });
    expect(owner(apps, { token, app: "till" })).toEqual(
      fault("/app", "is not configured for pigeon: it must be shop or kiosk, or left out"),
    );
  });

  test("must be said where there is no default one", () => {
    const apps = [own("pigeon:shop"), own("pigeon:kiosk")];
    expect(owner(apps, { token })).toEqual(fault("/app", "is needed with pigeon: shop or kiosk"));
    expect(owner(apps, { token, app: "x" })).toEqual(
      fault("/app", "is not configured for pigeon: it must be shop or kiosk"),
    );
  });

  test("must not be said where there is only one", () => {
    expect(owner([own("pigeon")], { token, app: "shop" })).toEqual(
      fault("/app", "must be left out: pigeon has no apps by name here"),
    );
  });
});

test("in development tokens of every known kind and app can be registered", () => {
  const log = [{ name: "log", devices: "all" } as const];
  expect(owner(log, { token: "ExponentPushToken[a]", app: "any" })).toEqual({ provider: "expo", app: "any" });
  expect(owner(log, { token: "bird:pigeon:1" })).toEqual({ provider: "pigeon", app: null });
  expect(owner(log, { token: "fish:1" })).toMatchObject(["invalid_request", { pointer: "/token" }]);
});
