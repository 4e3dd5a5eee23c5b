import { describe, expect, test } from "vitest";
import { createHarness, mint } from "../../support/harness.ts";
import { givenOrg } from "../../support/world.ts";
import { aType, BASE, get, put } from "./calls.ts";

const step = (channel: string, wait?: number) => ({ channel, ...(wait !== undefined && { wait }) });

/** What a body has wrong, and which fields the answer names. */
const WRONG: [what: string, change: object, pointers: string[]][] = [
  ["no name", { name: undefined }, ["/name"]],
  ["an empty name", { name: "" }, ["/name"]],
  ["a long name", { name: "x".repeat(201) }, ["/name"]],
  ["a lone surrogate", { name: "\ud800" }, ["/name"]],
  ["a category of another form", { category: "Orders!" }, ["/category"]],
  ["the category of all", { category: "all" }, ["/category"]],
  ["no channels", { channels: [] }, ["/channels"]],
  [
    "channels that are none",
    { channels: [{ channel: "pigeon" }, "push"] },
    ["/channels/0/channel", "/channels/1"],
  ],
  ["a channel twice", { channels: [step("push"), step("push")] }, ["/channels/1/channel"]],
  ["too many channels", { channels: Array.from({ length: 7 }, () => step("push")) }, ["/channels"]],
  ["a first wait", { channels: [step("push", 0), step("email", 5)] }, ["/channels/0/wait"]],
  [
    "a wait that is none",
    { channels: [step("in_app"), { channel: "push", wait: "soon" }] },
    ["/channels/1/wait"],
  ],
  ["a wait of 31 days", { channels: [step("in_app"), step("push", 31 * 86_400)] }, ["/channels/1/wait"]],
  ["an unknown field", { colour: "red" }, ["/colour"]],
  ["an unknown field of a step", { channels: [{ channel: "push", delay: 1 }] }, ["/channels/0/delay"]],
  ["critical as text", { critical: "yes" }, ["/critical"]],
  ["another dedupe", { dedupe: "never" }, ["/dedupe"]],
  ["a short window", { batch: { window: 9 } }, ["/batch/window"]],
  ["no window", { batch: { key: "order" } }, ["/batch/window"]],
  ["a throttle of nothing", { throttle: { limit: 0, per: 0 } }, ["/throttle/limit", "/throttle/per"]],
  ["an end too soon", { expires_after: 59 }, ["/expires_after"]],
  ["a schema that is none", { schema: [] }, ["/schema"]],
  ["a wrong keyword", { schema: { properties: { a: { type: "text" } } } }, ["/schema/properties/a/type"]],
  ["a reference elsewhere", { schema: { $ref: "https://example.com/x" } }, ["/schema/$ref"]],
  [
    "a sample that does not fit",
    { schema: { required: ["a"], properties: { b: { type: "integer" } } }, sample: { b: "x" } },
    ["/sample/a", "/sample/b"],
  ],
  ["a large sample", { sample: { a: "x".repeat(16_384) } }, ["/sample"]],
  [
    "several faults",
    { name: 1, critical: 2, dedupe: 3, schema: { type: "text", properties: { "a/b": { minimum: "" } } } },
    ["/critical", "/dedupe", "/name", "/schema/properties/a~1b/minimum", "/schema/type"],
  ],
  ["a schema that is too long", { schema: { title: "x".repeat(16_384) } }, ["/schema"]],
  [
    "JSON that is too deep",
    { schema: JSON.parse(`${'{"not":'.repeat(70)}{}${"}".repeat(70)}`) },
    ["/schema"],
  ],
];

describe("a body with", () => {
  test.each(WRONG)("%s is refused, and the answer names the fields", async (_, change, pointers) => {
    const h = createHarness();
    const id = mint("t");
    const { status, body } = await put(h, id, null, aType(change));
    expect(status).toBe(400);
    const named: string[] = body.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect(named.toSorted()).toEqual(pointers);
    expect((await get(h, id, null)).status).toBe(404);
  });

  test("the longest that is allowed is taken and read again", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const body = aType({
      name: "x".repeat(200),
      channels: [step("in_app"), step("push", 0), step("email", 30 * 86_400)],
      sample: { a: "x".repeat(16_384 - 8) },
      batch: { window: 86_400, key: "k".repeat(100) },
      throttle: { limit: 1_000, per: 30 * 86_400 },
      expires_after: 365 * 86_400,
    });
    const id = `t${"9".repeat(63)}`;
    expect((await put(h, id, org, body)).status).toBe(201);
    expect((await get(h, id, org)).body).toMatchObject(body);
  });

  test("a schema that names `__proto__` is refused, and changes nothing", async () => {
    const h = createHarness();
    const id = mint("t");
    const base = '"name":"x","channels":[{"channel":"push"}]';
    const schema = await put(
      h,
      id,
      null,
      `{${base},"schema":{"properties":{"__proto__":{"type":"string"}}}}`,
    );
    const pointer = "/schema/properties/__proto__";
    expect(schema).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    expect(Object.hasOwn(Object.prototype, "type")).toBe(false);
  });
});

describe("a path or query", () => {
  test.each(["Order", "1st", "a-b", "a.b", "x".repeat(65), "%F0%9F%91%8B"])(
    "with the id %s is refused",
    async (id) => {
      const h = createHarness();
      expect(await h.request("PUT", `${BASE}/${id}`, { body: aType() })).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: "type" }] },
      });
    },
  );

  test.each([
    ["org_id=a%20b", "org_id"],
    ["org_id=", "org_id"],
    ["limit=0", "limit"],
    ["limit=101", "limit"],
    ["cursor=!", "cursor"],
    ["cursor=IA", "cursor"],
    ["page=2", "page"],
  ])("with %s is refused", async (query, pointer) => {
    const h = createHarness();
    expect(await h.request("GET", `${BASE}?${query}`)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer }] },
    });
  });
});
