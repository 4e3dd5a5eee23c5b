import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { insertRows } from "../../src/db/json.ts";
import { orgs, orgSettings, ownTypes, users, wordings, wordingVersions } from "../../src/db/schema/index.ts";
import { type Browser, signIn } from "./browser.ts";
import { createHarness } from "../support/harness.ts";
import { anOwnType } from "../support/own-type.ts";
import { emptyTables } from "../support/pipeline.ts";
import { expectInert, payloads } from "./inert.ts";
import { A_TYPE } from "./types-world.ts";

const CANARY = "canary-9f3";
const ALL = payloads(CANARY);

beforeEach(async () => {
  await emptyTables();
  const tables = ["own_types", "wordings", "wording_versions"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

/** Everything that somebody can have written, straight into the tables: also what the API would refuse. */
async function givenWritten(payload: string): Promise<Browser> {
  const h = createHarness();
  const now = h.clock.now();
  const times = { created_at: now, updated_at: now };
  const type = anOwnType({
    id: "evil",
    org_id: "org",
    name: payload,
    category: payload,
    channels: [{ channel: "push" }, { channel: "in_app" }, { channel: "email" }, { channel: "chat" }],
    schema: {
      type: "object",
      properties: {
        [payload]: { type: "string", description: payload, format: payload },
        order: { type: payload, description: payload },
      },
    },
    sample: { order: payload },
    batch: { window: 60, key: payload },
  });
  const literal = { title: payload, body: payload, subject: payload, text: payload, preheader: payload };
  const data = {
    title: "{{ data.order }}",
    body: "{{ data.order }}",
    action_label: "{{ data.order }}",
    action_url: payload,
    subject: "{{ data.order }}",
    text: "{{ data.order }}",
  };
  const id = { type: "evil", org_id: "org", locale: "en" };
  const channels = {
    push: ["title", "body"],
    in_app: ["title", "body", "action_url"],
    email: ["subject", "preheader", "body"],
    sms: ["text"],
    chat: ["title", "body", "action_label", "action_url"],
  } as const;
  const fieldsOf = (channel: keyof typeof channels, from: Record<string, string>) =>
    JSON.stringify(
      Object.fromEntries(channels[channel].flatMap((name) => (name in from ? [[name, from[name]]] : []))),
    );
  const all = (["push", "in_app", "email", "sms", "chat"] as const).map((channel) => channel);
  await h.ctx.db.write({
    orgs: insertRows(orgs, [{ id: "org", parent_id: null, name: payload }]),
    users: insertRows(users, [
      {
        id: "usr",
        org_id: "org",
        name: payload,
        email: null,
        email_verified: true,
        locale: payload,
        timezone: payload,
        ...times,
      },
    ]),
    settings: insertRows(orgSettings, [
      { org_id: "org", brand: JSON.stringify({ name: "Shop", postal_footer: payload }), updated_at: now },
    ]),
    type: insertRows(ownTypes, [{ id: "evil", org_id: "org", data: JSON.stringify(type), ...times }]),
    heads: insertRows(
      wordings,
      all.map((channel) => ({ ...id, channel, published: 1, published_at: now, latest: 2, updated_at: now })),
    ),
    versions: insertRows(
      wordingVersions,
      all.flatMap((channel) =>
        [literal, data].map((fields, i) => ({
          ...id,
          channel,
          version: i + 1,
          fields: fieldsOf(channel, fields),
          created_by: `org_admin:${payload}`,
          created_at: now,
        })),
      ),
    ),
  });
  return signIn(h, { role: "org_admin", sub: "adm", org: "org" });
}

const EVIL = "/console/types/evil";

test.each(ALL)("nothing that is stored runs on a page: %s", async (payload) => {
  const admin = await givenWritten(payload);
  const paths = ["/console/types", EVIL, `${EVIL}/edit`, "/console/brand"];
  for (const channel of ["push", "in_app", "email", "sms", "chat"])
    paths.push(`${EVIL}/words/${channel}/en`, `${EVIL}/words/${channel}/en/diff?from=1&to=2`);
  for (const path of paths) {
    const { status, body } = await admin.get(path);
    expect([path, status, String(body).includes(CANARY)]).toEqual([path, 200, true]);
    await expectInert(body);
  }
});

test.each(ALL)("nothing that is typed runs on a page that shows it again: %s", async (payload) => {
  const admin = await givenWritten("harmless");
  const words = {
    title: payload,
    body: payload,
    subject: payload,
    preheader: payload,
    text: payload,
    action_label: payload,
    action_url: payload,
  };
  const sent: [string, Record<string, string>][] = [
    ["/console/types/new-type", Object.fromEntries(Object.keys(A_TYPE).map((name) => [name, payload]))],
    ["/console/types/new-type", { ...A_TYPE, id: payload }],
    [
      "/console/types/new-type",
      {
        ...A_TYPE,
        sample: JSON.stringify({ [payload]: payload }),
        schema: JSON.stringify({
          type: "object",
          required: [payload],
          additionalProperties: false,
          properties: { [payload]: { const: payload } },
        }),
      },
    ],
    [EVIL, Object.fromEntries(Object.keys(A_TYPE).map((name) => [name, payload]))],
    [
      "/console/brand",
      {
        name: payload,
        logo_url: payload,
        colour: payload,
        sender_name: payload,
        reply_to: payload,
        postal_footer: payload,
      },
    ],
    [
      "/console/brand/preview",
      {
        name: payload,
        logo_url: payload,
        colour: payload,
        sender_name: payload,
        reply_to: payload,
        postal_footer: payload,
      },
    ],
  ];
  for (const channel of ["push", "in_app", "email", "sms", "chat"]) {
    const path = `${EVIL}/words/${channel}/en`;
    // Shown, refused with a fault that names it, shown with data that hold it, and with what is no data or no reader.
    for (const more of [
      {},
      { body: `{{ ${payload}`, text: `{{ data.order | ${payload} }}` },
      { data: JSON.stringify({ order: payload }) },
      { data: payload, user_id: payload },
    ])
      sent.push([`${path}/preview`, { ...words, ...more }], [path, { ...words, ...more, action: "preview" }]);
    sent.push([path, { ...words, body: `{{ ${payload}`, text: `{{ ${payload}`, action: "publish" }]);
    sent.push([`${path}/test`, { test_user_id: payload, test_data: payload }]);
    sent.push([`${path}/test-me`, { ...words, once: payload, data: payload, user_id: payload }]);
    sent.push([`${path}/publish`, { version: payload }]);
  }
  for (const [path, fields] of sent) {
    const { body } = await admin.post(path, fields);
    await expectInert(body);
  }
  for (const path of [
    `/console/types?org_id=${encodeURIComponent(payload)}`,
    `/console/types?after=${encodeURIComponent(payload)}`,
    `${EVIL}/words?channel=push&locale=${encodeURIComponent(payload)}`,
    `/console/types/${encodeURIComponent(payload)}`,
    `${EVIL}/words/push/${encodeURIComponent(payload)}`,
    `${EVIL}/words/push/en/diff?from=${encodeURIComponent(payload)}&to=2`,
  ])
    await expectInert((await admin.get(path)).body);
});

test.each(ALL)("a mail in its frame runs nothing, whatever is in it: %s", async (payload) => {
  const admin = await givenWritten(payload);
  const typed = {
    subject: payload,
    preheader: payload,
    body: `${payload}\n\n[a](${payload})\n\n{{ data.order }} {{ user.name }}`,
  };
  for (const fields of [{}, typed, { ...typed, user_id: "usr" }]) {
    const { body, headers } = await admin.post(`${EVIL}/words/email/en/frame`, fields);
    expect(headers.get("content-security-policy")).toMatch(/^sandbox allow-popups; default-src 'none'/u);
    const found: string[] = [];
    const page = new HTMLRewriter().on("*", {
      element({ tagName, attributes }) {
        if (["script", "iframe", "object", "embed", "form", "svg"].includes(tagName)) found.push(tagName);
        for (const [name = "", value = ""] of attributes)
          if (name.startsWith("on") || /^\s*javascript:/iu.test(value)) found.push(`${tagName} ${name}`);
      },
    });
    await page.transform(new Response(String(body))).arrayBuffer();
    expect(found).toEqual([]);
  }
});
