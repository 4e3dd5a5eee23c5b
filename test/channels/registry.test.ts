import { describe, expect, test } from "vitest";
import { EMAIL_PROVIDERS } from "../../src/channels/email/providers/index.ts";
import { PUSH_PROVIDERS } from "../../src/channels/push/providers/index.ts";

// The keys of a glob are paths, which vite finds; no module is loaded.
const FILES = Object.keys(import.meta.glob("../../src/channels/*/providers/*/index.ts"));

const foldersOf = (channel: string): string[] =>
  FILES.flatMap((path) => new RegExp(`/${channel}/providers/([^/]+)/index.ts$`).exec(path)?.[1] ?? []);

describe.each([
  ["push", PUSH_PROVIDERS],
  ["email", EMAIL_PROVIDERS],
])("a provider of %s", (channel, known) => {
  test("is a folder of its name and a line in the registry", () => {
    expect(Object.keys(known).toSorted()).toEqual(foldersOf(channel).toSorted());
  });

  test("shares no variable with another", () => {
    const names = [...Object.values(PUSH_PROVIDERS), ...Object.values(EMAIL_PROVIDERS)].flatMap(
      ({ variables, credentials }) => [...Object.keys(variables), ...Object.keys(credentials)],
    );
    expect(new Set(names).size).toBe(names.length);
  });
});

const SOURCES = import.meta.glob("../../src/**/*.ts", { query: "?raw", import: "default", eager: true });

/** Whether a file imports a provider's folder: by its path, or from beside it. */
function importsProvider(path: string, text: string): boolean {
  const names = [...foldersOf("push"), ...foldersOf("email")].join("|");
  const from = /\/providers\/[^/]+$/.test(path) ? `(?:\\./|providers/)` : "providers/";
  return new RegExp(` from "[^"]*${from}(?:${names})/`).test(text);
}

test("no other file imports a provider, except for Cloudflare's binding and the queue of its events", () => {
  const importing = Object.entries(SOURCES)
    .filter(([path, text]) => !/\/providers\/[^/]+\//.test(path) && importsProvider(path, text))
    .map(([path]) => path.replace("../../", ""));
  expect(importing.toSorted()).toEqual([
    "src/channels/email/providers/definition.ts",
    "src/channels/email/providers/index.ts",
    "src/channels/push/providers/index.ts",
    "src/channels/sms/providers/index.ts",
    "src/queues/email-events.ts",
  ]);
});
