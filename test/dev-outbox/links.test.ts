import { expect, test } from "vitest";
import { linksIn } from "../../src/dev-outbox/links.ts";

test("links are those of the HTML and then of the text, each once, as a reader would open them", () => {
  const html = `<a href="https://a.example/x?b=1&amp;c=%22">A</a> <A class="x" HREF='https://b.example/&#39;'>B</A>
    <a href="#top">C</a> <a href="mailto:kari@example.com">D</a> <img src="https://pixel.example/">`;
  const text = `See https://a.example/x?b=1&c=%22 (or https://c.example/d). Not javascript:alert(1).`;
  expect(linksIn({ html, text })).toEqual([
    "https://a.example/x?b=1&c=%22",
    "https://b.example/'",
    "mailto:kari@example.com",
    "https://c.example/d",
  ]);
});

test("a message without links has none", () => {
  expect(linksIn({ html: "<p>Nothing</p>", text: "Nothing" })).toEqual([]);
  expect(linksIn({})).toEqual([]);
});
