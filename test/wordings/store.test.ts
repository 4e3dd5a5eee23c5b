import { expect, test } from "vitest";
import { brandOf, brandSettings } from "../../src/wordings/brand.ts";
import { chooseWording, localesToTry, wordingKey } from "../../src/wordings/choose.ts";
import type { WordingHead } from "../../src/db/schema/index.ts";
import { unknownVariables } from "../../src/wordings/check.ts";
import { loadWordings } from "../../src/wordings/load.ts";
import { parseWording } from "../../src/wordings/parse.ts";
import { renderWording } from "../../src/wordings/render.ts";
import { publishWording, putWording, unpublishWording } from "../../src/wordings/write.ts";
import { createHarness, type Harness } from "../support/harness.ts";

const ALL = { kind: "all" } as const;
const AUTHOR = { actor: "service:test", requestId: "r1" };
let count = 0;
const idOf = () => ({ type: `shipped_${++count}`, channel: "sms" as const, org_id: "", locale: "nb" });

test("a version is written once, published, rolled back and taken out of use", async () => {
  const h = createHarness();
  const id = idOf();
  const put = (text: string, publish = true) => putWording(h.ctx, AUTHOR, ALL, id, { text }, publish);
  expect(await put("one")).toMatchObject({ latest: 1, published: 1 });
  expect(await put("one")).toMatchObject({ latest: 1, published: 1 });
  expect(await put("two", false)).toMatchObject({
    latest: 2,
    published: 1,
    published_fields: '{"text":"one"}',
  });
  expect(await put("two")).toMatchObject({ latest: 2, published: 2 });
  expect(await publishWording(h.ctx, AUTHOR, ALL, id, 1)).toMatchObject({ latest: 2, published: 1 });
  await expect(publishWording(h.ctx, AUTHOR, ALL, id, 9)).rejects.toThrow("no such version");
  await unpublishWording(h.ctx, AUTHOR, ALL, id);
  expect(await put("two", false)).toMatchObject({ latest: 2, published: null });
});

test("an org_admin writes nothing for another organization", async () => {
  const h = createHarness();
  const id = { ...idOf(), org_id: "theirs" };
  const scope = { kind: "org", orgId: "mine" } as const;
  await expect(putWording(h.ctx, AUTHOR, scope, id, { text: "x" }, true)).rejects.toThrow(
    "no such organization",
  );
  await expect(unpublishWording(h.ctx, AUTHOR, scope, id)).rejects.toThrow("no such wording");
});

test("loaded words cost one round trip, and none when the isolate has them", async () => {
  const h = createHarness();
  const ids = [idOf(), idOf()];
  const heads: WordingHead[] = [];
  for (const id of ids) {
    const { published, published_at } = await putWording(
      h.ctx,
      AUTHOR,
      ALL,
      id,
      { text: `{{ user.name }}` },
      true,
    );
    heads.push({ ...id, version: published ?? 0, published_at: published_at ?? 0 });
  }
  const before = h.meter.trips;
  expect((await loadWordings(h.ctx, heads)).size).toBe(2);
  expect(h.meter.trips - before).toBe(1);
  expect((await loadWordings(h.ctx, heads)).size).toBe(2);
  expect(h.meter.trips - before).toBe(1);
});

/** Published words of one type, straight into the table. */
async function givenStored(
  h: Harness,
  id: ReturnType<typeof idOf>,
  texts: readonly string[],
): Promise<WordingHead[]> {
  const { type, channel, org_id, locale } = id;
  const rows = texts.map((text, i) => [i + 1, text]);
  await h.deps.bindings.DB.prepare(
    `INSERT INTO wording_versions (type, channel, org_id, locale, version, fields, created_by, created_at)
      SELECT ?, ?, ?, ?, value->>0, json_object('text', value->>1), 'service:test', 0 FROM json_each(?)`,
  )
    .bind(type, channel, org_id, locale, JSON.stringify(rows))
    .run();
  return texts.map((_, i) => ({ ...id, version: i + 1, published_at: 1 }));
}

