import { describe, expect, test } from "vitest";
import { isPrivateText } from "../../src/console/private.ts";

describe("what is private", () => {
  test.each([
    "kari@example.com",
    "@",
    "+47 912 34 567",
    "+4791",
    "004791234567",
    "(0) 912-34-567",
    "912.34.567",
    "９１２３４５６７",
    "tel:+4791234567",
    "call 912 34 567 now",
  ])("%j goes into no URL", (text) => {
    expect(isPrivateText(text)).toBe(true);
  });

  test.each([
    "",
    "order_shipped",
    "usr_12345678",
    "user-12345678",
    "12345678-of-acme",
    "dsp_01kmmbgh80f3zrr53mxg4hfzk0",
    "018f3c2a-1234-7000-8000-024212345678",
    "2026-03-26T09:00",
    "404",
    "Kari 123",
  ])("%j may stand in one", (text) => {
    expect(isPrivateText(text)).toBe(false);
  });
});
