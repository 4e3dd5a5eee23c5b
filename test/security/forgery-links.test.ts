import { describe, expect, test } from "vitest";
import { base64url } from "jose";
import { signUnsubscribe } from "../../src/preferences/unsubscribe-token.ts";
import { typeNamed } from "../support/content.ts";
import { createHarness, type Harness, tokenFor } from "../support/harness.ts";
import { expectCleanLog, overhear } from "./logs.ts";
import { everything, stored } from "./stored.ts";
import { givenTarget, type Target } from "./target.ts";

const FORM = { "content-type": "application/x-www-form-urlencoded" };

const bytesOf = (token: string) => base64url.decode(token);
const concat = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

/** Version, type, user id; and the signature. */
const partsOf = (token: string) => {
  const bytes = bytesOf(token);
  return { payload: bytes.subarray(0, -16), mac: bytes.subarray(-16) };
};

interface Given {
  h: Harness;
  target: Target;
  /** The target's right token. */
  right: string;
  sign: (secret: string, userId: string, type: string) => Promise<string>;
}

/** What someone sends who has a link of their own, and one of the target's in a forwarded mail perhaps. */
const FORGERIES: Record<string, (given: Given) => Promise<string> | string> = {
  "an empty user": () => base64url.encode(new Uint8Array(18)),
  "the version changed": ({ right }) => {
    const bytes = bytesOf(right).slice();
    bytes[0] = 2;
    return base64url.encode(bytes);
  },
  "the type changed, to turn off what the link is not about": ({ right }) => {
    const bytes = bytesOf(right).slice();
    bytes[1] = 5;
    return base64url.encode(bytes);
  },
  "the target's id under the signature of one's own link": async ({ h, target, sign }) => {
    const own = await sign(h.deps.config.linkSecrets.current, "usr_me", "certification_reminder");
    const head = Uint8Array.of(1, 1);
    const id = new TextEncoder().encode(target.user);
    return base64url.encode(concat(head, id, partsOf(own).mac));
  },
  "one more character in the id": ({ right }) => {
    const { payload, mac } = partsOf(right);
    return base64url.encode(concat(payload, Uint8Array.of(65), mac));
  },
  "one character less in the id": ({ right }) => {
    const { payload, mac } = partsOf(right);
    return base64url.encode(concat(payload.subarray(0, -1), mac));
  },
  "half a signature": ({ right }) => base64url.encode(bytesOf(right).subarray(0, -8)),
  "no signature": ({ right }) => base64url.encode(partsOf(right).payload),
  "a signature of zeros": ({ right }) => base64url.encode(concat(partsOf(right).payload, new Uint8Array(16))),
  "the last character gone": ({ right }) => right.slice(0, -1),
  "a character more": ({ right }) => `${right}A`,
  padding: ({ right }) => `${right}%3D%3D`,
  "a line feed behind it": ({ right }) => `${right}%0A`,
  "another secret": ({ target, sign }) =>
    sign("another-secret-another-secret-0000", target.user, "certification_reminder"),
  "the secret of access tokens": ({ target, sign }) =>
    sign("test-jwt-secret-test-jwt-secret-0123", target.user, "certification_reminder"),
  "an access token instead": ({ h, target }) => tokenFor({ role: "user", sub: target.user }, h.clock.now()),
  "a user who is not there, rightly signed": ({ h, sign }) =>
    sign(h.deps.config.linkSecrets.current, "usr_gone", "push"),
};

describe("an unsubscribe link with", () => {
  test.each(Object.entries(FORGERIES))("%s is not found, and changes nothing", async (_, forge) => {
    const h = createHarness({ autoDrain: false });
    const lines = overhear(h);
    const target = await givenTarget(h);
    const right = target.unsubscribe;
    const sign = (current: string, userId: string, type: string) =>
      signUnsubscribe({ current }, { userId, code: typeNamed(type).linkCode });
    const path = `/unsubscribe/${await forge({ h, target, right, sign })}`;
    const before = await everything();
    for (const action of ["unsubscribe", "unsubscribe_all", "resubscribe_all", "save&row=all&row=digest"]) {
      const answer = await h.request("POST", path, { as: null, body: `action=${action}`, headers: FORM });
      expect([answer.status, answer.headers.get("content-type")]).toEqual([404, "text/html; charset=UTF-8"]);
      expect(answer.body).not.toContain(target.marker);
    }
    expect((await h.request("GET", path, { as: null })).status).toBe(404);
    expect(await everything()).toEqual(before);
    expectCleanLog(lines, [target.marker, right, path]);
  });

  test("nothing wrong turns off what it names and nothing else, and is not in the log", async () => {
    const h = createHarness({ autoDrain: false });
    const lines = overhear(h);
    const target = await givenTarget(h);
    const before = await everything();
    const options = { as: null, body: "List-Unsubscribe=One-Click", headers: FORM };
    expect((await h.request("POST", `/unsubscribe/${target.unsubscribe}`, options)).status).toBe(200);
    const added = (await stored()).filter(({ text }) => !before.includes(text));
    const rows = added.map(({ row }) => row);
    // The jobs look at the user again, and the preferences have one cell.
    expect(new Set(rows.map(({ user_id }) => user_id))).toEqual(new Set([target.user]));
    expect(rows.filter((row) => "cells" in row)).toMatchObject([
      { email_notifications_enabled: null, cells: '{"certifications":{"email":false}}' },
    ]);
    expectCleanLog(lines, [target.marker, target.unsubscribe]);
  });

  test("an action in its address is only looked at: link scanners follow what they find", async () => {
    const h = createHarness({ autoDrain: false });
    const { unsubscribe } = await givenTarget(h);
    const before = await everything();
    for (const method of ["GET", "HEAD"]) {
      const path = `/unsubscribe/${unsubscribe}?action=unsubscribe_all&List-Unsubscribe=One-Click`;
      expect((await h.request(method, path, { as: null })).status).toBe(200);
    }
    expect(await everything()).toEqual(before);
  });
});
