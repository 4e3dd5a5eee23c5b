import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseWording } from "../../src/wordings/parse.ts";
import { renderWording } from "../../src/wordings/render.ts";
import type { Variables, WordingReader } from "../../src/wordings/variables.ts";
import type { Block } from "../../src/content/blocks.ts";

const variables = (data: Record<string, unknown> = {}, more: Partial<Variables> = {}): Variables => ({
  data,
  user: { id: "u1", name: "Kari", locale: "nb-NO" },
  actor: null,
  org: { id: "o1", name: "Hjelp" },
  brand: { name: "Tidings" },
  event: null,
  count: 1,
  items: [],
  now: Date.UTC(2026, 2, 20, 8),
  ...more,
});
const NORWEGIAN: WordingReader = { locale: "nb-NO", timezone: "Europe/Oslo" };

/** The text of an SMS with this template. */
const print = (text: string, data = {}, reader = NORWEGIAN, locale = "nb", more = {}) =>
  renderWording(parseWording("sms", locale, { text }), variables(data, more), reader).text;

const blocks = (body: string, data = {}): readonly Block[] =>
  renderWording(parseWording("email", "en", { subject: "s", body }), variables(data), NORWEGIAN).blocks;
const email = (body: string, data = {}) =>
  renderWording(parseWording("email", "en", { subject: "s", body }), variables(data), NORWEGIAN);
const actionUrl = (action_url: string, data = {}) =>
  renderWording(
    parseWording("in_app", "en", { title: "t", body: "b", action_url }),
    variables(data),
    NORWEGIAN,
  ).actionUrl;

describe("filters speak the reader's language", () => {
  const at = "2026-03-20T23:30:00Z";
  test.each([
    ["short", "21.03.2026"],
    ["medium", "21. mars 2026"],
    ["long", "21. mars 2026"],
    ["full", "lørdag 21. mars 2026"],
    ["time", "00:30"],
    ["datetime", "21. mars 2026, 00:30"],
  ])("a date, %s", (style, expected) => {
    expect(print(`{{ data.at | date: "${style}" }}`, { at })).toBe(expected);
  });

  test("a date without a time is the same day in every zone, and a number is epoch ms", () => {
    const day = { locale: "nb", timezone: "America/Los_Angeles" };
    expect(print('{{ data.at | date: "long" }}', { at: "2026-03-20" }, day)).toBe("20. mars 2026");
    expect(print('{{ now | date: "long" }}')).toBe("20. mars 2026");
  });

  test("what is no time stays as it is", () => {
    expect(print("{{ data.at | date }}", { at: "soon" })).toBe("soon");
  });

  test("numbers, shares and amounts", () => {
    const nb = print('{{ data.n | number }} {{ data.n | number: 0 }} {{ data.r | number: "percent" }}', {
      n: 1234.567,
      r: 0.92,
    });
    expect(nb.replaceAll(/\s/gu, " ")).toBe("1 234,57 1 235 92 %");
    expect(print('{{ 5 | number: "EUR", 0 }}', {}, { locale: "en-IE", timezone: null }, "en")).toBe("€5");
  });

  test("the region is the reader's where the reader has the words' language, else the words'", () => {
    const said = "{{ 1234.5 | number: 1 }}";
    expect(print(said, {}, { locale: "de-CH", timezone: null }, "de").replace("’", "'")).toBe("1'234.5");
    expect(print(said, {}, { locale: "fr", timezone: null }, "de")).toBe("1.234,5");
  });

  test("plurals have the categories of CLDR", () => {
    const said = '{{ data.n | plural: one: "# plik", few: "# pliki", many: "# plików", other: "# pliku" }}';
    const polish = (n: number) => print(said, { n }, { locale: "pl", timezone: null }, "pl");
    expect([1, 3, 5, 1.5].map(polish)).toEqual(["1 plik", "3 pliki", "5 plików", "1,5 pliku"]);
  });
});

