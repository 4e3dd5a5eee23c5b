import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { createHarness, type Harness, mint } from "../../support/harness.ts";
import { givenOrg, givenUser } from "../../support/world.ts";
import { adminOf, type At, givenType, preview, put, remove } from "./calls.ts";

/** A type of an organization that has another above it. */
async function given(more: object = {}) {
  const h = createHarness();
  const parent = await givenOrg(h);
  const org = await givenOrg(h, parent);
  const type = mint("t");
  await givenType(h, type, parent, more);
  const at = (channel: string, owner: string | null = org, locale = "en"): At => [
    `${type}/${channel}/${locale}`,
    owner,
  ];
  return { h, parent, org, type, at };
}

async function givenReader(h: Harness, org: string): Promise<string> {
  const { id } = await givenUser(h, { org });
  await env.DB.prepare("UPDATE users SET locale = 'nb-NO', timezone = 'Europe/Oslo' WHERE id = ?")
    .bind(id)
    .run();
  return id;
}

describe("the words of a preview are", () => {
  test("the draft, the version, the latest, the inherited ones, else none", async () => {
    const { h, parent, org, at } = await given();
    const own = at("sms");
    expect(await preview(h, own)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/fields", detail: "is required: nobody has written these words" }] },
    });
    await put(h, at("sms", parent), { text: "parent's {{ data.order }}" });
    await put(h, at("sms", parent), { text: "not in use" }, "&publish=false");
    const inherited = { source: "inherited", version: 1, text: "parent's A-1042" };
    expect((await preview(h, own)).body).toMatchObject(inherited);
    expect((await preview(h, [own[0], null], {}, adminOf(org))).body).toMatchObject(inherited);
    await put(h, own, { text: "own one" });
    await put(h, own, { text: "own two" }, "&publish=false");
    expect((await preview(h, own)).body).toMatchObject({ source: "version", version: 2, text: "own two" });
    expect((await preview(h, own, { version: 1 })).body).toMatchObject({ version: 1, text: "own one" });
    expect((await preview(h, own, { fields: { text: "draft {{ data.items }}" } })).body).toEqual({
      type: own[0].split("/")[0],
      channel: "sms",
      locale: "en",
      source: "draft",
      version: null,
      text: "draft 3",
    });
    expect(await preview(h, own, { version: 1, fields: { text: "x" } })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/version", detail: "must not be given with `fields`" }] },
    });
    expect((await preview(h, own, { version: 3 })).status).toBe(404);
    // Out of use, the latest version is still what its author works on.
    expect((await remove(h, own)).status).toBe(200);
    expect((await preview(h, own)).body).toMatchObject({ source: "version", version: 2 });
  });

  test("never inherited ones that cannot be parsed any more", async () => {
    const { h, parent, org } = await given();
    const place: At = ["welcome/email/en", org];
    await put(h, [place[0], parent], { subject: "Ours", body: "Hello" });
    await env.DB.prepare("UPDATE wording_versions SET fields = ? WHERE type = 'welcome' AND org_id = ?")
      .bind('{"subject":"{{ x | nope }}","body":"Hello"}', parent)
      .run();
    expect((await preview(h, place)).body).toMatchObject({ source: "built_in", version: null });
  });

  test("those in the organization's language, where the asked one has none", async () => {
    const { h, parent, org, at } = await given();
    for (const locale of ["fr", "nb", "sv"]) await put(h, at("sms", parent, locale), { text: locale });
    const shown = async () => (await preview(h, at("sms", org, "de"))).body.text;
    // In whatever language, rather than none.
    expect(await shown()).toBe("fr");
    const speaks = (id: string, locale: string) =>
      h.request("PATCH", `/api/v1/orgs/${id}/preferences`, { body: { locale } });
    await speaks(parent, "sv");
    expect(await shown()).toBe("sv");
    await speaks(org, "nb");
    expect(await shown()).toBe("nb");
  });

  test("those of built-in types where nobody has written others", async () => {
    const { h, parent, org } = await given();
    const place: At = ["welcome/email/en", org];
    const { status, body } = await preview(h, place);
    expect([status, body.source, body.version]).toEqual([200, "built_in", null]);
    expect(body.subject).not.toBe("");
    await put(h, [place[0], parent], { subject: "Ours", body: "Hello {{ user.name | default: 'there' }}" });
    expect((await preview(h, place)).body).toMatchObject({
      source: "inherited",
      version: 1,
      subject: "Ours",
    });
    expect((await preview(h, place)).body.text).toContain("Hello there");
    // Words that the reader understands come first.
    expect((await preview(h, ["welcome/email/nb", org])).body.source).toBe("built_in");
    expect(await preview(h, ["pause_activated/push/en", org])).toMatchObject({
      status: 400,
      body: {
        errors: [{ pointer: "/fields", detail: "is required: built-in words are shown for e-mails only" }],
      },
    });
  });
});

