import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { createHarness, type Harness, mint } from "../../support/harness.ts";
import { givenOrg } from "../../support/world.ts";
import {
  adminOf,
  type At,
  BASE,
  diff,
  get,
  given,
  givenType,
  pagesOf,
  pathOf,
  preview,
  publish,
  put,
  remove,
} from "./calls.ts";

interface Head {
  type: string;
  channel: string;
  locale: string;
  org_id: string | null;
}
const placeOf = ({ type, channel, locale }: Head) => `${type}/${channel}/${locale}`;

/** Versions, straight into the table, and the head. */
async function givenVersions(h: Harness, [place, org]: At, count: number, published = count): Promise<void> {
  const id = [...place.split("/"), org ?? ""];
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO wording_versions (type, channel, locale, org_id, version, fields, created_by, created_at)
       SELECT ?1, ?2, ?3, ?4, value, json_object('text', 'Text ' || value), 'service:test', ?5 FROM json_each(?6)`,
    ).bind(...id, h.clock.now(), JSON.stringify(Array.from({ length: count }, (_, i) => i + 1))),
    env.DB.prepare(
      `INSERT INTO wordings (type, channel, locale, org_id, published, published_at, latest, updated_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6)`,
    ).bind(...id, published, h.clock.now(), count),
  ]);
}

describe("the list", () => {
  test("shows each of an owner's words once, in order, whatever the size of its pages", async () => {
    const h = createHarness();
    const parent = await givenOrg(h);
    const org = await givenOrg(h, parent);
    const [a, b, longest] = [mint("a"), mint("b"), mint("c").padEnd(64, "x")];
    for (const type of [a, b, longest]) await givenType(h, type, parent);
    const places = [a, b, longest].flatMap((type) => [
      `${type}/email/en`,
      `${type}/in_app/en`,
      `${type}/push/de-CH`,
      `${type}/push/en`,
      `${type}/sms/nb`,
      `${type}/sms/zh-Hant-TW`,
    ]);
    const words: Record<string, object> = {
      email: { subject: "a", body: "b" },
      sms: { text: "a" },
    };
    for (const place of places.toReversed())
      expect(
        (await put(h, [place, org], words[place.split("/")[1] ?? ""] ?? { title: "a", body: "b" })).status,
      ).toBe(200);
    await put(h, [`${a}/sms/en`, parent], { text: "Not of this one" });
    for (let limit = 1; limit <= places.length + 1; limit++)
      expect([limit, (await pagesOf<Head>(h, `${BASE}?org_id=${org}`, limit)).map(placeOf)]).toEqual([
        limit,
        places,
      ]);
    for (let limit = 1; limit <= 7; limit++)
      expect((await pagesOf<Head>(h, `${BASE}?org_id=${org}&type=${b}`, limit)).map(placeOf)).toEqual(
        places.slice(6, 12),
      );
    expect((await pagesOf<Head>(h, `${BASE}?`, 5, adminOf(org))).map(placeOf)).toEqual(places);
    expect(await pagesOf(h, `${BASE}?org_id=${org}&type=nothing`, 5)).toEqual([]);
  });

  test("of the service has no organization, and refuses a strange cursor", async () => {
    const h = createHarness();
    const type = mint("t");
    await givenType(h, type, null);
    await put(h, [`${type}/sms/en`, null], { text: "a" });
    const [row] = await pagesOf<Head>(h, `${BASE}?type=${type}`, 5);
    expect(row).toMatchObject({ type, org_id: null });
    expect((await h.request("GET", `${BASE}?cursor=!`)).status).toBe(400);
    expect((await h.request("GET", `${BASE}?limit=0`)).status).toBe(400);
  });
});

test("a type has words in 100 languages at most on a channel, and those that are there can be changed", async () => {
  const { h, org, type } = await given();
  const at = (locale: string, owner = org): At => [`${type}/sms/${locale}`, owner];
  // The regions of UN M.49 have three digits.
  const locales = Array.from({ length: 99 }, (_, i) => `en-${i + 100}`);
  for (const locale of locales) await givenVersions(h, at(locale), 1);
  expect((await put(h, at("nb"), { text: "last" })).status).toBe(200);
  expect(await put(h, at("de"), { text: "more" })).toMatchObject({
    status: 409,
    body: { code: "too_many_locales" },
  });
  expect((await get(h, at("de"))).status).toBe(404);
  expect((await put(h, at("nb"), { text: "changed" })).body.latest).toBe(2);
  expect((await put(h, [`${type}/push/de`, org], { title: "a", body: "b" })).status).toBe(200);
  expect((await put(h, at("de", await givenOrg(h, org)), { text: "below" })).status).toBe(200);
});

describe("versions", () => {
  test("are listed from the newest, each once, whatever the size of the pages", async () => {
    const { h, place } = await given();
    await givenVersions(h, place, 12);
    const all = Array.from({ length: 12 }, (_, i) => 12 - i);
    for (let limit = 1; limit <= 13; limit++) {
      const found = await pagesOf<{ version: number }>(h, pathOf(place, "/versions"), limit);
      expect([limit, found.map(({ version }) => version)]).toEqual([limit, all]);
    }
    for (const cursor of ["!", btoa("x1"), btoa("-1")])
      expect((await h.request("GET", pathOf(place, "/versions", `&cursor=${cursor}`))).status).toBe(400);
    expect((await h.request("GET", pathOf([`${mint("t")}/sms/en`, place[1]], "/versions"))).status).toBe(404);
  });

  test("are kept up to 100, and the one in use", async () => {
    const { h, place } = await given();
    await givenVersions(h, place, 100, 2);
    const kept = async () =>
      (await pagesOf<{ version: number }>(h, pathOf(place, "/versions"), 100))
        .map(({ version }) => version)
        .toReversed();
    await put(h, place, { text: "101" }, "&publish=false");
    expect(await kept()).toEqual(Array.from({ length: 100 }, (_, i) => i + 2));
    await put(h, place, { text: "102" }, "&publish=false");
    await put(h, place, { text: "103" }, "&publish=false");
    expect(await kept()).toEqual([2, ...Array.from({ length: 100 }, (_, i) => i + 4)]);
    expect((await get(h, place)).body).toMatchObject({
      published: 2,
      latest: 103,
      fields: { text: "Text 2" },
    });
    await put(h, place, { text: "104" });
    expect(await kept()).toEqual(Array.from({ length: 100 }, (_, i) => i + 5));
    expect((await publish(h, place, 2)).status).toBe(404);
  });

  test("are published and rolled back; one that is not there is not", async () => {
    const { h, place } = await given();
    for (const text of ["one", "two"]) await put(h, place, { text });
    h.clock.advance(1_000);
    expect((await publish(h, place, 1)).body).toMatchObject({
      published: 1,
      latest: 2,
      published_at: "2026-03-26T08:00:01.000Z",
      fields: { text: "one" },
      latest_fields: { text: "two" },
    });
    h.clock.advance(1_000);
    expect((await publish(h, place, 1)).body.published_at).toBe("2026-03-26T08:00:01.000Z");
    for (const version of [3, 1_000_000_000])
      expect(await publish(h, place, version)).toMatchObject({
        status: 404,
        body: { detail: "There is no such version." },
      });
    for (const version of [0, 1_000_000_001]) {
      expect((await publish(h, place, version)).status).toBe(400);
      expect((await diff(h, place, version, 1)).status).toBe(400);
      expect((await diff(h, place, 1, version)).status).toBe(400);
      expect((await preview(h, place, { version })).status).toBe(400);
    }
    expect((await diff(h, place, 1, 1_000_000_000)).status).toBe(404);
    expect((await get(h, place)).body.published).toBe(1);
  });

  test("out of use leave the words inherited, and can be used again", async () => {
    const { h, org, place, type } = await given();
    const child = await givenOrg(h, org);
    const own: At = [`${type}/sms/en`, child];
    await put(h, place, { text: "inherited" });
    await put(h, own, { text: "own" });
    expect((await remove(h, own)).status).toBe(200);
    expect((await get(h, own)).body).toMatchObject({
      published: null,
      published_at: null,
      fields: null,
      latest: 1,
    });
    expect((await remove(h, own)).status).toBe(200);
    expect((await publish(h, own, 1)).body).toMatchObject({ published: 1, fields: { text: "own" } });
    expect((await remove(h, [`${type}/sms/nb`, child])).status).toBe(404);
    expect((await get(h, [`${type}/sms/nb`, child])).status).toBe(404);
  });

  test("are compared field by field, line by line", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const type = mint("t");
    await givenType(h, type, org);
    const place: At = [`${type}/email/en`, org];
    await put(h, place, { subject: "It is sent", body: "a\nb\nc" });
    await put(h, place, { subject: "It is sent", preheader: "New", body: "a\nc\nd" });
    expect((await diff(h, place, 1, 2)).body).toEqual({
      from: 1,
      to: 2,
      fields: [
        { field: "body", lines: [" a", "-b", " c", "+d"] },
        { field: "preheader", lines: ["+New"] },
      ],
    });
    expect((await diff(h, place, 2, 1)).body.fields).toContainEqual({ field: "preheader", lines: ["-New"] });
    expect((await diff(h, place, 2, 2)).body.fields).toEqual([]);
    expect((await diff(h, place, 1, 3)).status).toBe(404);
    expect((await diff(h, place, 0, 1)).status).toBe(400);
    expect((await h.request("GET", pathOf(place, "/diff", "&from=1"))).status).toBe(400);
  });

  test("that are drafts can be previewed one by one", async () => {
    const { h, place } = await given();
    await put(h, place, { text: "one {{ data.order }}" });
    await put(h, place, { text: "two {{ data.order }}" }, "&publish=false");
    for (const [body, version, text] of [
      [{ version: 1 }, 1, "one A-1042"],
      [{ version: 2 }, 2, "two A-1042"],
      [{}, 2, "two A-1042"],
    ] as const)
      expect((await preview(h, place, body)).body).toMatchObject({ source: "version", version, text });
    expect((await preview(h, place, { version: 3 })).status).toBe(404);
  });
});