describe("filters take what they are for", () => {
  test.each([
    ["{{ 1 | plural: 'x' }}", "plural: forms are zero, one, two, few, many, other"],
    ["{{ 1 | plural: some: 'x', other: 'y' }}", "plural: forms are zero, one, two, few, many, other"],
    ["{{ 1 | plural: one: 'x' }}", "plural: there must be the form other"],
    ["{{ 1 | number: 21 }}", "number: the decimals must be 0 to 20"],
    ["{{ 1 | number: -1 }}", "number: the decimals must be 0 to 20"],
    ["{{ 1 | number: 1.5 }}", "number: the decimals must be 0 to 20"],
    ["{{ 1 | number: 'percent', '2' }}", "number: the decimals must be 0 to 20"],
    ["{{ 1 | number: 'eur' }}", 'number: the style must be "percent" or a currency such as "EUR"'],
    ["{{ 1 | number: 'EURO' }}", 'number: the style must be "percent" or a currency such as "EUR"'],
    ["{{ 1 | date: 'iso' }}", "date: the style must be one of short, medium, long, full, time, datetime"],
  ])("%s is refused", (text, message) => {
    expect(() => print(text)).toThrow(message);
  });

  test.each([
    ["{{ data.v | number: 20 }}", 0.5, "0,50000000000000000000"],
    ["{{ data.v | number: 0 }}", 2.4, "2"],
    ["{{ data.v | number: 'percent', 1 }}", 0.1234, "12,3 %"],
    ["{{ data.v | number: 'NOK', 2 }}", 5, "5,00 kr"],
    ["{{ data.v | number }}", "12.5", "12,5"],
    ["{{ data.v | number }}", " ", ""],
    ["{{ data.v | number }}", "twelve", "twelve"],
    ["{{ data.v | plural: one: '#!', other: '# of #' }}", "1", "1!"],
    ["{{ data.v | plural: one: '#!', other: '# of #' }}", "many", "0 of 0"],
    ["{{ data.v | plural: other: '#' }}", 1, "1"],
    ["{{ data.v | date: 'datetime' }}", 8_640_000_000_000_001, "8640000000000001"],
    ["{{ data.v | date: 'datetime' }}", "2026-03-20T08:00:00", "20. mars 2026, 09:00"],
    ["{{ data.v | date: 'datetime' }}", "2026-03-20T08:00:00+05:00", "20. mars 2026, 04:00"],
    ["{{ data.v | date: 'datetime' }}", "2026-03-20T08:00:00.0000000000000000000Z", "20. mars 2026, 09:00"],
    ["{{ data.v | date: 'datetime' }}", `2026-03-20T08:00:00.${"0".repeat(20)}Z`, /^2026-03-20T08/u],
  ])("%s of %j", (text, v, expected) => {
    const shown = print(text, { v }).replaceAll(/\s/gu, " ");
    if (typeof expected === "string") expect(shown).toBe(expected);
    else expect(shown).toMatch(expected);
  });

  test("the last moment that a date can name is shown", () => {
    const zone = { locale: "en", timezone: "UTC" };
    expect(print('{{ data.v | date: "long" }}', { v: 8_640_000_000_000_000 }, zone, "en")).toBe(
      "September 13, 275760",
    );
  });
});

