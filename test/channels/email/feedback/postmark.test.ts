import { describe, expect, it } from "vitest";
import { verifyPostmark } from "../../../../src/channels/email/providers/postmark/credentials.ts";

const OURS = "postmark:s3cret:with colon";

const basic = (text: string) => new Headers({ authorization: `Basic ${btoa(text)}` });

describe("a webhook with our credentials", () => {
  it("is taken", async () => {
    expect(await verifyPostmark(basic("postmark:s3cret:with colon"), [OURS])).toBe(true);
    const utf8 = String.fromCharCode(...new TextEncoder().encode("postmark:néw"));
    expect(await verifyPostmark(basic(utf8), [OURS, "postmark:néw"])).toBe(true);
  });

  it("is taken with either while they are rotated, and refused where there are none", async () => {
    const old = basic("postmark:s3cret:with colon");
    expect(await verifyPostmark(old, ["postmark:new", OURS])).toBe(true);
    expect(await verifyPostmark(old, ["postmark:new"])).toBe(false);
    expect(await verifyPostmark(old, [])).toBe(false);
  });

  it("may write the scheme in any case", async () => {
    const authorization = `bAsIc ${btoa("postmark:s3cret:with colon")}`;
    expect(await verifyPostmark(new Headers({ authorization }), [OURS])).toBe(true);
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
  ])("with %s is refused", async (_, headers) => {
    expect(await verifyPostmark(headers, [OURS])).toBe(false);
  });
});
