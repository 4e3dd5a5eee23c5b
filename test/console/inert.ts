import { expect } from "vitest";

/** Where a page may lead, or load from: ourselves. */
const OURS = /^(?:\/|#|\?)(?!\/)/u;
const LINKS = ["href", "src", "action", "formaction", "hx-get", "hx-post", "data", "poster"];

/**
 * Expects of a page that nothing in it runs, or leads away, whatever others have written: no script but our files, no style, no
 * handler of an event, no link but to our own pages.
 */
export async function expectInert(html: unknown): Promise<void> {
  const found: string[] = [];
  const page = new HTMLRewriter().on("*", {
    element(element) {
      const { tagName } = element;
      if (["style", "object", "embed", "base", "svg-script"].includes(tagName)) found.push(tagName);
      // Messages are previewed in frames that can do nothing.
      if (tagName === "iframe" && element.getAttribute("sandbox") !== "allow-popups") found.push(tagName);
      if (tagName === "script" && !/^\/console\/assets\//u.test(element.getAttribute("src") ?? ""))
        found.push("script without a file of ours");
      for (const [name = "", value = ""] of element.attributes) {
        if (name.startsWith("on") || name === "style" || name === "srcdoc") found.push(`${tagName} ${name}`);
        if (LINKS.includes(name) && !OURS.test(value)) found.push(`${tagName} ${name}=${value}`);
      }
    },
  });
  await page.transform(new Response(String(html))).arrayBuffer();
  expect(found).toEqual([]);
}

/** Texts that run where a page does not escape them. Each holds `canary`. */
export const payloads = (canary: string): string[] => [
  `<script>alert("${canary}")</script>`,
  `"><img src=x onerror=alert('${canary}')>`,
  `'><svg/onload=alert(${canary})>`,
  `</title></textarea></select><iframe srcdoc="${canary}">`,
  `javascript:alert('${canary}')`,
  `${canary}" autofocus onfocus="alert(1)`,
  `&lt;script&gt;${canary}&#60;/script&#62;`,
];
