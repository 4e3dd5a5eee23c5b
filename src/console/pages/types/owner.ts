import { invalid } from "../../../lib/failure.ts";
import { directoryId } from "../../../lib/text.ts";
import { SERVICE } from "../../../preferences/org-settings.ts";
import { ownerOf } from "../../../preferences/owner.ts";
import { type ConsoleContext, scopeIn } from "../../app-env.tsx";

/** Whose types and words a page is about. */
export interface Owner {
  /** `""`: the service. */
  id: string;
  /** What was asked for; undefined: the caller's own. */
  asked: string | undefined;
  /** An address of ours that is about the same owner. */
  path(path: string, query?: Readonly<Record<string, string>>): string;
}

/** The owner that `?org_id=` names, else the caller's own organization, or the service. @throws 400, 404 */
export function ownerIn(c: ConsoleContext): Owner {
  const asked = c.req.query("org_id") || undefined;
  if (asked !== undefined && !directoryId.safeParse(asked).success)
    throw invalid([{ pointer: "org_id", detail: "must be 1 to 128 of A-Z a-z 0-9 _ . : @ -" }]);
  return {
    id: ownerOf(scopeIn(c), asked),
    asked,
    path(path, query = {}) {
      const all = new URLSearchParams({ ...query, ...(asked !== undefined && { org_id: asked }) }).toString();
      return all === "" ? path : `${path}?${all}`;
    },
  };
}

/** An owner's name for people. */
export const nameOf = (owner: string): string => (owner === SERVICE ? "the service" : owner);
