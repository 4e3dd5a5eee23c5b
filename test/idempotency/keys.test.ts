import { expect, test } from "vitest";
import { keyOf } from "../../src/idempotency/once.ts";

// Stored keys are compared with these for a day: a new version must make the same ones.
test("a key and a body are stored as the SHA-256 of their JSON, in hexadecimal", async () => {
  expect(await keyOf(["service:me", "POST", "/x", "key"], { title: "Hei" }, 5)).toEqual({
    key: "77f477f6fecd5bd2fca6c3779e620364edd4b37294bb179c5f7f441cd516e7c5",
    fingerprint: "2e8656cb88d799ee9e0755cd59f25b12d74ba90f166a47343912ce0a94f60942",
    now: 5,
  });
});
