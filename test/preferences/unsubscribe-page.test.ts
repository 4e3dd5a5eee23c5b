import { describe, expect, test } from "vitest";
import { builtInTypes } from "../../src/notifications/registry.ts";
import {
  UNSUBSCRIBE_PAGE_HEADERS,
  type UnsubscribePage,
  renderUnsubscribePage,
  unsubscribeAction,
} from "../../src/preferences/unsubscribe-page.ts";
import { typeNamed } from "../support/content.ts";

const READER = { locale: "en", home: "https://t.test" };
const page = (
  name: Exclude<UnsubscribePage["page"], "invalid">,
  address: string | null = "ada@example.org",
) => renderUnsubscribePage({ page: name, type: typeNamed("new_match"), address }, READER);
const actionsOf = (html: string) =>
  [...html.matchAll(/<form method="post"><input type="hidden" name="action" value="([a-z_]+)">/gu)].map(
    ([, action]) => action,
  );

describe("the unsubscribe page", () => {
  test.each([
    ["ask", "Unsubscribe from new match alerts?", ["unsubscribe", "unsubscribe_all"]],
    ["off", "You are unsubscribed", ["resubscribe", "unsubscribe_all"]],
    ["all_off", "All email is off", ["resubscribe_all"]],
    ["on", "You are subscribed", ["unsubscribe", "unsubscribe_all"]],
  ] as const)("%s says where one stands and offers the next steps", (name, title, actions) => {
    const html = page(name);
    expect(html).toMatch(new RegExp(`<h1 dir="ltr">${title.replace("?", "\\?")}</h1>`, "u"));
    expect(actionsOf(html)).toEqual(actions);
  });

  test("asks in every type's own words", () => {
    const titles = builtInTypes.all.map(
      (type) =>
        /<title>(.*)<\/title>/u.exec(
          renderUnsubscribePage({ page: "ask", type, address: null }, READER),
        )?.[1],
    );
    expect(new Set(titles).size).toBe(builtInTypes.all.length);
  });

  test("for a token that nobody signed offers nothing", () => {
    const html = renderUnsubscribePage({ page: "invalid" }, READER);
    expect(html).toContain("This link does not work");
    expect(actionsOf(html)).toEqual([]);
  });

  test("needs no script and loads nothing, and its headers allow neither", async () => {
    const html = page("ask");
    expect(html).not.toMatch(/<script|<img|<link|src=|url\(|\son[a-z]+=/iu);
    const [, style = ""] = /<style>(.*)<\/style>/su.exec(html) ?? [];
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
    const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
    const policy = UNSUBSCRIBE_PAGE_HEADERS["Content-Security-Policy"];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`style-src 'sha256-${hash}'`);
    expect(html).not.toContain("style=");
  });

  test("shows an address masked, and nothing for what is none", () => {
    expect(page("off")).toContain("a•••@example.org");
    expect(page("off")).not.toContain("ada@");
    for (const address of [null, "", "ada", "@example.org"])
      expect(page("off", address)).not.toContain("Email address");
  });

  test("escapes what it prints", () => {
    const html = page("ask", `"a<script>"@<script>alert(1)</script>`);
    expect(html).not.toContain("<script");
    expect(html).toContain("•••@&lt;script&gt;");
    const odd = renderUnsubscribePage(
      { page: "invalid" },
      { locale: `"><script>`, home: "javascript:alert(1)" },
    );
    expect(odd).not.toMatch(/<script|javascript:/u);
  });

  test("is laid out from the right for a reader who reads so", () => {
    const html = renderUnsubscribePage(
      { page: "ask", type: typeNamed("push"), address: null },
      { ...READER, locale: "he-IL" },
    );
    expect(html).toContain('<html lang="en" dir="rtl">');
    expect(page("ask")).toContain('<html lang="en" dir="ltr">');
  });
});

describe("a POST to the unsubscribe page", () => {
  test("by a mail client's one click unsubscribes from the type, as form or multipart", () => {
    expect(unsubscribeAction(new URLSearchParams("List-Unsubscribe=One-Click"))).toBe("unsubscribe");
    const multipart = new FormData();
    multipart.set("List-Unsubscribe", "One-Click");
    expect(unsubscribeAction(multipart)).toBe("unsubscribe");
    expect(unsubscribeAction(new URLSearchParams())).toBe("unsubscribe");
  });

  test("by a form does what its button says", () => {
    for (const name of ["ask", "off", "all_off", "on"] as const)
      for (const action of actionsOf(page(name)))
        expect(unsubscribeAction(new URLSearchParams({ action: action ?? "" }))).toBe(action);
  });

  test("with an unknown action does nothing", () => {
    expect(unsubscribeAction(new URLSearchParams("action=delete"))).toBeNull();
    expect(unsubscribeAction(new URLSearchParams("action="))).toBeNull();
  });
});
