import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressIn, addressKey, canonicalAddress, isAsciiAddress } from "../../src/lib/address.ts";

/** Any text: letters of many scripts, emoji, controls, halves of surrogate pairs. */
const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.string());

describe("an address", () => {
  test.each([
    ["ada@example.com", "ada@example.com"],
    ["Ada.Lovelace+news@Sub.Example.CO.UK", "Ada.Lovelace+news@sub.example.co.uk"],
    ["o'neil@example.com", "o'neil@example.com"],
    ["a&b@example.com", "a&b@example.com"],
    ["!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"],
    ["ada@bücher.example", "ada@xn--bcher-kva.example"],
    ["ada@BÜCHER.example", "ada@xn--bcher-kva.example"],
    ["ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"],
    ["ada@bu\u0308cher.example", "ada@xn--bcher-kva.example"],
    ["ada@例え.テスト", "ada@xn--r8jz45g.xn--zckzah"],
    ["ada@例え。テスト", "ada@xn--r8jz45g.xn--zckzah"],
    ["用户@example.com", "用户@example.com"],
    ["ka\u030Are@example.com", "kåre@example.com"],
    [`${"a".repeat(64)}@example.com`, `${"a".repeat(64)}@example.com`],
  ])("%s is %s", (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });

  test.each([
    "",
    "ada",
    "@example.com",
    "ada@",
    "ada@example",
    "ada@localhost",
    "ada@127.0.0.1",
    "ada@0x7f.1",
    "ada@[127.0.0.1]",
    "ada@example.123",
    "ada@-example.com",
    "ada@example-.com",
    "ada@example..com",
    "ada@example.com.",
    "ada@exa mple.com",
    "ada@ex%61mple.com",
    ".ada@example.com",
    "ada.@example.com",
    "ada..b@example.com",
    "ada lovelace@example.com",
    " ada@example.com",
    "ada@example.com ",
    "ada@example.com, bob@example.com",
    "ada@example.com\r\nBcc: bob@example.com",
    "ada@example.com\u2028",
    "ada\u2003lovelace@example.com",
    "ada\u202E@example.com",
    "<ada@example.com>",
    "Ada <ada@example.com>",
    "ada@bücher.example/path",
    "ada@bücher.example:25",
    "ada@bücher.example?x",
    "ada@bü\u0000cher.example",
    "ada@bü\tcher.example",
    "bob@bob@example.com",
    '"ada"@example.com',
    "ada\u0000@example.com",
    "ada\uD800@example.com",
    `${"a".repeat(65)}@example.com`,
    `${"å".repeat(33)}@example.com`,
    `ada@${"a.".repeat(130)}com`,
    `ada@${"a".repeat(64)}.com`,
  ])("%j is none", (text) => {
    expect(canonicalAddress(text)).toBeNull();
  });

  test("is its own spelling once it is spelled, with no separator, control character or white space", () => {
    const domains = fc.oneof(anyText, fc.domain(), fc.constantFrom("bücher.example", "ＥＸＡＭＰＬＥ.com"));
    const locals = fc.oneof(
      anyText,
      fc.emailAddress().map((address) => address.split("@")[0] ?? ""),
    );
    let taken = 0;
    fc.assert(
      fc.property(locals, domains, (local, domain) => {
        const address = canonicalAddress(`${local}@${domain}`);
        if (address === null) return;
        taken++;
        expect(address).toMatch(/^[^\s"(),:;<>@[\]\\\p{C}]+@[a-z0-9.-]+$/u);
        expect(new TextEncoder().encode(address).length).toBeLessThanOrEqual(254);
        expect(canonicalAddress(address)).toBe(address);
      }),
      { numRuns: 3_000 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  test("is ASCII where every provider takes it", () => {
    expect(isAsciiAddress("a&b@xn--bcher-kva.example")).toBe(true);
    expect(isAsciiAddress("kåre@example.com")).toBe(false);
  });
});

test.each([
  ["kari@example.com", "kari@example.com"],
  [" kari@Example.com ", "kari@example.com"],
  ["Kari Nordmann <kari@example.com>", "kari@example.com"],
  ['"Nordmann, Kari" <Kari@bücher.example>', "Kari@xn--bcher-kva.example"],
  ["<kari@example.com>", "kari@example.com"],
  ["<mailto:kari@example.com>", "kari@example.com"],
  ["mailto:kari@example.com", "kari@example.com"],
  ["Kari <kari@example.com> <ola@example.com>", "ola@example.com"],
  ["Kari <>", null],
  ["nobody", null],
  ["kari@example.com, ola@example.com", null],
])("in %j stands %j", (text, address) => {
  expect(addressIn(text)).toBe(address);
});

test("spellings of one address have one key, which is SQLite's lower() of any of them", () => {
  const spellings = ["Kari@Bücher.example", "kari@XN--BCHER-KVA.EXAMPLE", "KARI@bücher.example"];
  const keys = spellings.map((text) => addressKey(canonicalAddress(text) ?? ""));
  expect(new Set(keys)).toEqual(new Set(["kari@xn--bcher-kva.example"]));
  expect(addressKey("ÅSE.Moe@example.com")).toBe("Åse.moe@example.com");
});