describe("a value stays a value", () => {
  test("a Markdown body shows any text as it is, and makes no markup of it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii", minLength: 1 }), (raw) => {
        const value = raw.trim();
        fc.pre(value !== "");
        expect(blocks("x{{ data.v }}", { v: value })).toEqual([
          { kind: "rich", spans: [{ text: `x${value}` }] },
        ]);
      }),
    );
  });

  test.each([
    "[win](https://evil.example)",
    "# Heading",
    "- one\n- two",
    "<b>bold</b>",
    "![x](https://evil.example/x.png)",
    "a\n\n---\n\n> quote",
    "    code",
    "`code`",
    "<https://evil.example>",
    "a](https://evil.example) [b",
  ])("alone in a paragraph: %j", (v) => {
    expect(blocks("{{ data.v }}", { v })).toEqual([{ kind: "rich", spans: [{ text: v }] }]);
  });

  test("in a label, in code, in a heading and in a link's address", () => {
    expect(blocks("[{{ data.v }}](https://a.example)", { v: "x](https://evil.example)" })).toEqual([
      { kind: "rich", spans: [{ text: "x](https://evil.example)", url: "https://a.example/" }] },
    ]);
    expect(blocks("`{{ data.v }}`", { v: "a` [b](https://c.example) `" })).toEqual([
      { kind: "rich", spans: [{ text: "a` [b](https://c.example) `", code: true }] },
    ]);
    expect(email("# Hi {{ data.v }}", { v: "a\n\n[b](https://c.example)" }).title).toBe(
      "Hi a [b](https://c.example)",
    );
    expect(blocks("[Go](https://a.example/{{ data.v }}?x={{ data.v }})", { v: "a b/../&y=1#" })).toEqual([
      {
        kind: "rich",
        spans: [{ text: "Go", url: "https://a.example/a%20b%2F..%2F%26y%3D1%23?x=a%20b%2F..%2F%26y%3D1%23" }],
      },
    ]);
  });

  test("a value that directly follows the base of a URL is encoded", () => {
    const data = { base: "https://a.example/find?q=", q: "x&y=1#z", none: "" };
    const found = "https://a.example/find?q=x%26y%3D1%23z";
    expect(actionUrl("{{ data.base }}{{ data.q }}", data)).toBe(found);
    expect(actionUrl("{{ data.none }}{{ data.base }}{{ data.q }}", data)).toBe(found);
    expect(blocks("See [{{ data.q }}]({{ data.base }}{{ data.q }})", data)).toEqual([
      { kind: "rich", spans: [{ text: "See " }, { text: "x&y=1#z", url: found }] },
    ]);
  });

  test("an action URL is a whole value, or has encoded values", () => {
    expect(actionUrl("{{ data.u }}", { u: "https://a.example/x?y=1#z" })).toBe("https://a.example/x?y=1#z");
    expect(actionUrl("https://a.example/{{ data.u }}", { u: "x/../y?z" })).toBe(
      "https://a.example/x%2F..%2Fy%3Fz",
    );
    expect(actionUrl("{{ data.u }}", { u: "javascript:alert(1)" })).toBeNull();
    expect(actionUrl("{{ data.u }}/orders/{{ data.i }}", { u: "https://a.example", i: "1?x" })).toBe(
      "https://a.example/orders/1%3Fx",
    );
  });

  test("controls and bidi overrides are removed; Arabic in an English text is isolated", () => {
    expect(print("<{{ data.v }}>", { v: "a\u202eb\u0007c" })).toBe("<ab c>");
    expect(print("<{{ data.v }}>", { v: "مرحبا" })).toBe("<\u2068مرحبا\u2069>");
    const arabic = (v: string) => print("<{{ data.v }}>", { v }, NORWEGIAN, "ar");
    expect([arabic("Ada"), arabic("")]).toEqual(["<\u2068Ada\u2069>", "<>"]);
  });

  test.each(["{% echo data.v %}", "{% cycle data.v, 'x' %}", "{% cycle 'g': data.v, 'x' %}"])(
    "also where a tag prints it: %s",
    (body) => {
      const v = "[win](https://evil.example) **b**";
      expect(blocks(body, { v })).toEqual([{ kind: "rich", spans: [{ text: v }] }]);
      expect(blocks(`{% capture x %}${body}{% endcapture %}{{ x }}`, { v })).toEqual([
        { kind: "rich", spans: [{ text: v }] },
      ]);
    },
  );

  test("what a tag prints in turn", () => {
    expect(print("{% for i in (1..3) %}{% cycle 'a', 'b' %}{% endfor %}{% echo 'c' %}")).toBe("abac");
  });

  test("captured text is escaped once", () => {
    expect(blocks("{% capture x %}{{ data.v }}{% endcapture %}{{ x }}", { v: "a*b*" })).toEqual([
      { kind: "rich", spans: [{ text: "a*b*" }] },
    ]);
  });
});

test("Markdown becomes the blocks of a mail", () => {
  const said = `# Title

Hello **{{ user.name }}**, *this* is \`code\` and [a link](https://a.example).\\
Next line

1. one
2. two
   - nested

> quoted

---

    block

[Open](https://a.example/open){button}

[mail](mailto:a@b.example) [bad](javascript:alert(1)) <b>x</b> ![alt](https://a.example/p.png)`;
  expect(email(said)).toMatchSnapshot();
});

