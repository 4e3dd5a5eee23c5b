import { sql } from "drizzle-orm";
import { inScope, type Scope, senderOf } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import { insertRows, selectWhole } from "../db/json.ts";
import { type Channel, type Event, events, orgs } from "../db/schema/index.ts";
import { Parsed } from "../db/statement.ts";
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
import { DAY, SECOND } from "../lib/clock.ts";
import { Failure, invalid, notFound } from "../lib/failure.ts";
import { wakeEvent } from "../outbox/wake.ts";
import { unconfigured } from "../types/configured.ts";
import { faultsOf } from "../types/data-faults.ts";
import { findOwnType } from "../types/find.ts";
import { isOwner, ownerOf } from "../preferences/owner.ts";
import { type OwnTypeData, readOwnType } from "../types/own-type.ts";
import { expandPortion, LEASE_MS } from "./expand.ts";
import type { Recipients, To } from "./recipients.ts";
import { topicInLine } from "./topics/find.ts";

/** Whom an event is for, as the caller says it. */
export type Target =
  /** `facts`: of those users that the call also writes into the directory, by their place in its list. */
  | { kind: "users"; ids: readonly string[]; facts: ReadonlyMap<number, UserFacts> }
  | { kind: "topic"; topic: string }
  | { kind: "org"; orgId: string; withSubOrgs: boolean };

export interface SendEvent {
  type: string;
  orgId: string | undefined;
  to: Target;
  data: Record<string, unknown>;
  key: string | null;
  /** Epoch ms. */
  sendAt: number | null;
  expiresAt: number | null;
  channels: readonly Channel[] | null;
  actor: string | null;
  isDryRun: boolean;
}

/** An event, and whether an earlier request made it. */
export interface Sent {
  event: Event;
  replayed: boolean;
}

const missing = (what: string, pointer: string): Failure =>
  new Failure("not_found", notFound(what).detail, {
    errors: [{ pointer, detail: `there is no such ${what}` }],
  });

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

/** Reads whom the event is for, as it is stored. Gives null for a topic or an organization that is not there. */
function findTo(scope: Scope, orgId: string, to: Target): Parsed<To | null> {
  switch (to.kind) {
    case "users": {
      const ids = [...new Set([...to.ids, ...[...to.facts.values()].map(({ id }) => id)])];
      return Parsed.of({}, () => ({ kind: "users", ids, count: ids.length }));
    }
    case "topic":
      return Parsed.of({ rows: topicInLine(orgId, to.topic) }, ({ rows: [row] }) =>
        row === undefined
          ? null
          : { kind: "topic", topic: to.topic, uuid: row.uuid, within: senderOf(scope) },
      );
    case "org":
      return Parsed.of(
        {
          rows: sql`SELECT 1 FROM ${orgs} WHERE id = ${to.orgId}
            AND ${inScope(scope, { userId: sql`NULL`, orgId: orgs.id })}`,
        },
        ({ rows }) => (rows.length === 0 ? null : to),
      );
  }
}

function refuseTimes({ sendAt, expiresAt }: SendEvent, now: number): void {
  if (sendAt !== null && sendAt > now + MAX_AHEAD_DAYS * DAY)
    throw invalid([{ pointer: "/send_at", detail: `must be within ${MAX_AHEAD_DAYS} days from now` }]);
  if (expiresAt !== null && expiresAt <= now)
    throw invalid([{ pointer: "/expires_at", detail: "must be in the future" }]);
}

/** A type may have channels that are not configured (any more): its other channels are used, and there must be one. */
function refuseUnfit(ctx: Pick<Ctx, "channels">, type: OwnTypeData, { data, channels }: SendEvent): void {
  const known = type.channels.map(({ channel }) => channel);
  const missing = unconfigured(ctx, channels ?? known, (place) =>
    channels === null ? "/type" : `/channels/${place}`,
  );
  const errors = [
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

function eventOf(
  ctx: Ctx,
  {
    scope,
    orgId,
    createdBy,
    type,
    to,
    input,
  }: { scope: Scope; orgId: string; createdBy: string; type: OwnTypeData; to: To | null; input: SendEvent },
): Event {
  if (to === null)
    throw input.to.kind === "topic"
      ? missing("topic", "/recipients/topic")
      : missing("organization", "/recipients/org_id");
  const now = ctx.clock.now();
  const isOnce = type.dedupe === "event" && !input.isDryRun;
  const recipients: Recipients = { to, key: type.dedupe === "recipient" ? input.key : null };
  return {
    id: ctx.ids.uuid(),
    org_id: orgId,
    sender_org_id: senderOf(scope),
    type: input.type,
    type_data: JSON.stringify(type),
    key: isOnce ? input.key : null,
    data: JSON.stringify(input.data),
    actor: input.actor,
    recipients: JSON.stringify(recipients),
    channels: input.channels === null ? null : JSON.stringify(input.channels),
    dry_run: input.isDryRun,
    status: "running",
    send_at: input.sendAt,
    expires_at: expiryOf(type, input, now),
    after: "",
    portion_id: null,
    recipient_count: 0,
    message_count: 0,
    skipped: "{}",
    next_at: now + LEASE_MS,
    created_by: createdBy,
    cancelled_by: null,
    created_at: now,
    updated_at: now,
  };
}

/** The earlier of the caller's and the type's. */
function expiryOf(
  { expires_after }: OwnTypeData,
  { sendAt, expiresAt }: SendEvent,
  now: number,
): number | null {
  const ofType = expires_after === null ? Infinity : Math.max(now, sendAt ?? 0) + expires_after * SECOND;
  const expiry = Math.min(expiresAt ?? Infinity, ofType);
  return expiry === Infinity ? null : expiry;
}
