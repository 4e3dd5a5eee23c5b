import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { insertRows } from "../../../src/db/json.ts";
import { events } from "../../../src/db/schema/index.ts";
import { putWording } from "../../../src/wordings/write.ts";
import { createHarness, type Harness, mint } from "../../support/harness.ts";
import { givenOrg } from "../../support/world.ts";
import { get, givenTypes, noted, put, remove } from "./calls.ts";

const AUTHOR = { actor: "service:test", requestId: "r1" };

const givenWords = (h: Harness, type: string, org: string) =>
  putWording(
    h.ctx,
    AUTHOR,
    { kind: "all" },
    { type, channel: "sms", org_id: org, locale: "nb" },
    { text: "Hei" },
    true,
  );

/** Owners of words for a type: of their heads and of their versions. */
async function ownersOfWords(type: string): Promise<string[][]> {
  const answers = await env.DB.batch<{ org_id: string }>(
    ["wordings", "wording_versions"].map((table) =>
      env.DB.prepare(`SELECT org_id FROM ${table} WHERE type = ? ORDER BY org_id`).bind(type),
    ),
  );
  return answers.map(({ results }) => results.map(({ org_id }) => org_id));
}

describe("deleting a type", () => {
  test("takes its words along, in its tree alone", async () => {
    const h = createHarness();
    const top = await givenOrg(h);
    const [left, right] = [await givenOrg(h, top), await givenOrg(h, top)];
    const leaf = await givenOrg(h, left);
    const id = mint("t");
    await put(h, id, left);
    await put(h, id, right);
    for (const org of [left, leaf, right]) await givenWords(h, id, org);
    const other = mint("t");
    await givenWords(h, other, left);
    expect(await remove(h, id, left)).toMatchObject({ status: 200, body: { deleted: true, type: id } });
    expect(await ownersOfWords(id)).toEqual([[right], [right]]);
    expect(await ownersOfWords(other)).toEqual([[left], [left]]);
    expect((await get(h, id, right)).status).toBe(200);
    expect((await get(h, id, leaf)).status).toBe(404);
    expect(await noted("type.delete", `${left}/${id}`)).toBe(1);
  });

  test("of the service takes all words along", async () => {
    const h = createHarness();
    const id = mint("t");
    await put(h, id, null);
    for (const org of ["", await givenOrg(h)]) await givenWords(h, id, org);
    expect((await remove(h, id, null)).status).toBe(200);
    expect(await ownersOfWords(id)).toEqual([[], []]);
  });

  test.each(["an organization", "the service"])(
    "of %s leaves the words of one that has a type of its own with this id, and of those below that",
    async (kind) => {
      const h = createHarness();
      const top = kind === "the service" ? null : await givenOrg(h);
      const [heir, moved] = [await givenOrg(h, top), await givenOrg(h)];
      const [below, lowest] = [await givenOrg(h, moved), await givenOrg(h, heir)];
      const id = mint("t");
      await givenTypes(h, top ?? "", [id]);
      await givenTypes(h, moved, [id]);
      await env.DB.prepare("UPDATE orgs SET parent_id = ? WHERE id = ?").bind(heir, moved).run();
      for (const org of [top ?? "", heir, lowest, moved, below]) await givenWords(h, id, org);
      expect((await remove(h, id, top)).status).toBe(200);
      const kept = [moved, below].toSorted();
      expect(await ownersOfWords(id)).toEqual([kept, kept]);
      // Its own deletion takes them, though an organization above has the type again.
      await givenTypes(h, heir, [id]);
      await givenWords(h, id, heir);
      expect((await remove(h, id, moved)).status).toBe(200);
      expect(await ownersOfWords(id)).toEqual([[heir], [heir]]);
    },
  );

  test("that an organization only inherits is a 404 there, and leaves its words", async () => {
    const h = createHarness();
    const top = await givenOrg(h);
    const below = await givenOrg(h, top);
    const id = mint("t");
    await put(h, id, top);
    await givenWords(h, id, below);
    expect((await remove(h, id, below)).status).toBe(404);
    expect(await ownersOfWords(id)).toEqual([[below], [below]]);
    expect((await get(h, id, below)).status).toBe(200);
  });

  test("leaves a running event as it is", async () => {
    const h = createHarness();
    const org = await givenOrg(h);
    const id = mint("t");
    await put(h, id, org);
    const event = {
      id: h.ctx.ids.uuid(),
      org_id: org,
      type: id,
      type_data: "{}",
      data: "{}",
      recipients: "{}",
      dry_run: false,
      status: "running" as const,
      after: "",
      recipient_count: 0,
      message_count: 0,
      skipped: "{}",
      next_at: 1,
      created_by: "service:test",
      created_at: 1,
      updated_at: 1,
    };
    await h.ctx.db.write({ event: insertRows(events, [event]) });
    const read = () => env.DB.prepare("SELECT * FROM events WHERE id = ?").bind(event.id).first();
    const before = await read();
    expect((await remove(h, id, org)).status).toBe(200);
    expect(before).not.toBeNull();
    expect(await read()).toEqual(before);
  });

  test.each(["before", "after"] as const)(
    "is answered as done though D1 failed %s it did it",
    async (when) => {
      const h = createHarness();
      const org = await givenOrg(h);
      const id = mint("t");
      await put(h, id, org);
      await givenWords(h, id, org);
      h.meter.failNext(when);
      expect((await remove(h, id, org)).status).toBe(200);
      expect(await ownersOfWords(id)).toEqual([[], []]);
      expect(await noted("type.delete", `${org}/${id}`)).toBe(1);
      h.meter.failNext(when);
      expect((await remove(h, id, org)).status).toBe(404);
    },
  );
});
