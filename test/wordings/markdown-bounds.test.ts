import { expect, test } from "vitest";
import type { Block } from "../../src/content/blocks.ts";
import { blocksOf } from "../../src/wordings/markdown.ts";

test.each([
  ["marks of emphasis", "*a_".repeat(501)],
  ["marks that open nothing", "*a ".repeat(6_600)],
  ["lines", "a\n\n".repeat(301)],
])("too many %s are refused before they are parsed", (_, source) => {
  expect(() => blocksOf(source)).toThrow(RangeError);
});

test("as many as are allowed are taken", () => {
  expect(blocksOf("*a_".repeat(500))).toHaveLength(1);
  expect(() => blocksOf(`${"*a_".repeat(500)}*`)).toThrow(RangeError);
  expect(blocksOf(`a${"\n\nb".repeat(300)}`)).toHaveLength(301);
  expect(() => blocksOf(`a${"\n\nb".repeat(300)}\n`)).toThrow(RangeError);
});

test("quotes and lists are shown six deep, what is deeper as text", () => {
  const depth = (blocks: readonly Block[]): number =>
    Math.max(
      0,
      ...blocks.map((block) =>
        block.kind === "quote"
          ? 1 + depth(block.blocks)
          : block.kind === "points"
            ? 1 + Math.max(...block.items.map(depth))
            : 0,
      ),
    );
  const list = (levels: number) =>
    Array.from({ length: levels }, (_, i) => `${"  ".repeat(i)}- x${i}`).join("\n");
  for (const [levels, shown] of [
    [5, 5],
    [6, 6],
    [7, 6],
    [9, 6],
  ] as const) {
    const quotes = blocksOf(`${">".repeat(levels)} deepest`);
    expect([levels, depth(quotes)]).toEqual([levels, shown]);
    expect(JSON.stringify(quotes)).toContain("deepest");
    const lists = blocksOf(list(levels));
    expect([levels, depth(lists)]).toEqual([levels, shown]);
    expect(JSON.stringify(lists)).toContain(`x${levels - 1}`);
  }
  // Thousands would exhaust the parser's stack.
  expect(JSON.stringify(blocksOf(`${">".repeat(5_000)} deepest`))).toContain("deepest");
});

const rich = (...spans: object[]) => [{ kind: "rich", spans }];

test.each<[what: string, source: string, blocks: object[]]>([
  [
    "a button",
    "[Open](https://a.example){button}",
    [{ kind: "button", label: "Open", url: "https://a.example/" }],
  ],
  ["no button without a label", "[](https://a.example){button}", rich({ text: "{button}" })],
  [
    "no button that leads nowhere",
    "[Open](javascript:x){button}",
    rich({ text: "Open" }, { text: "{button}" }),
  ],
  [
    "no button in a sentence",
    "[Open](https://a.example){button} **now**",
    rich({ text: "Open", url: "https://a.example/" }, { text: "{button} " }, { text: "now", bold: true }),
  ],
  ["no heading without text", "#\n\na", rich({ text: "a" })],
  ["nothing for an image without words", "![](https://a.example/x.png)", []],
  ["a heading on one line", "# a **b**   `c`", [{ kind: "heading", text: "a b c" }]],
  ["the number at which a list begins", "3. a", [{ kind: "points", start: 3, items: [rich({ text: "a" })] }]],
  ["a list without numbers", "- a", [{ kind: "points", start: null, items: [rich({ text: "a" })] }]],
  ["escaped marks", "\\*a\\*", rich({ text: "*" }, { text: "a" }, { text: "*" })],
  ["a line that ends hard", "a  \nb\nc", rich({ text: "a" }, { text: "\n" }, { text: "b c" })],
  ["looks within looks", "***a***", rich({ text: "a", italic: true, bold: true })],
  ["an address", "[a](mailto:a@b.example)", rich({ text: "a", url: "mailto:a@b.example" })],
  ["no link to what is no address", "[a](mailto:a)", rich({ text: "a" })],
  ["HTML as text", "<b>x</b>\n", rich({ text: "<b>" }, { text: "x" }, { text: "</b>" })],
])("%s", (_, source, blocks) => {
  expect(blocksOf(source)).toEqual(blocks);
});

test("what people write is far from the bounds", () => {
  expect(blocksOf("**a** _b_\n\n".repeat(166))).toHaveLength(166);
});
