import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CHANNELS } from "../../src/db/schema/index.ts";
import type { Choice } from "../../src/preferences/decide.ts";
import { changesIn } from "../../src/preferences/matrix-form.ts";
import { renderUnsubscribePage } from "../../src/preferences/unsubscribe-page.ts";
import { typeNamed } from "../support/content.ts";

const choice: fc.Arbitrary<Choice> = fc.oneof(
  fc.record({ by: fc.constantFrom("user" as const, "default" as const), on: fc.boolean() }),
  fc.record({
    by: fc.constant("org" as const),
    orgId: fc.constant("o"),
    on: fc.boolean(),
    locked: fc.boolean(),
  }),
);
const categories = fc.dictionary(
  fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/u),
  fc.record({ push: choice, email: choice, in_app: choice }),
  { maxKeys: 6, noNullPrototype: true },
);
const pageOf = (rows: Readonly<Record<string, Readonly<Record<string, Choice>>>>, locale = "en") =>
  renderUnsubscribePage(
    { page: "ask", type: typeNamed("push"), address: null, categories: rows },
    { locale, home: "https://t.test" },
  );

test("whatever a form sends, only unlocked cells of its own rows that differ are changed", () => {
  const fields = fc.array(fc.constantFrom(...CHANNELS), { maxLength: 3 });
  fc.assert(
    fc.property(categories, fields, fields, fc.array(fc.string()), (rows, channels, columns, noise) => {
      const form = new FormData();
      for (const column of columns) form.append("column", column);
      const sent = [...Object.keys(rows).filter((_, i) => i % 2 === 0), ...noise];
      for (const row of sent) form.append("row", row);
      for (const row of Object.keys(rows)) for (const one of channels) form.append("on", `${row}.${one}`);
      const changes = changesIn(form, rows);
      for (const [category, row] of Object.entries(rows))
        for (const [channel, { on, ...by }] of Object.entries(row)) {
          const wants = channels.some((one) => one === channel);
          const isShown = columns.length === 0 || columns.some((one) => one === channel);
          const isUnlocked = !(by.by === "org" && by.locked);
          const isFree = isUnlocked && isShown && sent.includes(category) && on !== wants;
          expect(changes[category]?.[channel]).toBe(isFree ? wants : undefined);
        }
      expect(Object.keys(changes).every((category) => Object.hasOwn(rows, category))).toBe(true);
    }),
  );
});

test("the largest form that a browser can send fits in a request", () => {
  const cell: Choice = { by: "default", on: true };
  const three = { push: cell, email: cell, in_app: cell };
  for (const [row, rows] of [
    [three, 200],
    [{ ...three, sms: cell, chat: cell }, 120],
  ] as const) {
    const many = Array.from({ length: 600 }, (_, i) => [`c${String(i).padStart(63, "0")}`, row]);
    const html = pageOf(Object.fromEntries(many));
    const form = new URLSearchParams({ action: "save" });
    for (const [, name = "", value = ""] of html.matchAll(/name="(row|on|column)" value="([^"]+)"/gu))
      form.append(name, value);
    expect(form.getAll("row")).toHaveLength(rows);
    expect(form.toString().length).toBeLessThanOrEqual(65_536);
  }
});

test("a page that was opened before there was a channel does not switch it off", () => {
  const on: Choice = { by: "default", on: true };
  const rows = { orders: { push: on, email: on, in_app: on, sms: on } };
  const form = new FormData();
  form.append("row", "orders");
  form.append("on", "orders.push");
  expect(changesIn(form, rows)).toEqual({ orders: { email: false, in_app: false } });
  form.append("column", "push");
  form.append("column", "sms");
  expect(changesIn(form, rows)).toEqual({ orders: { sms: false } });
});

test("each box is as its cell is, and one that is locked is explained", () => {
  const free = (on: boolean): Choice => ({ by: "default", on });
  const locked = (on: boolean): Choice => ({ by: "org", orgId: "o", on, locked: true });
  const given: Choice = { by: "org", orgId: "o", on: false, locked: false };
  const boxesOf = (html: string) =>
    Object.fromEntries(
      [
        ...html.matchAll(/<input type="checkbox" name="on" value="([^"]+)"[^>]*?( checked)?( disabled)?>/gu),
      ].map(([, name = "", checked = "", disabled = ""]) => [name, checked + disabled]),
    );
  const html = pageOf({
    a: { push: free(true), email: free(false), in_app: given },
    b: { push: locked(true), email: locked(false), in_app: free(true) },
  });
  expect(boxesOf(html)).toEqual({
    "a.push": " checked",
    "a.email": "",
    "a.in_app": "",
    "b.push": " checked disabled",
    "b.email": " disabled",
    "b.in_app": " checked",
  });
  expect(html.match(/aria-describedby="locked"/gu)).toHaveLength(2);
  expect(html.match(/id="locked"/gu)).toHaveLength(1);
  const unlocked = pageOf({ a: { push: free(true), email: free(false), in_app: given } });
  expect(unlocked).not.toContain("locked");
  // It has the columns of all its rows; a channel that a row does not have is on.
  expect(boxesOf(pageOf({ a: { push: free(false) }, b: { sms: free(false) } }))).toEqual({
    "a.push": "",
    "a.sms": " checked",
    "b.push": " checked",
    "b.sms": "",
  });
});

test("a customer's category is named after its id; the table runs as its words do", () => {
  const cell: Choice = { by: "default", on: true };
  const html = pageOf({ order_updates: { push: cell, email: cell, in_app: cell } }, "ar-EG");
  expect(html).toContain('<html lang="en" dir="rtl">');
  expect(html).toContain('<section id="preferences" dir="ltr">');
  expect(html).toContain('aria-label="Order updates, Email" checked>');
  expect(html).not.toMatch(/<script|style=|\son[a-z]+=/iu);
});
