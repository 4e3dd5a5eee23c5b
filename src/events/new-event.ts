import { type Scope, senderOf } from "../auth/scope.ts";
import type { Ctx } from "../ctx.ts";
import type { Channel, Event } from "../db/schema/index.ts";
import { SECOND } from "../lib/clock.ts";
import type { OwnTypeData } from "../types/own-type.ts";
import { LEASE_MS } from "./expand.ts";
import type { Recipients, To } from "./recipients.ts";
import { missing, type Target } from "./target.ts";

/** An event as its caller asks for it. */
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

const MISSING = {
  users: () => missing("user", "/recipients/users"),
  topic: () => missing("topic", "/recipients/topic"),
  org: () => missing("organization", "/recipients/org_id"),
  connections: () => missing("chat connection", "/recipients/connections"),
} as const satisfies Record<Target["kind"], () => Error>;

/** The row of an event. @throws 404 if whom it is for is not there */
export function eventOf(
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
  if (to === null) throw MISSING[input.to.kind]();
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
