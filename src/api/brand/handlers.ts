import { scopeOf } from "../../auth/scope.ts";
import type { App } from "../../http/app-env.ts";
import { authorOf } from "../../http/author.ts";
import { ownerIn } from "../../http/owner.ts";
import { type OrgSettings, SERVICE } from "../../preferences/org-settings.ts";
import { brandOf, printBrand, ownBrandOf } from "../../wordings/brand.ts";
import { putBrand, readLine } from "../../wordings/brand-store.ts";
import * as routes from "./routes.ts";

function view(owner: string, line: readonly OrgSettings[]) {
  const own = ownBrandOf(owner, line);
  return {
    org_id: owner === SERVICE ? null : owner,
    name: own.name ?? null,
    logo_url: own.logo_url ?? null,
    colour: own.colour ?? null,
    sender_name: own.sender_name ?? null,
    reply_to: own.reply_to ?? null,
    postal_footer: own.postal_footer ?? null,
    effective: printBrand(brandOf(line)),
  };
}

export function register(app: App): void {
  app.openapi(routes.get, async (c) => {
    const owner = ownerIn(c.req.valid("param").id);
    return c.json(view(owner, await readLine(c.get("ctx"), scopeOf(c.get("principal")), owner)), 200);
  });

  app.openapi(routes.put, async (c) => {
    const owner = ownerIn(c.req.valid("param").id);
    const brand = c.req.valid("json");
    const line = await putBrand(c.get("ctx"), authorOf(c), scopeOf(c.get("principal")), owner, brand);
    return c.json(view(owner, line), 200);
  });
}
