import type { Clock } from "../../lib/clock.ts";
import type { Inboxes } from "../inboxes.ts";
import type { UserInbox } from "./durable-object.ts";

/** The id of the Durable Object, and the secret. */
const TICKET = /^([0-9a-f]{64})\.([A-Za-z0-9_-]{43})$/;

/** The live inboxes of all users: one Durable Object for each user, found by the user's id. */
export function createInboxes(namespace: DurableObjectNamespace<UserInbox>, clock: Clock): Inboxes {
  const object = (userId: string) => namespace.getByName(userId);
  return {
    notify: (userId) => object(userId).notify(),
    issueTicket: (userId) => object(userId).issueTicket(clock.now(), userId),
    erase: (userId) => object(userId).erase(),
    async connect(ticket, after) {
      const [, id = "", secret = ""] = TICKET.exec(ticket) ?? [];
      const found = objectId(namespace, id);
      if (found === null) return "unknown_ticket";
      const url = new URL("https://inbox/");
      url.searchParams.set("secret", secret);
      url.searchParams.set("now", String(clock.now()));
      if (after !== null) url.searchParams.set("after", String(after));
      const answer = await namespace.get(found).fetch(url, { headers: { upgrade: "websocket" } });
      return answer.webSocket ?? (answer.status === 429 ? "too_many" : "unknown_ticket");
    },
  };
}

/** The id of an object, or null: `idFromString` throws for any other text. */
function objectId(namespace: DurableObjectNamespace<UserInbox>, text: string): DurableObjectId | null {
  try {
    return namespace.idFromString(text);
  } catch {
    return null;
  }
}
