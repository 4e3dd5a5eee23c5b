import { sql } from "drizzle-orm";
import { inScope, leftSender, type Scope, senderOf } from "../auth/scope.ts";
import { COMMON_TYPE, dispatches, type Event, users } from "../db/schema/index.ts";
import { Parsed } from "../db/statement.ts";
import type { NotificationType, NotificationTypes } from "../content/type.ts";
import type { Occasion } from "./occasion.ts";
import type { Ctx } from "../ctx.ts";
import type { ClaimedDispatch } from "../delivery/claim.ts";
import { SECOND } from "../lib/clock.ts";
import { notFound, invalid } from "../lib/failure.ts";
import { actable, findActable } from "../log/read.ts";
import { asRead, dispatchRow } from "../outbox/create.ts";
import { type Messages, messagesOf, supposedMessage } from "../outbox/messages.ts";
import { isOwner, ownerOf } from "../preferences/owner.ts";
import { SERVICE } from "../preferences/org-settings.ts";
import { faultsOf } from "../types/data-faults.ts";
import { findOwnType } from "../types/find.ts";
import { notificationTypeOf } from "../types/notification-type.ts";
import { type OwnTypeData, readOwnType } from "../types/own-type.ts";

/** A message that nobody has made: of a type, to a user. */
export interface Supposed {
  type: string;
  userId: string;
  /** Whose type; undefined: the one that the user's organization has or inherits. */
  orgId: string | undefined;
  /** Undefined: on each of the type's channels. */
  channel: string | undefined;
  /** What it tells; undefined: the type's sample. */
  data: Record<string, unknown> | undefined;
  /** The event's key; undefined: none. */
  key?: string | undefined;
}

/** What is explained: one message on one channel. */
export interface Asked {
  dispatch: ClaimedDispatch;
  messages: Messages;
  /** How long after the steps before it it is sent, ms; null: at once. */
  waitMs: number | null;
  /** The event that it would be of; null: it is there, or of a built-in type. */
  occasion: Occasion | null;
}

/** Reads, within a batch, a dispatch that is there. What it gives throws 404, and 403 `user_moved`. */
export const dispatchAsked = (scope: Scope, id: string): Parsed<() => Asked> =>
  Parsed.of(
    {
      found: findActable(scope, null, id),
      left: sql`SELECT 1 FROM ${dispatches} WHERE id = ${id}
        AND ${leftSender({ userId: dispatches.user_id, senderOrgId: dispatches.sender_org_id })}`,
    },
    ({ found, left }) =>
      () => ({
        dispatch: { ...actable(found, "dispatch"), left_sender: left.length === 0 ? 0 : 1 },
        messages: messagesOf(sql`(SELECT ${id})`),
        waitMs: null,
        occasion: null,
      }),
  );

/** A dispatch that is there. One round trip. @throws 404, 403 where its user has left the caller's organizations */
export const askOfDispatch = async (ctx: Ctx, scope: Scope, id: string): Promise<Asked> =>
  (await ctx.db.read({ asked: dispatchAsked(scope, id) })).asked();

/**
 * A message that nobody has made, on each channel. One round trip.
 * @throws 404 for a user outside the scope, and for a type that is not there; 400 for another channel, data that do not fit,
 * and data of an own type from a user
 */
export async function askOfType(
  ctx: Ctx,
  types: Pick<NotificationTypes, "get">,
  scope: Scope,
  supposed: Supposed,
): Promise<Asked[]> {
  const { type: id, userId, orgId } = supposed;
  const builtIn = types.get(id);
  const ownOrg = sql`coalesce((SELECT org_id FROM ${users} WHERE id = ${userId}), ${SERVICE})`;
  const { owner, user, found } = await ctx.db.read({
    owner: orgId === undefined ? sql`SELECT 1` : isOwner(scope, orgId),
    user: sql<{ org_id: string | null }>`SELECT org_id FROM ${users} WHERE id = ${userId}
      AND ${inScope(scope, { userId: users.id, orgId: users.org_id })}`,
    found: builtIn === undefined ? [findOwnType(orgId ?? ownOrg, id)] : [],
  });
  if (owner.length === 0) throw notFound("organization");
  const mayBeUnknown = scope.kind === "all" || (scope.kind === "own" && scope.userId === userId);
  if (user.length === 0 && !mayBeUnknown) throw notFound("user");
  const to = { userId, orgId: user[0]?.org_id ?? null, senderOrgId: senderOf(scope) };
  if (builtIn !== undefined) return ofBuiltIn(ctx, builtIn, supposed, to);
  const [stored] = found;
  if (stored === undefined) throw notFound("type");
  // Its schema is for staff, and the faults of data would tell it.
  if (scope.kind === "own" && supposed.data !== undefined)
    throw invalid([{ pointer: "/data", detail: "is for admins, unless the type is built in" }]);
  if (scope.kind === "own" && supposed.key !== undefined)
    throw invalid([{ pointer: "/key", detail: "is for admins" }]);
  const type = readOwnType(stored.data);
  // Keys are of the organization that sends.
  const keyOrgId = scope.kind === "own" ? type.org_id : ownerOf(scope, orgId);
  return ofOwnType(ctx, type, supposed, { ...to, keyOrgId });
}

