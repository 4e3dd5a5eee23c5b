import { z } from "zod";
import type { Scope } from "../auth/scope.ts";
import { type Belonging, seal, unseal } from "../auth/seal.ts";
import type { Ctx } from "../ctx.ts";
import { parseJson } from "../lib/objects.ts";
import { type Person, type Position, searchUsers } from "./search.ts";

const position = z.object({ way: z.int().min(0), key: z.string(), id: z.string() });

/** A cursor belongs to what its caller may see, and to what is searched. */
const belongingOf = (scope: Scope, text: string): Belonging => ({
  purpose: "search-cursor",
  to: JSON.stringify([scope, text.trim()]),
});

/**
 * A page of `searchUsers`. A position may be that of somebody out of scope, and one that a caller makes up would find out
 * who there is: so the cursor is sealed.
 * @param cursor `next` of the page before; null: the first page
 * @returns null for a cursor that is not ours, or is of another search
 */
export async function searchPage(
  ctx: Ctx,
  scope: Scope,
  text: string,
  { limit, cursor }: { limit: number; cursor: string | null },
): Promise<{ people: Person[]; next: string | null } | null> {
  const { linkSecrets } = ctx.config;
  const belonging = belongingOf(scope, text);
  let after: Position | null = null;
  if (cursor !== null) {
    const opened = await unseal(linkSecrets, belonging, cursor);
    after = opened === null ? null : (position.safeParse(parseJson(opened)).data ?? null);
    if (after === null) return null;
  }
  const { people, next } = await searchUsers(ctx, scope, text, { limit, after });
  return { people, next: next === null ? null : await seal(linkSecrets, belonging, next) };
}