test("words that cannot be parsed are missing, are reported once, and keep nothing from the others", async () => {
  const h = createHarness();
  const heads = await givenStored(h, idOf(), ["{% nope", "fine", "{{ x | nope }}"]);
  const gone = { ...heads[1], ...idOf(), version: 7, published_at: 1 };
  const load = () => loadWordings(h.ctx, [...heads.slice(0, 1), gone, ...heads.slice(1), ...heads]);
  const found = await load();
  expect([...found.keys()]).toEqual(heads.slice(1, 2).map(wordingKey));
  expect(h.logged.filter((line) => line.includes("wording_unusable"))).toHaveLength(2);
  expect([...(await load()).keys()]).toEqual([...found.keys()]);
  expect(h.logged.filter((line) => line.includes("wording_unusable"))).toHaveLength(2);
});

test("words are those of their type, organization, language and version alone", async () => {
  const h = createHarness();
  const id = idOf();
  const others = [id, { ...id, type: idOf().type }, { ...id, org_id: "other" }, { ...id, locale: "en" }];
  const heads: WordingHead[] = [];
  for (const [i, one] of others.entries())
    heads.push(...(await givenStored(h, one, [`text ${i}, first`, `text ${i}, second`])));
  const words = await loadWordings(h.ctx, heads);
  const variables = {
    data: {},
    user: { id: "u", name: null, locale: null },
    ...{ actor: null, org: null, brand: { name: "T" }, event: null, count: 1, items: [], now: 0 },
  };
  const printed = heads.map((head) => {
    const parsed = words.get(wordingKey(head));
    const shown = parsed && renderWording(parsed, variables, { locale: "en", timezone: null });
    return shown && "text" in shown ? shown.text : null;
  });
  expect(printed).toEqual(others.flatMap((_, i) => [`text ${i}, first`, `text ${i}, second`]));
});

test("an isolate keeps 300 words, and drops the oldest", async () => {
  const h = createHarness();
  const heads = await givenStored(
    h,
    idOf(),
    Array.from({ length: 301 }, (_, i) => `text ${i}`),
  );
  const trips = async (some: readonly WordingHead[]) => {
    const before = h.meter.trips;
    expect((await loadWordings(h.ctx, some)).size).toBe(some.length);
    return h.meter.trips - before;
  };
  expect(await trips(heads.slice(0, 300))).toBe(1);
  expect(await trips(heads.slice(0, 300))).toBe(0);
  expect(await trips(heads.slice(300))).toBe(1);
  expect(await trips(heads.slice(1))).toBe(0);
  expect(await trips(heads.slice(0, 1))).toBe(1);
});

test("languages are tried from the reader's own to English, each once", () => {
  expect(localesToTry(null, null)).toEqual(["en"]);
  expect(localesToTry("nn-NO", null)).toEqual(["nn-NO", "nn", "nb", "en"]);
  expect(localesToTry("en-GB", "en-US")).toEqual(["en-GB", "en", "en-US"]);
  expect(localesToTry(null, "de-AT")).toEqual(["de-AT", "de", "en"]);
});

test("the reader's language comes before the nearer organization, and built-in words before a foreign language", () => {
  const head = (org_id: string, locale: string): WordingHead => ({
    type: "t",
    channel: "sms",
    org_id,
    locale,
    version: 1,
    published_at: 1,
  });
  const tried = localesToTry("nb-NO", "de");
  expect(tried).toEqual(["nb-NO", "nb", "de", "en"]);
  const line = ["child", "parent", ""];
  expect(chooseWording([head("child", "en"), head("", "nb")], line, tried, [])).toEqual(head("", "nb"));
  expect(chooseWording([head("parent", "nb"), head("child", "nb")], line, tried, [])).toEqual(
    head("child", "nb"),
  );
  expect(chooseWording([head("child", "en")], line, tried, ["en", "nb"])).toBeNull();
  expect(chooseWording([head("child", "en")], line, tried, ["en"])).toEqual(head("child", "en"));
  expect(chooseWording([head("child", "fr")], line, tried, [])).toEqual(head("child", "fr"));
  expect(chooseWording([head("stranger", "nb")], line, tried, [])).toBeNull();
  expect(chooseWording([head("", "fr"), head("parent", "it")], line, tried, [])).toEqual(
    head("parent", "it"),
  );
  expect(chooseWording([head("child", "fr")], line, tried, ["en"])).toBeNull();
  expect(chooseWording([head("child", "de")], line, tried, ["en"])).toEqual(head("child", "de"));
  expect(chooseWording([], line, tried, [])).toBeNull();
  // Built-in words in no language that was tried are still better than others.
  expect(chooseWording([head("child", "fr")], line, ["nb"], ["en"])).toBeNull();
});