/** To whom a supposed message goes, and on whose authority. */
interface To {
  userId: string;
  orgId: string | null;
  senderOrgId: string | null;
}

function ofBuiltIn(ctx: Ctx, type: NotificationType, { data, channel }: Supposed, to: To): Asked[] {
  const content = data ?? type.sample(ctx.clock.now());
  if (type.parse(content) === null) throw invalid([{ pointer: "/data", detail: "does not fit the type" }]);
  const channels = [...new Set([...type.channels, ...(type.fallback === null ? [] : [type.fallback])])];
  // A message by API says what its caller has said.
  const said = type.id === COMMON_TYPE ? shown(content) : { payload: content };
  return chosen(channels, channel).map((name) => {
    const expiresAt = type.goodForMs === null ? null : ctx.clock.now() + type.goodForMs;
    const dispatch = suppose(ctx, { ...to, ...said, type: type.id, channel: name, expiresAt });
    return { dispatch, messages: supposedMessage(dispatch, null, content), waitMs: null, occasion: null };
  });
}

function ofOwnType(
  ctx: Ctx,
  type: OwnTypeData,
  supposed: Supposed,
  { keyOrgId, ...to }: To & { keyOrgId: string },
): Asked[] {
  const data = supposed.data ?? type.sample ?? {};
  const faults = supposed.data === undefined ? [] : faultsOf(type.schema, data);
  if (faults.length > 0)
    throw invalid(faults.map(({ pointer, detail }) => ({ pointer: `/data${pointer}`, detail })));
  const event = eventOf(ctx, type, data, to);
  const key = supposed.key ?? null;
  const occasion = { event: { ...event, key, org_id: keyOrgId }, type, key };
  const names = type.channels.map(({ channel }) => channel);
  let waitMs = 0;
  const steps = type.channels.map(({ channel, wait }, i) => {
    const isAfter = wait !== undefined && i > 0;
    if (isAfter) waitMs += wait * SECOND;
    return { channel, waitMs: isAfter ? waitMs : null };
  });
  const wanted = chosen(names, supposed.channel);
  return steps.flatMap(({ channel, waitMs: after }) => {
    if (!wanted.includes(channel)) return [];
    const about = { type: type.id, channel, batchId: event.id, expiresAt: event.expires_at };
    const dispatch = suppose(ctx, { ...to, ...about });
    return [
      {
        dispatch,
        messages: supposedMessage(dispatch, event, notificationTypeOf(type).sample(0)),
        waitMs: after,
        occasion,
      },
    ];
  });
}

/** The row that a source would make of it. */
const suppose = (ctx: Ctx, about: Parameters<typeof dispatchRow>[1]): ClaimedDispatch => ({
  ...asRead(dispatchRow(ctx, { ...about, isDecidedLater: true })),
  left_sender: 0,
});

/** The title and body of a message by API. */
const shown = (content: object): { title: string; body: string } => ({
  title: "title" in content && typeof content.title === "string" ? content.title : "",
  body: "body" in content && typeof content.body === "string" ? content.body : "",
});

function eventOf(ctx: Ctx, type: OwnTypeData, data: Record<string, unknown>, { senderOrgId }: To): Event {
  const now = ctx.clock.now();
  return {
    id: ctx.ids.uuid(),
    org_id: type.org_id,
    sender_org_id: senderOrgId,
    type: type.id,
    type_data: JSON.stringify(type),
    key: null,
    data: JSON.stringify(data),
    actor: null,
    recipients: "{}",
    channels: null,
    dry_run: true,
    status: "done",
    send_at: null,
    expires_at: type.expires_after === null ? null : now + type.expires_after * SECOND,
    after: "",
    portion_id: null,
    recipient_count: 0,
    message_count: 0,
    skipped: "{}",
    next_at: null,
    created_by: "",
    cancelled_by: null,
    created_at: now,
    updated_at: now,
  };
}

/** The channels to explain. @throws 400 for one that the type does not have */
function chosen<C extends string>(channels: readonly C[], asked: string | undefined): C[] {
  const wanted = channels.filter((channel) => asked === undefined || channel === asked);
  if (wanted.length > 0) return wanted;
  throw invalid([{ pointer: "/channel", detail: `is no channel of this type (${channels.join(", ")})` }]);
}