describe("data of a preview", () => {
  test("is the sample, or what is given; what does not fit is named", async () => {
    const { h, at } = await given();
    const words = { fields: { text: "{{ data.order }}" } };
    expect((await preview(h, at("sms"), words)).body.text).toBe("A-1042");
    expect((await preview(h, at("sms"), { ...words, data: { order: "B-1" } })).body.text).toBe("B-1");
    const { status, body } = await preview(h, at("sms"), { ...words, data: { items: "3", more: 1 } });
    expect(status).toBe(400);
    const pointers: string[] = body.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect(pointers.toSorted()).toEqual(["/data/items", "/data/more", "/data/order"]);
    expect(
      await preview(h, ["stats_summary/email/en", at("sms")[1]], { data: { total: "many" } }),
    ).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/data" }] },
    });
  });

  test("is required where the type has no sample", async () => {
    const { h, at } = await given({ sample: null });
    const words = { fields: { text: "{{ data.order }}" } };
    expect(await preview(h, at("sms"), words)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/data", detail: "is required: the type has no sample" }] },
    });
    expect((await preview(h, at("sms"), { ...words, data: { order: "B-1" } })).body.text).toBe("B-1");
  });

  test("with which words cannot be rendered is refused with the place; so is a draft", async () => {
    const { h, at } = await given();
    const bad = { text: "a\n{{ data.at | date: data.order }}" };
    const detail = expect.stringMatching(/^line 2, column 1: date: the style must be one of/);
    expect(await preview(h, at("sms"), { fields: bad })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "/fields/text", detail }] },
    });
    const data = { order: "long", at: "2026-03-26" };
    expect((await preview(h, at("sms"), { fields: bad, data })).body.text).toBe("a\nMarch 26, 2026");
    for (const [fields, pointers] of [
      [{ text: "{{ data" }, ["/fields/text"]],
      [{ text: " ", title: "x" }, ["/fields/text", "/fields/title"]],
    ] as const) {
      const { status, body } = await preview(h, at("sms"), { fields });
      expect([status, body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([
        400,
        pointers,
      ]);
    }
  });
});

describe("the reader of a preview", () => {
  test("has a name, a language and a zone", async () => {
    const { h, org, at } = await given();
    const user = await givenReader(h, org);
    const text =
      "{{ user.name | default: 'you' }}, {{ now | date: 'datetime' }}, {{ org.id }} {{ org.name }}";
    const words = { fields: { text } };
    expect((await preview(h, at("sms", org, "nb"), { ...words, user_id: user })).body.text).toBe(
      `Kari Nordmann, 26. mars 2026, 09:00, ${org} Org`,
    );
    expect((await preview(h, at("sms", org, "nb"), words)).body.text).toBe(
      `you, 26. mars 2026, 08:00, ${org} Org`,
    );
    expect((await preview(h, at("sms"), { ...words, user_id: user })).body.text).toContain("Mar 26, 2026");
  });

  test("is in the caller's scope", async () => {
    const { h, parent, org, at } = await given();
    const [above, theirs] = [await givenReader(h, parent), await givenReader(h, await givenOrg(h))];
    const words = { fields: { text: "{{ user.name }}" } };
    for (const user_id of [above, theirs, mint("nobody")])
      expect(await preview(h, at("sms"), { ...words, user_id }, adminOf(org))).toMatchObject({
        status: 404,
        body: { detail: "There is no such user." },
      });
    expect((await preview(h, at("sms"), { ...words, user_id: above }, adminOf(parent))).body.text).toBe(
      "Kari Nordmann",
    );
  });
});