test("variables that the type does not have are told with their place", () => {
  const schema = {
    properties: { order: { properties: { id: {} } }, list: { items: { properties: { a: {} } } } },
  };
  const text =
    "{{ data.order.id }}{{ data.list[0].a }}{{ data.list.size }}{{ user.name }}\n{{ data.ordr }}{{ x }}{{ user.mail }}";
  expect(
    unknownVariables(parseWording("sms", "en", { text }), schema).map(({ line, message }) => [line, message]),
  ).toEqual([
    [2, "There is no variable data.ordr"],
    [2, "There is no variable user.mail"],
    [2, "There is no variable x"],
  ]);
});

test.each<[text: string, schema: Record<string, unknown> | null, unknown: string[]]>([
  ["{{ data.any.thing }}", null, []],
  ["{{ data }}{{ user }}{{ org }}{{ now }}{{ count }}", {}, []],
  ["{{ data.free.x }}", { properties: { free: {} } }, []],
  [
    "{{ data.list.first }}{{ data.list.last }}{{ data.text.size }}",
    { properties: { list: {}, text: {} } },
    [],
  ],
  ["{{ data.a.b }}", { properties: { a: { properties: { c: {} } } } }, ["data.a.b"]],
  ["{{ data[0].a }}", { properties: { a: {} } }, []],
  ["{{ data.l[0].b }}", { properties: { l: { items: { properties: { a: {} } } } } }, ["data.l.0.b"]],
  ["{{ data.a }}", { properties: {}, allOf: [] }, ["data.a"]],
  ["{{ brand.anything }}{{ items[0].x }}{{ actor.name }}{{ event.created_at }}", {}, []],
  ["{{ count.x }}{{ now.y }}{{ event.data }}", {}, ["count.x", "now.y", "event.data"]],
  ["{{ user[0] }}", {}, []],
  [
    "{% assign mine = 1 %}{{ mine }}{% for one in data.list %}{{ one.x }}{% endfor %}",
    { properties: { list: {} } },
    [],
  ],
])("in %s of %j unknown are %j", (text, schema, unknown) => {
  const found = unknownVariables(parseWording("sms", "en", { text }), schema);
  expect(found.map(({ message }) => message)).toEqual(unknown.map((name) => `There is no variable ${name}`));
});

test("a brand is inherited field by field, and a pale colour is refused with its contrast", () => {
  const settings = (orgId: string, brand: object) => ({
    orgId,
    name: null,
    defaults: {},
    quietHours: null,
    locale: null,
    country: null,
    brand: JSON.stringify(brand),
  });
  expect(
    brandOf([settings("child", { name: "Child" }), settings("", { name: "Top", colour: "#0b5cad" })]),
  ).toMatchObject({
    name: "Child",
    colour: "#0b5cad",
    replyTo: null,
  });
  expect(brandOf([settings("child", { font: "Arial" }), settings("", { name: "Top" })]).name).toBe("Top");
  expect(brandOf([{ ...settings("child", {}), brand: null }]).name).toBe("Tidings");
  const pale = brandSettings.safeParse({ colour: "#88bbff" });
  expect(pale.error?.issues[0]?.message).toMatch(/has a contrast of 1\.\d+:1 as text/u);
});
