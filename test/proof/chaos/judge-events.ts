import type { Findings } from "./findings.ts";
import type { SentEvent } from "./model.ts";
import { EVENT_TYPES } from "./plan.ts";
import { ofEvent } from "./read-sandboxes.ts";
import type { Row } from "./rows.ts";
import type { Run } from "./run.ts";
import type { User } from "./world.ts";

/** The type's name of a row that an event has made. */
export const isOfEvent = ({ type }: Row): boolean => EVENT_TYPES.some((one) => one === type);

/** Gives what chats have accepted the ids of its dispatches: chats were told only of which event and user it is. */
export function nameAcceptances({ model, service }: Run, rows: readonly Row[]): void {
  const numbers = new Map(model.events.map(({ id, n }) => [id, n]));
  const ids = new Map(
    rows.flatMap(({ id, channel, batch_id, user_id }) => {
      const n = numbers.get(batch_id ?? "");
      return channel === "chat" && n !== undefined ? [[ofEvent(n, user_id), id] as const] : [];
    }),
  );
  for (const one of service.ledger.acceptances) one.dispatch = ids.get(one.dispatch) ?? one.dispatch;
}

/** The channels on which an event of this type reaches a user. */
function channelsFor(type: SentEvent["type"], user: User): string[] {
  const chat = user.chat !== null && type !== "chaos_sms" ? ["chat"] : [];
  return user.hasPhone && type !== "chaos_chat" ? [...chat, "sms"] : chat;
}

/** Each recipient of an event has each message once, and nobody else has one. */
export function judgeEvents({ model, world }: Run, rows: readonly Row[], findings: Findings): void {
  const users = new Map(world.users.map((user) => [user.id, user]));
  const byEvent = Map.groupBy(rows, ({ batch_id }) => batch_id ?? "");
  for (const { id, call, type, users: recipients } of model.events) {
    const own = Map.groupBy(byEvent.get(id) ?? [], ({ user_id }) => user_id);
    byEvent.delete(id);
    for (const recipient of recipients) {
      const user = users.get(recipient);
      const found = (own.get(recipient) ?? []).map(({ channel }) => channel).toSorted();
      own.delete(recipient);
      const wanted = user === undefined ? [] : channelsFor(type, user);
      // Whether somebody who has stopped meanwhile gets a text message is judged by what was sent.
      const needed = model.stops.has(recipient) ? wanted.filter((one) => one !== "sms") : wanted;
      const what = `call ${call.n}: ${recipient} has ${found.join()} of ${wanted.join()} of a ${type}`;
      if (new Set(found).size < found.length || found.some((one) => !wanted.includes(one)))
        findings.wrong.push({ id, what });
      if (needed.some((one) => !found.some((channel) => channel === one))) findings.lost.push({ id, what });
    }
    for (const stranger of own.keys()) findings.wrong.push({ id, what: `went to ${stranger}` });
  }
  // Each call has a key and is repeated until it is answered.
  for (const id of byEvent.keys()) findings.wrong.push({ id, what: "an event that nobody sent" });
}
