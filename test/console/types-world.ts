import { expect } from "vitest";
import { type Caller, createHarness, type Harness, mint } from "../support/harness.ts";
import { givenOrg } from "../support/world.ts";
import { type Browser, signIn } from "./browser.ts";

/** What the fields of a new type's form hold, as a browser sends them. */
export const A_TYPE: Readonly<Record<string, string>> = {
  id: "order_shipped",
  name: "Order shipped",
  category: "orders",
  channel_0: "push",
  channel_1: "in_app",
  wait_1: "",
  wait_1_unit: "minutes",
  channel_2: "email",
  wait_2: "10",
  wait_2_unit: "minutes",
  dedupe: "event",
  window: "",
  window_unit: "minutes",
  key: "",
  limit: "",
  per: "",
  per_unit: "hours",
  expires_after: "1",
  expires_after_unit: "days",
  schema:
    '{"type":"object",\r\n"properties":{"order":{"type":"string","description":"Its number"},"items":{"type":"integer"},"url":{"type":"string"}},"required":["order"]}',
  sample: '{"order":"A-1042","items":3,"url":"https://shop.example/orders/A-1042"}',
};

export interface TypesWorld {
  h: Harness;
  org: string;
  below: string;
  admin: Browser;
  /** The API, as the same org_admin. */
  as: Caller;
}

/** An org_admin in a browser, whose organization has a type on all channels. */
export async function givenTypes(
  type: Readonly<Record<string, string>> | null = A_TYPE,
): Promise<TypesWorld> {
  const h = createHarness();
  const org = await givenOrg(h, await givenOrg(h));
  const below = await givenOrg(h, org);
  const as: Caller = { role: "org_admin", sub: mint("adm"), org };
  const admin = await signIn(h, as);
  if (type !== null) expect((await admin.post("/console/types/new-type", type)).status).toBe(303);
  return { h, org, below, admin, as };
}

/** The fault that a page shows at a field; undefined: none. */
export const faultAt = (html: unknown, field: string): string | undefined =>
  new RegExp(`id="f-${field}-about"[^>]*><p class="fault">([^<]*)`, "u").exec(String(html))?.[1];

/** The text of a field on a page. */
export const valueOf = (html: unknown, field: string): string | undefined => {
  const text = String(html);
  const found =
    new RegExp(`<textarea[^>]* name="${field}"[^>]*>([^<]*)</textarea>`, "u").exec(text)?.[1] ??
    new RegExp(`<input[^>]* name="${field}"[^>]* value="([^"]*)"`, "u").exec(text)?.[1];
  return found?.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
};
