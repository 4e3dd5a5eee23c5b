import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createHarness, mint } from "../../support/harness.ts";
import { openApi } from "../../support/openapi.ts";
import { givenOrg } from "../../support/world.ts";
import { noted } from "../types/calls.ts";
import {
  adminOf,
  type At,
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

const exampleOf = async (name: string) =>
  z
    .looseObject({ example: z.record(z.string(), z.unknown()) })
    .parse((await openApi()).components.schemas[name]).example;

const email = (more: object = {}) => ({ subject: "Sent", body: "Order {{ data.order }}", ...more });
const refused = (...errors: [pointer: string, detail: unknown][]) => ({
  status: 400,
  body: { errors: errors.map(([pointer, detail]) => ({ pointer, detail })) },
});

test("the words of the reference are answered as the reference says", async () => {
  const h = createHarness();
  await givenOrg(h, null, "org_ab12");
  const data = { order: "A-1042", items: 3, url: "https://shop.example/a" };
  await givenType(h, "order_shipped", "org_ab12", { schema: null, sample: data });
  const at: At = ["order_shipped/email/en", "org_ab12"];
  const body = await exampleOf("WordingBody");
  await put(h, at, email());
  const as = { role: "org_admin", sub: "usr_4bc8d2", org: "org_ab12" } as const;
  const { warnings: _, ...written } = await exampleOf("WordingWritten");
  expect(await put(h, at, body, "", { as })).toMatchObject({
    status: 200,
    body: { ...written, warnings: [] },
  });
  expect((await get(h, at)).body).toEqual(await exampleOf("Wording"));
  const list = await h.request("GET", "/api/v1/wordings?org_id=org_ab12");
  expect(list.body.data).toEqual([await exampleOf("WordingHead")]);
  const versions = await h.request("GET", pathOf(at, "/versions"));
  expect(versions.body.data[0]).toEqual(
    z.object({ data: z.array(z.unknown()) }).parse(await exampleOf("WordingVersions")).data[0],
  );
  expect(
    (await h.request("POST", pathOf(at, "/publish"), { body: await exampleOf("WordingPublish") })).body,
  ).toMatchObject({
    published: 1,
    latest: 2,
  });
  const wanted = await exampleOf("WordingPreviewRequest");
  expect(await preview(h, at, wanted)).toMatchObject({
    status: 200,
    body: { subject: "Order A-1042 is on its way", source: "version", version: 2 },
  });
  await put(h, ["order_shipped/push/en", "org_ab12"], { title: "x", body: "y" });
  await put(h, ["order_shipped/push/en", "org_ab12"], {
    title: "On its way",
    body: "Order {{ data.order }}",
  });
  expect((await preview(h, ["order_shipped/push/en", "org_ab12"], wanted)).body).toEqual(
    await exampleOf("WordingPreview"),
  );
  expect((await remove(h, at)).body).toEqual(await exampleOf("WordingRemoved"));
});

describe("a put", () => {
  test("makes a version and publishes it; the same fields make none and note nothing", async () => {
    const { h, org, type, at } = await given();
    const place = at("email/en");
    const target = `${org}/${type}/email/en`;
    expect(await put(h, place, email())).toMatchObject({
      status: 200,
      body: { published: 1, latest: 1, org_id: org, fields: email(), latest_fields: email(), warnings: [] },
    });
    h.clock.advance(1_000);
    expect((await put(h, place, email())).body).toMatchObject({
      published: 1,
      latest: 1,
      updated_at: "2026-03-26T08:00:00.000Z",
      published_at: "2026-03-26T08:00:00.000Z",
    });
    expect(await noted("wording.put", target)).toBe(1);
    const second = email({ subject: "On its way" });
    expect((await put(h, place, second, "&publish=false")).body).toMatchObject({
      published: 1,
      latest: 2,
      fields: email(),
      latest_fields: second,
    });
    expect((await put(h, place, second)).body).toMatchObject({ published: 2, latest: 2, fields: second });
    // An older text is a new version.
    expect((await put(h, place, email())).body).toMatchObject({ published: 3, latest: 3 });
    expect(await noted("wording.put", target)).toBe(4);
  });

  test("with publish=false alone leaves the words inherited", async () => {
    const { h, at } = await given();
    expect((await put(h, at("email/en"), email(), "&publish=false")).body).toMatchObject({
      published: null,
      published_at: null,
      latest: 1,
      fields: null,
    });
    expect((await put(h, at("email/en"), email(), "&publish=maybe")).status).toBe(400);
  });

  test("names the locale in its canonical form", async () => {
    const { h, at } = await given();
    expect((await put(h, at("sms/NB-no"), { text: "Hei" })).body.locale).toBe("nb-NO");
    expect((await get(h, at("sms/nb-NO"))).status).toBe(200);
    expect((await put(h, at("sms/1"), { text: "Hei" })).status).toBe(400);
  });

  test.each([
    [
      "email",
      { subject: "{{ data.order", body: "a\n\n  {% if x %}" },
      [
        ["/subject", /^line 1, column 1: /],
        ["/body", /^line 3, column 3: /],
      ],
    ],
    [
      "push",
      { title: "{{ x | sha256 }}", body: "{% render 'x' %}" },
      [
        ["/title", /^line 1, column \d+: undefined filter: sha256/],
        ["/body", /^line 1, column 1: tag "render" not found/],
      ],
    ],
    [
      "in_app",
      { title: "a", body: "b", action_url: "{{ a }}\n{% endif %}" },
      [["/action_url", /must be one line/]],
    ],
  ] as const)("of %s refuses templates with their place, each of them", async (channel, body, faults) => {
    const { h, at } = await given();
    expect(await put(h, at(`${channel}/en`), body)).toMatchObject(
      refused(
        ...faults.map(([pointer, detail]): [string, unknown] => [pointer, expect.stringMatching(detail)]),
      ),
    );
    expect((await get(h, at(`${channel}/en`))).status).toBe(404);
  });

  test("refuses what can be parsed, but not rendered with the sample", async () => {
    const { h, at } = await given();
    expect(await put(h, at("email/en"), email({ body: "On\n{{ data.at | date: 'iso' }}" }))).toMatchObject(
      refused(["/body", expect.stringMatching(/^line 2, column 1: date: the style must be one of short/)]),
    );
    expect(
      await put(h, at("sms/en"), { text: "{% for i in (1..100000) %}x{{ i }}{% endfor %}" }),
    ).toMatchObject(refused(["/text", expect.stringMatching(/needs more than/)]));
  });

  test("warns of unknown variables, of a long subject and of a large push", async () => {
    const { h, at } = await given();
    const warned = async (place: string, body: object) => (await put(h, at(place), body)).body.warnings;
    expect(await warned("email/en", email({ body: "Hello\n{{ data.ordr }} {{ user.mail }}" }))).toEqual([
      { pointer: "/body", detail: "line 2, column 4: There is no variable data.ordr" },
      { pointer: "/body", detail: "line 2, column 20: There is no variable user.mail" },
    ]);
    expect(await warned("email/en", email({ subject: "x".repeat(150) }))).toEqual([]);
    expect(await warned("email/en", email({ subject: "x".repeat(151) }))).toEqual([
      { pointer: "/subject", detail: "has 151 characters with the sample; many clients cut it after 150" },
    ]);
    expect(await warned("push/en", { title: "x", body: "x".repeat(3_000) })).toEqual([]);
    expect(await warned("push/en", { title: "x", body: "ø".repeat(3_000) })).toEqual([
      {
        pointer: "/body",
        detail: expect.stringMatching(
          /^makes a push of 6\d\d\d bytes with the sample; push services take 4096$/,
        ),
      },
    ]);
  });

  test("of a type without a sample is parsed, but not rendered", async () => {
    const { h, at } = await given({ sample: null });
    expect(await put(h, at("email/en"), email({ subject: "x".repeat(151) }))).toMatchObject({
      status: 200,
      body: { warnings: [] },
    });
  });

  test.each([
    ["push", { subject: "a", body: "b" }, ["/title", "/subject"]],
    ["email", { text: "a" }, ["/subject", "/body", "/text"]],
    ["sms", { title: "a", text: "b" }, ["/title"]],
    ["in_app", { title: " ", body: "" }, ["/title", "/body"]],
    ["in_app", { title: "a\nb", body: "x".repeat(4_001), action_url: 1 }, ["/action_url"]],
    ["in_app", { title: "a\nb", body: "x".repeat(4_001) }, ["/title", "/body"]],
    ["push", { title: "a", body: "b", text: "c", more: "d" }, ["/more"]],
  ])("of %s names each field that is not the channel's, missing or bad", async (channel, body, pointers) => {
    const { h, at } = await given();
    const { status, body: answer } = await put(h, at(`${channel}/en`), body);
    expect(status).toBe(400);
    expect(answer.errors.map(({ pointer }: { pointer: string }) => pointer).toSorted()).toEqual(
      pointers.toSorted(),
    );
  });

  test("names a channel that the type does not have; SMS has every own type", async () => {
    const { h, at } = await given({ channels: [{ channel: "in_app" }] });
    expect(await put(h, at("email/en"), email())).toMatchObject(
      refused(["channel", "must be one of in_app, sms for this type"]),
    );
    expect((await put(h, at("fax/en"), email())).status).toBe(400);
    expect((await put(h, at("sms/en"), { text: "Sent" })).status).toBe(200);
  });

  test("of an unknown type is refused, and of one that only a stranger has", async () => {
    const { h, type } = await given();
    const stranger = await givenOrg(h);
    for (const place of [`${mint("no")}/sms/en`, `${type}/sms/en`])
      expect(await put(h, [place, stranger], { text: "x" })).toMatchObject({
        status: 404,
        body: { detail: "There is no such type." },
      });
  });

  test("replaces words of built-in types where they are rendered when they are sent", async () => {
    const { h, org } = await given();
    for (const [place, body] of [
      ["welcome/email", email({ body: "Hello {{ user.name }}" })],
      ["pause_activated/email", email({ body: "x" })],
      ["pause_deactivated/push", { title: "a", body: "b" }],
      ["stats_summary/push", { title: "a", body: "b" }],
      ["pause_activated/in_app", { title: "a", body: "b" }],
    ] as const)
      expect([place, (await put(h, [`${place}/en`, org], body)).status]).toEqual([place, 200]);
    for (const [place, channels] of [
      ["pause_activated/sms", "email, push, in_app"],
      ["welcome/push", "email"],
    ] as const)
      expect(await put(h, [`${place}/en`, org], { title: "a", body: "b" })).toMatchObject(
        refused(["channel", `must be one of ${channels} for this type`]),
      );
    for (const place of ["push/push", "test/email"])
      expect(await put(h, [`${place}/en`, org], email())).toMatchObject({
        status: 404,
        body: { detail: "There is no such type whose words can be written." },
      });
    const { body } = await put(h, ["welcome/email/en", org], email({ body: "{{ data.nothing }}" }));
    expect(body.warnings).toHaveLength(1);
  });

  test.each(["before", "after"] as const)(
    "is written and noted once though D1 failed %s it wrote",
    async (when) => {
      const { h, org, type, at } = await given();
      const calls: [string, () => ReturnType<typeof put>, object][] = [
        ["put", () => put(h, at("email/en"), email()), { latest: 1, published: 1 }],
        ["put", () => put(h, at("email/en"), email({ subject: "b" })), { latest: 2, published: 2 }],
        ["publish", () => publish(h, at("email/en"), 1), { latest: 2, published: 1 }],
        ["unpublish", () => remove(h, at("email/en")), { deleted: true }],
      ];
      for (const [, call, answer] of calls) {
        h.meter.failNext(when);
        expect(await call()).toMatchObject({ status: 200, body: answer });
      }
      for (const [action, count] of [
        ["put", 2],
        ["publish", 1],
        ["unpublish", 1],
      ] as const)
        expect(await noted(`wording.${action}`, `${org}/${type}/email/en`)).toBe(count);
      expect(await pagesOf(h, pathOf(at("email/en"), "/versions"), 100)).toHaveLength(2);
    },
  );

  test("and another at the same time make two versions, the later is in use", async () => {
    const { h, at } = await given();
    await put(h, at("sms/en"), { text: "0" });
    const both = await Promise.all(["1", "2"].map((text) => put(h, at("sms/en"), { text })));
    expect(both.map(({ body }) => body.latest).toSorted()).toEqual([2, 3]);
    for (const { body } of both) expect(body.fields).toEqual(body.latest_fields);
    expect((await get(h, at("sms/en"))).body).toMatchObject({ published: 3, latest: 3 });
    const same = await Promise.all([1, 2].map(() => put(h, at("sms/en"), { text: "same" })));
    expect(same.map(({ body }) => body.latest)).toEqual([4, 4]);
  });
});

describe("another tenant", () => {
  test("sees nothing, and changes nothing; one above may", async () => {
    const { h, org: child, type, at } = await given();
    const parent = await givenOrg(h);
    const sister = await givenOrg(h, parent);
    await env.DB.prepare("UPDATE orgs SET parent_id = ? WHERE id = ?").bind(parent, child).run();
    const place = at("sms/en");
    await put(h, place, { text: "one" });
    await put(h, place, { text: "two" });
    const calls = (as: ReturnType<typeof adminOf>) => [
      get(h, place, as),
      put(h, place, { text: "mine" }, "", { as }),
      remove(h, place, as),
      publish(h, place, 1, as),
      diff(h, place, 1, 2, as),
      preview(h, place, {}, as),
      h.request("GET", pathOf(place, "/versions"), { as }),
      h.request("GET", `/api/v1/wordings?org_id=${child}`, { as }),
      h.request("GET", `/api/v1/orgs/${child}/brand`, { as }),
      h.request("PUT", `/api/v1/orgs/${child}/brand`, { as, body: { name: "Mine" } }),
    ];
    for (const org of [sister, await givenOrg(h, child), await givenOrg(h)])
      for (const call of calls(adminOf(org))) expect((await call).status).toBe(404);
    expect((await get(h, place)).body).toMatchObject({ published: 2, latest: 2, fields: { text: "two" } });
    expect((await get(h, [`${type}/sms/en`, null], adminOf(sister))).status).toBe(404);
    expect(await pagesOf(h, "/api/v1/wordings?", 100, adminOf(sister))).toEqual([]);
    expect((await get(h, place, adminOf(parent))).status).toBe(200);
    expect((await put(h, place, { text: "three" }, "", { as: adminOf(parent) })).body.latest).toBe(3);
    expect((await h.request("GET", `/api/v1/orgs/${child}/brand`, { as: adminOf(parent) })).status).toBe(200);
  });
});
