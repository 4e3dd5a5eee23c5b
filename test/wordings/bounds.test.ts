import { describe, expect, test } from "vitest";
import { WORDING_FIELDS } from "../../src/wordings/fields.ts";
import { parseWording } from "../../src/wordings/parse.ts";
import { renderWording } from "../../src/wordings/render.ts";
import { shield, unshieldUrl } from "../../src/wordings/shield.ts";
import type { Variables } from "../../src/wordings/variables.ts";

const variables = (data: Record<string, unknown>): Variables => ({
  data,
  user: { id: "u1", name: "Kari", locale: "en" },
  actor: null,
  org: null,
  brand: { name: "Tidings" },
  event: null,
  count: 1,
  items: [],
  now: 0,
});
const reader = { locale: "en", timezone: "UTC" };

const print = (text: string, data = {}) =>
  renderWording(parseWording("sms", "en", { text }), variables(data), reader).text;
const inApp = (fields: { title?: string; body?: string; action_url?: string }, data = {}) =>
  renderWording(parseWording("in_app", "en", { title: "t", body: "b", ...fields }), variables(data), reader);
const email = (fields: { subject?: string; preheader?: string; body?: string }, data = {}) =>
  renderWording(parseWording("email", "en", { subject: "s", body: "b", ...fields }), variables(data), reader);

describe("a template", () => {
  const nested = (levels: number) => "{% if true %}".repeat(levels) + "{% endif %}".repeat(levels);
  const branches = (count: number) => `{% if a %}${"{% elsif a %}".repeat(count)}{% endif %}`;
  const cases = (count: number) => `{% case a %}${"{% when 1 %}".repeat(count)}{% endcase %}`;
  const long = (chars: number) => `{{ "${"x".repeat(chars - 8)}" }}`;

  test.each([
    ["20 tags in each other", nested(20)],
    ["tags beside each other", nested(1).repeat(100)],
    ["2,000 parts", "{{x}}".repeat(2_000)],
    ["100 elsif", branches(100)],
    ["100 when", cases(100)],
    ["a tag of 1,000 characters", long(1_000)],
    ["20,000 characters", "x".repeat(20_000)],
    ["a text of any length between tags", `{{ x }}${"y".repeat(2_000)}{{ x }}`],
  ])("may have %s", (_, text) => {
    expect(parseWording("sms", "en", { text }).templates.size).toBe(1);
  });

  test.each([
    ["21 tags in each other", nested(21), "Tags may stand in at most 20 others"],
    ["2,001 parts", "{{x}}".repeat(2_001), "It may have at most 2000 tags and texts between them"],
    ["101 elsif", branches(101), "It may have at most 100 elsif and when"],
    ["101 when", cases(101), "It may have at most 100 elsif and when"],
    ["a tag of 1,001 characters", long(1_001), "A tag may have at most 1000 characters"],
    ["20,001 characters", "x".repeat(20_001), "It may have at most 20000 characters"],
    ...["capture x", "case x", "for x in y", "if x", "unless x"].map((tag) => [
      `21 ${tag} in each other`,
      `{% ${tag} %}`.repeat(21),
      "Tags may stand in at most 20 others",
    ]),
  ])("may not have %s", (_, text, message) => {
    expect(() => parseWording("sms", "en", { text })).toThrow(`text, line 1, column`);
    expect(() => parseWording("sms", "en", { text })).toThrow(message);
  });

  test("is refused with where its excess begins", () => {
    const text = `one\n  ${"{% if true %}".repeat(21)}`;
    expect(() => parseWording("sms", "en", { text })).toThrow(`text, line 2, column ${3 + 20 * 13}:`);
  });

  test("whose text has too much Markdown is refused when it is rendered", () => {
    expect(() => email({ body: "{% for i in (1..1001) %}*a {% endfor %}" })).toThrow(
      "body, line 1, column 1: It is nested too deeply, or has too many lines or marks of emphasis",
    );
  });
});

describe("the work of a template is counted for", () => {
  const loop = (times: number, inner: string) => `{% for i in (1..${times}) %}${inner}{% endfor %}`;
  // Each loop without what is counted would stay far below the limit.
  test.each([
    ["properties that are read", loop(600, `{{ data${".a".repeat(480)} }}`)],
    ["operators", loop(600, `{% if ${Array.from({ length: 115 }, () => "0==1").join(" or ")} %}{% endif %}`)],
    [
      "operators with one operand",
      loop(600, `{% if ${Array.from({ length: 94 }, () => "not 1").join(" or ")} %}{% endif %}`),
    ],
    ["texts", loop(100, "x".repeat(12_000))],
    ["filters", loop(600, `{{ 1${" |abs".repeat(190)} }}`)],
    ["what filters get", loop(100, "{{ data.long | size }}")],
    ["members that filters get", loop(100, "{{ data.list | size }}")],
    ["what filters are given", loop(100, "{{ 'x' | append: data.long | slice: 0 }}")],
    ["what is searched", loop(100, "{% if data.long contains 'y' %}{% endif %}")],
    ["what is captured", loop(100, "{% capture x %}{{ data.long }}{% endcapture %}")],
    ["numbers in plurals", loop(500, `{{ 1 | plural: other: "${"#".repeat(900)}" | size }}`)],
    ["steps", loop(9_990, "{% if 0 %}{% endif %}{% if 0 %}{% endif %}")],
  ])("%s", (_, text) => {
    const data = { long: "x".repeat(12_000), list: Array.from({ length: 1_200 }, () => 1) };
    expect(() => print(text, data)).toThrow("It needs more than 1000000 units of work");
  });

  test("a tag by its own length, wherever it stands", () => {
    const text = `${"x".repeat(1_000)}${" ".repeat(18_000)}${loop(50, "{{ i }}")}`;
    expect(print(text)).toContain("xx");
  });

  test("and is the same each time", () => {
    const text = loop(400, `{{ data${".a".repeat(300)} }}`);
    for (let i = 0; i < 5; i++) expect(print(text)).toBe("");
  });
});