describe("hostile templates end in an error, by counted limits", () => {
  const hostile: Record<string, string> = {
    "a huge range": "{% for i in (1..100000000) %}x{% endfor %}",
    "nested loops":
      "{% for a in (1..100) %}{% for b in (1..100) %}{% for c in (1..100) %}x{% endfor %}{% endfor %}{% endfor %}",
    "empty loops": "{% for a in (1..9999) %}{% for b in (1..9999) %}{% endfor %}{% endfor %}",
    "doubling by capture":
      "{% assign x = 'xxxxxxxxxx' %}{% for i in (1..40) %}{% capture x %}{{ x }}{{ x }}{% endcapture %}{% endfor %}",
    "doubling by append":
      "{% assign x = 'xxxxxxxxxx' %}{% for i in (1..40) %}{% assign x = x | append: x %}{% endfor %}",
    "doubling by concat":
      "{% assign x = 'a,b' | split: ',' %}{% for i in (1..40) %}{% assign x = x | concat: x | sort | join: ',' | split: ',' | concat: x %}{% endfor %}",
    "doubling by replace":
      "{% assign x = 'aaaaaaaaaa' %}{% for i in (1..40) %}{% assign x = x | replace: 'a', x %}{% endfor %}",
    "doubling by plural":
      "{% assign x = '####' %}{% for i in (1..40) %}{% assign x = x | append: x %}{{ 1 | plural: other: x }}{% endfor %}",
    "a long text, often": `{% for i in (1..9999) %}${"x".repeat(1_500)}{% endfor %}`,
    "a long condition, often": `{% for i in (1..9999) %}{% if ${Array.from({ length: 80 }, () => "a == b").join(" or ")} %}{% endif %}{% endfor %}`,
    "sums of a range": "{% assign r = (1..90000) %}{% for i in (1..9999) %}{{ r | sum }}{% endfor %}",
    "searches in a range":
      "{% assign r = (1..90000) %}{% for i in (1..9999) %}{{ r | find_index: 'x', 'y' }}{% endfor %}",
    "contains in a range":
      "{% assign r = (1..90000) %}{% for i in (1..9999) %}{% if r contains 0 %}{% endif %}{% endfor %}",
  };
  test.each(Object.entries(hostile))("%s", (_, text) => {
    expect(() => print(text)).toThrow(/units of work/u);
  });

  test.each([
    ["{% include 'x' %}", 'tag "include" not found'],
    ["{% render 'x' %}", 'tag "render" not found'],
    ["{% layout 'x' %}", 'tag "layout" not found'],
    ["{% block x %}{% endblock %}", 'tag "block" not found'],
    ["{% liquid echo 1 %}", 'tag "liquid" not found'],
    ["{% tablerow x in y %}{% endtablerow %}", 'tag "tablerow" not found'],
    ["{% increment x %}", 'tag "increment" not found'],
    ["{{ x | raw }}", "undefined filter: raw"],
    ["{{ x | where_exp: 'a', 'b' }}", "undefined filter: where_exp"],
    ["{{ x | json }}", "undefined filter: json"],
    ["{{ x | constructor }}", "undefined filter: constructor"],
    ["{% constructor %}", 'tag "constructor" not found'],
    ["{% if true %}".repeat(21), "Tags may stand in at most 20 others"],
    ["{% if true %}".repeat(1_000), "Tags may stand in at most 20 others"],
    ["{{x}}".repeat(4_000), "at most 2000 tags"],
    [`{{ ${"a[".repeat(700)} }}`, "A tag may have at most 1000 characters"],
    [`{% if a %}${"{% elsif a %}".repeat(101)}{% endif %}`, "at most 100 elsif"],
    ["x".repeat(1_000_000), "at most 20000 characters"],
    ["{% if a %}", "not closed"],
    ["{{ a", "not closed"],
  ])("%#: refused at once: %.40s", (text, message) => {
    expect(() => print(text)).toThrow(message);
  });

  test.each([
    "{{ data.constructor.constructor }}",
    "{{ data.__proto__ }}{{ data['__proto__'].x }}",
    "{{ data.toString }}{{ user.constructor.name }}",
    "{% assign __proto__ = data %}{{ __proto__.constructor }}",
    "{{ constructor }}{{ hasOwnProperty }}",
    "{% for p in data.constructor %}{{ p }}{% endfor %}",
    '{{ "x".constructor }}{{ data.list.constructor }}{{ data.list | map: "constructor" }}',
    '{{ data.list | where: "__proto__" | first }}',
  ])("nothing of a prototype: %s", (text) => {
    expect(print(text, { list: [{}, {}] })).toBe("");
  });

  test("a template changes nothing that the next one sees", () => {
    const data = { list: [3, 1, 2] };
    const said = "{% assign data = 1 %}{% assign user = 2 %}{{ data }}";
    print(said, data);
    print("{{ data.list | sort | reverse | join }}{% assign list = data.list | concat: data.list %}", data);
    expect(print("{{ data.list | join: ',' }}", data)).toBe("3,1,2");
  });
});

test("an error has the field, line and column", () => {
  expect(() => parseWording("push", "en", { title: "ok", body: "one\ntwo\n   {{ x | nope }}" })).toThrow(
    "body, line 3, column 4: undefined filter: nope",
  );
  expect(() => print("a\n{{ 1 | date: '%Y' }}")).toThrow(
    /line 2, column 1: date: the style must be one of short/u,
  );
});