describe("the words of a preview can use", () => {
  const text =
    "{{ org.id }}|{{ event.type }}|{{ event.id }}|{{ count }}|{{ items.size }}|{{ items[0].order }}|{{ brand.name }}|{{ brand.logo_url }}|{{ brand.postal_footer }}|{{ actor.name }}|{{ user.timezone }}";

  test("what the words of an event have", async () => {
    const { h, org, type, at } = await given();
    const brand = { name: "Shop", logo_url: "https://a.example/l.png", postal_footer: "Street 1" };
    await h.request("PUT", `/api/v1/orgs/${org}/brand`, { body: brand });
    expect((await preview(h, at("sms"), { fields: { text } })).body.text).toBe(
      `${org}|${type}|evt_preview|1|1|A-1042|Shop|https://a.example/l.png|Street 1||`,
    );
  });

  test("no organization where they are the service's", async () => {
    const h = createHarness();
    const type = mint("t");
    await givenType(h, type, null);
    await h.request("PUT", "/api/v1/orgs/service/brand", { body: { name: "All" } });
    expect((await preview(h, [`${type}/sms/en`, null], { fields: { text } })).body.text).toBe(
      `|${type}|evt_preview|1|1|A-1042|All||||`,
    );
    await h.request("PUT", "/api/v1/orgs/service/brand", { body: {} });
  });

  test("no event where the type is built in", async () => {
    const { h, org } = await given();
    const fields = { title: "x", body: "{{ event.id }}|{{ items.size }}|{{ count }}" };
    const place: At = ["pause_activated/push/en", org];
    expect((await preview(h, place, { fields })).body.body).toBe("|0|1");
  });

  test("a link to unsubscribe, but not in mail about the account itself", async () => {
    const { h, org } = await given();
    const links = async (type: string) => {
      const fields = { subject: "a", body: "b" };
      const { body } = await preview(h, [`${type}/email/en`, org], { fields });
      return String(body.html).includes("/unsubscribe/preview");
    };
    expect([await links("weekly_digest"), await links("welcome")]).toEqual([true, false]);
  });
});

describe("every channel is previewed", () => {
  test.each([
    [
      "push",
      { title: "Order {{ data.order }}", body: "{{ data.items }} items" },
      { title: "Order A-1042", body: "3 items" },
    ],
    [
      "in_app",
      { title: "a", body: "b", action_url: "https://a.example/{{ data.order }}" },
      { title: "a", body: "b", action_url: "https://a.example/A-1042" },
    ],
    ["in_app", { title: "a", body: "b" }, { title: "a", body: "b", action_url: null }],
    ["sms", { text: "Order {{ data.order }}" }, { text: "Order A-1042" }],
  ])("%s", async (channel, fields, shown) => {
    const { h, type, at } = await given();
    expect((await preview(h, at(channel), { fields })).body).toEqual({
      type,
      channel,
      locale: "en",
      source: "draft",
      version: null,
      ...shown,
    });
  });

  test("email, with the brand of the organization and of those above", async () => {
    const { h, parent, org, at } = await given();
    const brand = (id: string, body: object) => h.request("PUT", `/api/v1/orgs/${id}/brand`, { body });
    await brand(parent, { name: "Parent", colour: "#0b5cad", postal_footer: "1 High Street" });
    await brand(org, { name: "Ada's & sons" });
    const fields = {
      subject: "{{ brand.name }}: {{ data.order }}",
      body: "# Title\n\n[Track](https://a.example){button}",
    };
    const { body } = await preview(h, at("email"), { fields });
    expect(body.subject).toBe("Ada's & sons: A-1042");
    expect(body.html).toContain("Ada&#39;s &amp; sons");
    expect(body.html.toLowerCase()).toContain("#0b5cad");
    expect(body.text).toContain("1 High Street");
    expect(body.html).toContain("/unsubscribe/preview");
    expect((await preview(h, at("email", parent), { fields })).body.subject).toBe("Parent: A-1042");
  });
});
