import { keeperOf, requireOwner } from "../../../api/chat-connections/owner.ts";
import { listQuery } from "../../../api/chat-connections/schemas.ts";
import { type ChatOwner, mayDirect } from "../../../channels/chat/owner.ts";
import { type ConsoleContext, scopeIn } from "../../app-env.tsx";
import { queryIn } from "../../input.ts";

export const CHATS = "/console/chats";

/** The page of a connection, or a path below it. */
export const chatPath = (id: string, below = ""): string => `${CHATS}/${encodeURIComponent(id)}${below}`;

/** Whose connections a page is about, as by the API. Null: whoever administers everything must name somebody. @throws 400 */
export function chatOwnerIn(c: ConsoleContext): ChatOwner | null {
  const { user_id, org_id } = queryIn(c, listQuery);
  if (scopeIn(c).kind === "all" && user_id === undefined && org_id === undefined) return null;
  return requireOwner(c.get("principal"), { user_id, org_id });
}

/** Whether one may say where this owner's messages go: an org_admin may not for a user. */
export const directs = (c: ConsoleContext, owner: ChatOwner): boolean =>
  mayDirect(keeperOf(c.get("principal")), owner);

/** A path about the connections of this owner. */
export const pathForChats = (
  path: string,
  owner: ChatOwner | null,
  more: Record<string, string> = {},
): string => {
  const whose = owner === null ? {} : "userId" in owner ? { user_id: owner.userId } : { org_id: owner.orgId };
  const query = new URLSearchParams({ ...whose, ...more }).toString();
  return query === "" ? path : `${path}?${query}`;
};
