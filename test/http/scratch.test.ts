import { expect, test } from "vitest";
import { createHarness } from "../support/harness.ts";
import { z } from "zod";
test("x", async () => {
  const h = createHarness();
  const oa = await h.request("GET", `/openapi.json`);
  for (const [p, ops] of Object.entries(oa.body.paths as any)) for (const [m, op] of Object.entries(ops as any)) console.log(m, p, Object.keys((op as any).responses).join(), JSON.stringify((op as any).requestBody)?.slice(0,200));
  const s = (z as any).fromJSONSchema({ $ref: "#/$defs/A", $defs: { A: { type: "object", properties: { a: { type: ["string", "null"], format: "date-time" } }, required: ["a"] } } });
  console.log(JSON.stringify(s.safeParse({ a: 1 })), JSON.stringify(s.safeParse({ a: null, b: 1 })), JSON.stringify(s.safeParse({ a: "x", b: 1 })), JSON.stringify(s.safeParse({ a: "2026-03-26T08:00:00.000Z", b: 1 })), JSON.stringify(s.safeParse({  b: 1 })));
  const t = (z as any).fromJSONSchema({ $ref: "#/$defs/A", $defs: { A: { type: "object", additionalProperties: false, properties: { a: { type: ["string", "null"], format: "date-time" } }, required: ["a"] } } });
  console.log(JSON.stringify(t.safeParse({ a: null, b: 1 })), t.safeParse({a:null, b:1}).error?.issues);
  console.log(h.ctx.db.bookmark());
  const r = await h.request("GET", "/api/v1/notifications");
  console.log(r.headers.get("x-d1-bookmark"));
  for (const b of ["0", "-", "abc", "ffffffff-ffffffff-ffffffff-ffffffffffffffffffffffffffffffff", "00000000-00000000-00000000-00000000000000000000000000000000", "first-primary", "first-unconstrained", "f".repeat(200)]) {
    const r = await h.request("GET", "/api/v1/notifications", {headers: {"x-d1-bookmark": b}});
    console.log(b.slice(0, 60), r.status, r.headers.get("x-d1-bookmark"));
  }
  for (const l of h.logged) if (l.includes("error")) console.log(l);
});
