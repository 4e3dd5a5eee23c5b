import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanName, encodeWord, formatAddress, checkMessage } from "../../../src/channels/email/headers.ts";
import { anEmail } from "./fixtures.ts";

const LIMITS = { asciiLocalPart: true, headers: 15, headerName: 126, headerValue: 870 };

/** Any text: letters of many scripts, emoji, controls, halves of surrogate pairs. */
const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.string());

const bytes = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** A reader's view of a header value, after RFC 2047: white space between encoded-words does not count. */
function decode(value: string): string {
  return value
    .replace(/(=\?[^?]+\?B\?[^?]*\?=) (?==\?)/g, "$1")
    .replace(/(?:=\?UTF-8\?B\?[^?]*\?=)+/g, (words) =>
      words
        .split("?=")
        .filter((word) => word !== "")
        // Each word alone must be whole UTF-8.
        .map((word) =>
          new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes(word.slice(10))),
        )
        .join(""),
    );
}

describe("encodeWord", () => {
  it("leaves printable ASCII as it is", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes("=?"));
        expect(encodeWord(text)).toBe(text);
      }),
    );
  });

  it("says the same to a reader, in printable ASCII, whatever the text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const encoded = encodeWord(text);
        expect(encoded).toMatch(/^[ -~]*$/);
        expect(decode(encoded)).toBe(text.toWellFormed());
      }),
    );
  });

  it("makes no encoded-word longer than 75 characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 30, maxLength: 300 }), (text) => {
        const encoded = encodeWord(`é${text}`);
        expect(Math.max(...encoded.split(" ").map((word) => word.length))).toBeLessThanOrEqual(75);
      }),
    );
  });

  it("does not let a text pass that a reader would decode into something else", () => {
    const disguised = "=?UTF-8?B?cGF5cGFs?=";
    expect(encodeWord(disguised)).not.toBe(disguised);
    expect(decode(encodeWord(disguised))).toBe(disguised);
  });
});

describe("cleanName", () => {
  it("puts a name on one line of at most 80 characters", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const name = cleanName(text);
        if (name === null) return;
        expect(name).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect(name).toBe(name.trim());
        expect(Array.from(name).length).toBeLessThanOrEqual(80);
      }),
    );
  });

  it.each([
    ["Ada\r\nBcc: all@example.com", "Ada Bcc: all@example.com"],
    ["  Ada \t Lovelace ", "Ada Lovelace"],
    ["Ada\u202e Love\u2066lace\u202e", "Ada Lovelace"],
    ["\u202e", null],
    ["\u0000", null],
    ["", null],
    [null, null],
  ])("of %j makes %j", (name, clean) => {
    expect(cleanName(name)).toBe(clean);
  });
});

describe("formatAddress", () => {
  it("is one line with the address as its only one, whatever the name", () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom("ascii" as const, "utf8" as const), (name, charset) => {
        const formatted = formatAddress({ name, address: "ada@example.com" }, charset);
        expect(formatted).not.toMatch(/[\r\n]/);
        expect(formatted).toMatch(
          /^(?:"(?:[^"\\]|\\["\\])*" |(?:=\?UTF-8\?B\?[A-Za-z0-9+/=]*\?= )+)?<?ada@example\.com>?$/,
        );
        if (charset === "ascii") expect(formatted).toMatch(/^[ -~]*$/);
      }),
    );
  });

  it.each([
    ["Ada", "ascii", '"Ada" <ada@example.com>'],
    ['Ada "the Countess", L.', "ascii", '"Ada \\"the Countess\\", L." <ada@example.com>'],
    ["Zoë", "ascii", "=?UTF-8?B?Wm/Dqw==?= <ada@example.com>"],
    ["Zoë", "utf8", '"Zoë" <ada@example.com>'],
    ["x> <bob@example.com", "utf8", '"x> <bob@example.com" <ada@example.com>'],
    [null, "ascii", "ada@example.com"],
  ] as const)("of %j in %s makes %s", (name, charset, formatted) => {
    expect(formatAddress({ name, address: "ada@example.com" }, charset)).toBe(formatted);
  });
});

