import { expect, test } from "vitest";
import { brandOf, brandSettings } from "../../src/wordings/brand.ts";
import { chooseWording, localesToTry, type WordingHead } from "../../src/wordings/choose.ts";
import { unknownVariables } from "../../src/wordings/check.ts";
import { loadWordings } from "../../src/wordings/load.ts";
import { parseWording } from "../../src/wordings/parse.ts";
import { publishWording, putWording, unpublishWording } from "../../src/wordings/write.ts";
import { createHarness } from "../support/harness.ts";

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

test("a brand is inherited field by field, and a pale colour is refused with its contrast", () => {
  const settings = (orgId: string, brand: object) => ({
    orgId,
    name: null,
    defaults: {},
    quietHours: null,
    locale: null,
    brand: JSON.stringify(brand),
  });
  expect(
    brandOf([settings("child", { name: "Child" }), settings("", { name: "Top", colour: "#0b5cad" })]),
  ).toMatchObject({
    name: "Child",
    colour: "#0b5cad",
    replyTo: null,
  });
  const pale = brandSettings.safeParse({ colour: "#88bbff" });
  expect(pale.error?.issues[0]?.message).toMatch(/has a contrast of 1\.\d+:1 as text/u);
});
