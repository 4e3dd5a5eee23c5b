import { sql } from "drizzle-orm";
import type { Scope } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { insertRows, selectWhole } from "../db/json.ts";
import { type Event, events } from "../db/schema/index.ts";
import { upsertMany } from "../directory/upsert.ts";
import { type UserFacts, users } from "../directory/users.ts";
import {
  type IdempotencyKey,
  type Once,
  once,
  releaseKey,
  type Repeatable,
  takeKey,
} from "../idempotency/once.ts";
import { DAY } from "../lib/clock.ts";
import { Failure, invalid } from "../lib/failure.ts";
import { wakeEvent } from "../outbox/wake.ts";
import { unconfigured } from "../types/configured.ts";
import { faultsOf } from "../types/data-faults.ts";
import { findOwnType } from "../types/find.ts";
import { isOwner, ownerOf } from "../preferences/owner.ts";
import { type OwnTypeData, readOwnType } from "../types/own-type.ts";
import { expandPortion } from "./expand.ts";
import { eventOf, type SendEvent } from "./new-event.ts";
import { findTo, missing } from "./target.ts";

/** An event, and whether an earlier request made it. */
export interface Sent {
  event: Event;
  replayed: boolean;
}

/** How far ahead an event may be sent. */
const MAX_AHEAD_DAYS = 365;

/** The event that an Idempotency-Key stands for. */
const EVENT: Repeatable<Event, Event> = {
  find: (id) => selectWhole(events, sql`id = ${id}`),
  replay: ([event]) => event ?? null,
};

/**
 * Takes an event, and makes the messages of its first 1,000 recipients. Three round trips: one checks, one reads the
 * recipients, one writes the event with its messages; one more where the call has facts of users. A job makes the rest.
 * @param isBuiltIn whether a type is one of ours: those cannot be sent by events
 * @throws 400 naming each field that does not fit the type or the time, 404 for an organization, a type or a topic that is not there or
 * out of scope, 422 for a key used with another body
 */
export async function sendEvent(
  ctx: Ctx,
  scope: Scope,
  createdBy: string,
  key: IdempotencyKey | null,
  input: SendEvent,
  isBuiltIn: (type: string) => boolean,
): Promise<Sent> {
  if (isBuiltIn(input.type))
    throw new Failure("invalid_request", "A built-in type cannot be sent by an event.", {
      code: "built_in_type",
      errors: [{ pointer: "/type", detail: "is a built-in type, which Tidings sends by itself" }],
    });
  refuseTimes(input, ctx.clock.now());
  const orgId = ownerOf(scope, input.orgId);
  const request = once(ctx, key, EVENT);
  const { earlier, found } = await request.read({
    owner: isOwner(scope, orgId),
    type: findOwnType(orgId, input.type),
    to: findTo(scope, orgId, input.to),
    same: ofKey(orgId, input),
  });
  if (earlier !== null) return { event: earlier, replayed: true };
  if (found.owner.length === 0) throw missing("organization", "/org_id");
  const [stored] = found.type;
  if (stored === undefined)
    throw new Failure("not_found", "There is no such type.", {
      errors: [{ pointer: "/type", detail: "is no type of this organization or of those above it" }],
    });
  const type = readOwnType(stored.data);
  const [same] = type.dedupe === "event" ? found.same : [];
  if (same !== undefined) return { event: same, replayed: true };
  refuseUnfit(ctx, type, input);

  if (input.to.kind === "users" && input.to.facts.size > 0) await writeFacts(ctx, input.to.facts);
  const event = eventOf(ctx, { scope, orgId, createdBy, type, to: found.to, input });
  const isThere = sql`EXISTS (SELECT 1 FROM ${events} WHERE id = ${event.id})`;
  const expanded = await expandPortion(ctx, event, [
    ...(key === null ? [] : [takeKey(key, event.id)]),
    insertRows(events, [event], { where: request.isMine(event.id), onConflict: sql`ON CONFLICT DO NOTHING` }),
    // If another event has the caller's key, this Idempotency-Key stands for nothing.
    ...releaseKey(key, event.id, sql`NOT ${isThere}`),
  ]);
  if (expanded.event === null) return winner(request, orgId, input);
  if (expanded.event.status === "running") await wakeEvent(ctx, event.id);
  return { event: expanded.event, replayed: false };
}

/** The event of a request with the same key that was written between the check and the write. */
async function winner(request: Once<Event>, orgId: string, input: SendEvent): Promise<Sent> {
  const { earlier, found } = await request.read({ same: ofKey(orgId, input) });
  const event = earlier ?? found.same[0];
  if (event === undefined) throw new Failure("unavailable", "The event was not written. Send it again.");
  return { event, replayed: true };
}

/** Finds the event with the caller's key. A dry run is answered with it, too, as the real run would be. */
const ofKey = (orgId: string, { type, key }: SendEvent) =>
  key === null ? [] : [selectWhole(events, sql`org_id = ${orgId} AND type = ${type} AND key = ${key}`)];

function refuseTimes({ sendAt, expiresAt }: SendEvent, now: number): void {
  if (sendAt !== null && sendAt > now + MAX_AHEAD_DAYS * DAY)
    throw invalid([{ pointer: "/send_at", detail: `must be within ${MAX_AHEAD_DAYS} days from now` }]);
  if (expiresAt !== null && expiresAt <= now)
    throw invalid([{ pointer: "/expires_at", detail: "must be in the future" }]);
}

/** A type may have channels that are not configured (any more): its other channels are used, and there must be one. */
function refuseUnfit(ctx: Pick<Ctx, "channels">, type: OwnTypeData, { to, data, channels }: SendEvent): void {
  const known = type.channels.map(({ channel }) => channel);
  const isForChat = known.includes("chat") && (channels?.includes("chat") ?? true);
  const missing = unconfigured(ctx, channels ?? known, (place) =>
    channels === null ? "/type" : `/channels/${place}`,
  );
  const errors = [
    ...(to.kind === "connections" && !isForChat
      ? [{ pointer: "/recipients/connections", detail: "get nothing: the event is not for the channel chat" }]
      : []),
    ...(channels === null && missing.length < known.length ? [] : missing),
    ...(channels ?? []).flatMap((channel, i) =>
      known.includes(channel)
        ? []
        : [{ pointer: `/channels/${i}`, detail: `is no channel of this type (${known.join(", ")})` }],
    ),
    ...faultsOf(type.schema, data).map(({ pointer, detail }) => ({ pointer: `/data${pointer}`, detail })),
  ];
  if (errors.length > 0) throw invalid(errors);
}

/**
 * Writes facts of users into the directory, as a bulk does: nobody is welcomed. All are written, or none.
 * @throws 400 naming the users it refuses
 */
async function writeFacts(ctx: Ctx, facts: ReadonlyMap<number, UserFacts>): Promise<void> {
  const refusals = await upsertMany(ctx, users, [...facts.values()], { whole: true });
  if (refusals.length === 0) return;
  const places = new Map([...facts].map(([place, { id }]) => [id, place]));
  throw invalid(
    refusals.flatMap(({ bad }) =>
      bad.map(({ id, field, detail }) => ({
        pointer: `/recipients/users/${places.get(id) ?? 0}/${field}`,
        detail,
      })),
    ),
  );
}
