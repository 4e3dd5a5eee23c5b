import { sql } from "drizzle-orm";
import { audit, type Author, CHANGED } from "../audit/audit.ts";
import type { Scope } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { orgs, orgSettings } from "../db/schema/index.ts";
import { notFound } from "../lib/failure.ts";
import { orgLinesAbove, type OrgSettings, SERVICE } from "../preferences/org-settings.ts";
import { isOwner, mayOwn } from "../preferences/owner.ts";
import type { BrandSettings } from "./brand.ts";

/** The settings that hold for an owner, its own first. One round trip. @throws 404 outside the caller's scope */
export async function readLine(ctx: Ctx, scope: Scope, owner: string): Promise<readonly OrgSettings[]> {
  const { allowed, lines } = await ctx.db.read({
    allowed: isOwner(scope, owner),
    lines: orgLinesAbove(sql`SELECT id FROM ${orgs} WHERE id = ${owner}`),
  });
  if (allowed.length === 0) throw notFound("organization");
  return lines.of(owner === SERVICE ? null : owner);
}

/** Replaces an owner's brand. One round trip. @returns as `readLine` @throws 404 outside the caller's scope */
export async function putBrand(
  ctx: Ctx,
  author: Author,
  scope: Scope,
  owner: string,
  brand: BrandSettings,
): Promise<readonly OrgSettings[]> {
  const json = JSON.stringify(brand);
  const now = ctx.clock.now();
  const { allowed, lines } = await ctx.db.write({
    allowed: isOwner(scope, owner),
    put: sql`INSERT INTO ${orgSettings} (org_id, brand, updated_at) SELECT ${owner}, ${json}, ${now}
      WHERE ${mayOwn(scope, owner)}
      ON CONFLICT (org_id) DO UPDATE SET brand = excluded.brand, updated_at = excluded.updated_at
        WHERE brand IS NOT excluded.brand`,
    noted: audit({ id: ctx.ids.uuid(), action: "brand.put", target: owner, ...author }, CHANGED),
    lines: orgLinesAbove(sql`SELECT id FROM ${orgs} WHERE id = ${owner}`),
  });
  if (allowed.length === 0) throw notFound("organization");
  return lines.of(owner === SERVICE ? null : owner);
}
