import { describe, expect, it } from "vitest";
import {
  verifyPostmark,
  type PostmarkCredentials,
} from "../../../../src/channels/email/feedback/postmark.ts";

const BASIC: PostmarkCredentials = { kind: "basic", user: "postmark", password: "s3cret:with colon" };
const HEADER: PostmarkCredentials = { kind: "header", name: "X-Webhook-Token", value: "token-1" };

const basic = (text: string) => new Headers({ authorization: `Basic ${btoa(text)}` });

describe("a webhook with our credentials", () => {
  it("is taken", async () => {
    expect(await verifyPostmark(basic("postmark:s3cret:with colon"), [BASIC])).toBe(true);
    expect(await verifyPostmark(new Headers({ "x-webhook-token": "token-1" }), [HEADER])).toBe(true);
  });

  it("may write the scheme in any case", async () => {
    const authorization = `bAsIc ${btoa("postmark:s3cret:with colon")}`;
    expect(await verifyPostmark(new Headers({ authorization }), [BASIC])).toBe(true);
  });

  it("is taken with either while they are rotated", async () => {
    const next: PostmarkCredentials = { kind: "basic", user: "postmark", password: "néw" };
    const both = [BASIC, next];
    expect(await verifyPostmark(basic("postmark:s3cret:with colon"), both)).toBe(true);
    const utf8 = String.fromCharCode(...new TextEncoder().encode("postmark:néw"));
    expect(await verifyPostmark(basic(utf8), both)).toBe(true);
  });
});

describe("a forgery", () => {
  it.each([
    ["nothing", new Headers()],
    ["another password", basic("postmark:other")],
    ["another user", basic("other:s3cret:with colon")],
    ["a password cut short", basic("postmark:s3cret:with colo")],
    ["a longer password", basic("postmark:s3cret:with colon!")],
    ["no password", basic("postmark:")],
    ["another scheme", new Headers({ authorization: `Bearer ${btoa("postmark:s3cret:with colon")}` })],
    ["no base64", new Headers({ authorization: "Basic postmark:s3cret:with colon" })],
    ["an empty header", new Headers({ "x-webhook-token": "" })],
    ["another token", new Headers({ "x-webhook-token": "token-2" })],
  ])("with %s is refused", async (_, headers) => {
    expect(await verifyPostmark(headers, [BASIC, HEADER])).toBe(false);
  });

  it("is refused where no credentials are set up, or empty ones", async () => {
    expect(await verifyPostmark(basic("postmark:s3cret:with colon"), [])).toBe(false);
    expect(
      await verifyPostmark(basic("postmark:"), [{ kind: "basic", user: "postmark", password: "" }]),
    ).toBe(false);
    expect(
      await verifyPostmark(new Headers(), [{ kind: "header", name: "X-Webhook-Token", value: "" }]),
    ).toBe(false);
    expect(await verifyPostmark(new Headers(), [{ kind: "basic", user: "", password: "" }])).toBe(false);
  });
});