describe("what is rendered", () => {
  const cut = (max: number) => `${"x".repeat(max - 1)}…`;
  const v = "x".repeat(40_001);

  test("is cut to what its channel takes", () => {
    expect(inApp({ title: "{{ data.v }}", body: "{{ data.v }}" }, { v })).toMatchObject({
      title: cut(200),
      body: cut(4_000),
    });
    expect(print("{{ data.v }}", { v })).toBe(cut(1_530));
    const mail = email({ subject: "{{ data.v }}", preheader: "{{ data.v }}", body: "{{ data.v }}" }, { v });
    expect([mail.subject, mail.preheader]).toEqual([cut(200), cut(140)]);
    expect(mail.blocks).toEqual([{ kind: "rich", spans: [{ text: cut(40_000) }] }]);
    const fits = "x".repeat(1_530);
    expect(print("{{ data.v }}", { v: fits })).toBe(fits);
  });

  test("has no more than one empty line together, and none at its ends", () => {
    expect(print("\n {% if true %} \n\n\n a \t\n\n\nb\n\nc{% endif %}\n")).toBe("a\n\nb\n\nc");
    expect(inApp({ title: " a\n b " }).title).toBe("a b");
  });

  test("of a mail begins with its title only where that is a heading", () => {
    expect(email({ body: "# A\n\nb" })).toMatchObject({ title: "A", blocks: [{ kind: "rich" }] });
    expect(email({ body: "b\n\n# A" })).toMatchObject({
      title: "",
      blocks: [{ kind: "rich" }, { kind: "heading" }],
    });
    expect(email({ body: "{{ data.none }}" })).toMatchObject({ title: "", blocks: [], preheader: "" });
  });

  test("has no characters that would come out as others", () => {
    expect(print("<{{ data.v }}\ue041\ue080>", { v: "a\ue042\ue080b" })).toBe("<ab>");
  });

  test("of an action is a URL without blanks around it", () => {
    expect(inApp({ action_url: " {{ data.v }} " }, { v: "https://a.example/x" }).actionUrl).toBe(
      "https://a.example/x",
    );
    const safe = "a-b_c.d~e";
    expect(inApp({ action_url: "https://a.example/{{ data.v }}" }, { v: safe }).actionUrl).toBe(
      `https://a.example/${safe}`,
    );
    expect(unshieldUrl(`https://a.example/${shield("\t!'()*")}`)).toBe(
      "https://a.example/%09%21%27%28%29%2A",
    );
  });

  test("of a list is that of its members, and of an object nothing", () => {
    expect(print("{{ data.v }}", { v: ["a", 1, true, null, ["b"], { c: 1 }] })).toBe("a1trueb");
  });
});

describe("fields", () => {
  test.each([
    ["push", { title: "x".repeat(1_000), body: "x".repeat(4_000) }],
    ["in_app", { title: "x", body: "x".repeat(4_000), action_url: "x".repeat(1_000) }],
    ["in_app", { title: "x", body: "x", action_url: null }],
    ["email", { subject: "x".repeat(1_000), preheader: "x".repeat(1_000), body: "x".repeat(20_000) }],
    ["email", { subject: "x", preheader: null, body: "x\ny" }],
    ["sms", { text: "x".repeat(2_000) }],
  ] as const)("of %s are taken up to their length", (channel, fields) => {
    expect(WORDING_FIELDS[channel].safeParse(fields).success).toBe(true);
  });

  test.each([
    ["push", { title: "x".repeat(1_001), body: "b" }, "title"],
    ["push", { title: "a", body: "x".repeat(4_001) }, "body"],
    ["in_app", { title: "a", body: "x".repeat(4_001) }, "body"],
    ["in_app", { title: "a", body: "b", action_url: "x".repeat(1_001) }, "action_url"],
    ["email", { subject: "x".repeat(1_001), body: "b" }, "subject"],
    ["email", { subject: "a\rb", body: "b" }, "subject"],
    ["email", { subject: "a", preheader: "a\nb", body: "b" }, "preheader"],
    ["email", { subject: "a", body: "x".repeat(20_001) }, "body"],
    ["sms", { text: "x".repeat(2_001) }, "text"],
    ["sms", { text: " \n " }, "text"],
    ["sms", { text: "a\0b" }, "text"],
    ["sms", { text: "a\ud800" }, "text"],
  ] as const)("of %s are refused beyond it: %#", (channel, fields, field) => {
    expect(WORDING_FIELDS[channel].safeParse(fields).error?.issues.map(({ path }) => path)).toEqual([
      [field],
    ]);
  });
});