const defect = (change: Parameters<typeof anEmail>[0]) => {
  const checked = checkMessage(anEmail(change), LIMITS);
  return checked.ok ? null : checked.defect;
};

describe("checkMessage", () => {
  it("returns a good message with its headers, and its domains in Punycode", () => {
    const email = anEmail({ to: { name: "Zoë", address: "zoe@bücher.example" } });
    expect(checkMessage(email, LIMITS)).toEqual({
      ok: true,
      message: { ...email, to: { name: "Zoë", address: "zoe@xn--bcher-kva.example" } },
    });
  });

  it.each([
    ["help@shop.example", "help@shop.example"],
    ["help@Bücher.example", "help@xn--bcher-kva.example"],
    ["用户@example.com", null],
    ["nobody", null],
    ["a@b.example\r\nBcc: c@d.example", null],
    [null, null],
  ])("sends a mail whose Reply-To is %j with %j", (replyTo, sent) => {
    for (const asciiLocalPart of [true, false])
      expect(checkMessage(anEmail({ replyTo }), { ...LIMITS, asciiLocalPart })).toMatchObject({
        ok: true,
        message: { replyTo: sent },
      });
  });

  it("encodes header values outside ASCII", () => {
    const checked = checkMessage(anEmail({ headers: { "X-Team": "Zürich" } }), LIMITS);
    expect(checked.ok && checked.message.headers).toEqual({ "X-Team": "=?UTF-8?B?WsO8cmljaA==?=" });
  });

  it("refuses any header with a line break", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom("\r", "\n", "\r\n", "\u2028", "\u0000", "\u0085"),
        fc.string(),
        (a, cut, b) => {
          expect(defect({ headers: { "X-Note": `${a}${cut}${b}` } })).toBe("invalid_header");
          expect(defect({ headers: { [`X-${cut}Bcc`]: "a" } })).toBe("invalid_header");
          expect(defect({ subject: `Hi${a}${cut}${b}` })).toBe("invalid_subject");
        },
      ),
    );
  });

  it.each([
    "Bcc",
    "bcc",
    "To",
    "From",
    "Subject",
    "Content-Type",
    "Resent-To",
    "Return-Path",
    "X Note",
    "X:Note",
    "",
  ])("refuses the header name %j", (name) => {
    expect(defect({ headers: { [name]: "someone@example.com" } })).toBe("invalid_header");
  });

  it("refuses headers beyond the provider's limits", () => {
    const many = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`X-${i}`, "a"]));
    expect(defect({ headers: many })).toBe("invalid_header");
    expect(defect({ headers: { "X-Note": "a".repeat(871) } })).toBe("invalid_header");
    expect(defect({ headers: { "X-Note": "é".repeat(400) } })).toBe("invalid_header");
    expect(defect({ headers: { [`X-${"a".repeat(125)}`]: "a" } })).toBe("invalid_header");
    expect(defect({ headers: { "X-Note": "a".repeat(870) } })).toBeNull();
  });

  it("refuses a local part outside ASCII only where the provider knows no SMTPUTF8", () => {
    const email = anEmail({ to: { name: null, address: "用户@example.com" } });
    expect(checkMessage(email, LIMITS)).toEqual({ ok: false, defect: "unsupported_recipient" });
    expect(checkMessage(email, { ...LIMITS, asciiLocalPart: false }).ok).toBe(true);
  });

  it("refuses a bad sender, a bad recipient and an empty subject", () => {
    expect(defect({ from: { name: "x", address: "nobody" } })).toBe("invalid_sender");
    expect(defect({ to: { name: "x", address: "a@b.example,c@d.example" } })).toBe("invalid_recipient");
    expect(defect({ subject: "  " })).toBe("invalid_subject");
  });
});
