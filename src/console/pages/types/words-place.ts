import { wordingParams } from "../../../api/wordings/schemas.ts";
import { fieldErrors } from "../../../http/field-errors.ts";
import { invalid } from "../../../lib/failure.ts";
import type { WordingId } from "../../../wordings/fields.ts";
import type { ConsoleContext } from "../../app-env.tsx";
import { type Owner, ownerIn } from "../../owner.ts";

/** Which words a page is about, and its addresses. */
export interface WordsAt {
  owner: Owner;
  id: WordingId;
  /** The page of the type. */
  type: string;
  /** The editor's address, or one below it. */
  path(below?: string, query?: Readonly<Record<string, string>>): string;
}

/** The route of the editor, for Hono. */
export const WORDS = "/types/:type/words/:channel/:locale";

/** @throws 400, 404 */
export function wordsAt(c: ConsoleContext): WordsAt {
  const owner = ownerIn(c);
  const given = c.req.param();
  const { success, data, error } = wordingParams.safeParse(given);
  if (!success) throw invalid(fieldErrors(error, "param", given));
  const { type, channel, locale } = data;
  const base = `/console/types/${encodeURIComponent(type)}`;
  return {
    owner,
    id: { type, channel, locale, org_id: owner.id },
    type: owner.path(base),
    path: (below = "", query = {}) =>
      owner.path(`${base}/words/${channel}/${encodeURIComponent(locale)}${below}`, query),
  };
}
