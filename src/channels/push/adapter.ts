import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { Parsed } from "../../db/statement.ts";
import { deliveries, deviceTokens, type Dispatch, dispatches } from "../../db/schema/index.ts";
import type { ChannelAdapter, ChannelReport, Result } from "../../delivery/channel.ts";
import type { Load } from "../../delivery/claim.ts";
import { NOTHING_TO_SAY, type Outcome } from "../../delivery/outcome.ts";
import { sendConcurrently } from "../../delivery/send-concurrently.ts";
import { MINUTE } from "../../lib/clock.ts";
import { chunks } from "../../lib/chunks.ts";
import type { DeliveryRecord } from "../../outbox/settlement.ts";
import { IS_PAUSE_MESSAGE, PAUSE_HOLDS } from "../../notifications/pause/holds.ts";
import type { Budget } from "../../rate-limit/limiter.ts";
import { isStale, keptUntil } from "./lifetime.ts";
import { parseOptions } from "./options.ts";
import type { PushMessage, PushProvider } from "./provider.ts";
import { NO_DEVICE, summarize } from "./summarize.ts";

/** Expo has receipts after about 15 minutes. */
const RECEIPT_AFTER_MS = 15 * MINUTE;

/** A user's device, as sending needs it. */
interface Device {
  id: number;
  user_id: string;
  token: string;
}

/** Devices of the claimed dispatches' users, the devices that have accepted already, and what need not be sent any more. */
interface Loaded {
  devices: Map<string, Device[]>;
  /** `dispatch device` of every delivery that needs no repeat. */
  accepted: Set<string>;
  /** Dispatches that tell what is not true any more. */
  overtaken: ReadonlySet<string>;
}

/** One message to one device, and where it belongs. */
export interface PushDelivery {
  dispatch: Dispatch;
  device: Device;
}

const pair = (dispatchId: string, deviceId: number) => `${dispatchId} ${deviceId}`;

const load: Load<Loaded> = (claimed) =>
  Parsed.of(
    {
      devices: sql<Device>`SELECT t.id, t.user_id, t.token FROM ${deviceTokens} t
        WHERE t.user_id IN (SELECT user_id FROM dispatches WHERE id IN ${claimed})
          AND t.invalidated_at IS NULL`,
      accepted: sql<{
        dispatch_id: string;
        device_id: number;
      }>`SELECT dispatch_id, device_id FROM ${deliveries}
        WHERE dispatch_id IN ${claimed} AND status = 'accepted'`,
      overtaken: sql<{ id: string }>`SELECT d.id FROM ${dispatches} AS d
        WHERE d.id IN ${claimed} AND ${IS_PAUSE_MESSAGE} AND NOT ${PAUSE_HOLDS}`,
    },
    ({ devices, accepted, overtaken }) => ({
      devices: Map.groupBy(devices, (device) => device.user_id),
      accepted: new Set(accepted.map((row) => pair(row.dispatch_id, row.device_id))),
      overtaken: new Set(overtaken.map(({ id }) => id)),
    }),
  );

const devicesOf = (dispatch: Dispatch, loaded: Loaded) => loaded.devices.get(dispatch.user_id) ?? [];

/** What is still to be sent: each device of each user, without those that have accepted the same dispatch before. */
const pendingOf = (claimed: readonly Dispatch[], loaded: Loaded): PushDelivery[] =>
  claimed.flatMap((dispatch) =>
    (loaded.overtaken.has(dispatch.id) ? [] : devicesOf(dispatch, loaded))
      .filter((device) => !loaded.accepted.has(pair(dispatch.id, device.id)))
      .map((device) => ({ dispatch, device })),
  );

/** The user's devices that have accepted the same dispatch before. */
const reachedBy = (dispatch: Dispatch, loaded: Loaded): Device[] =>
  devicesOf(dispatch, loaded).filter(({ id }) => loaded.accepted.has(pair(dispatch.id, id)));

/** Why a dispatch is not sent at all. One that a device has accepted was true then. */
function refusal(dispatch: Dispatch, loaded: Loaded): Outcome | null {
  if (loaded.overtaken.has(dispatch.id) && reachedBy(dispatch, loaded).length === 0) return NOTHING_TO_SAY;
  return devicesOf(dispatch, loaded).length === 0 ? NO_DEVICE : null;
}

function messageOf({ dispatch, device }: PushDelivery, now: number): PushMessage {
  const options = parseOptions(dispatch.options);
  return {
    token: device.token,
    title: dispatch.title,
    body: dispatch.body,
    data: dispatch.data === null ? null : (JSON.parse(dispatch.data) as Record<string, unknown>),
    options,
    collapseId: dispatch.id,
    expiresAt: keptUntil(dispatch, options, now),
  };
}

/** The push channel: every device of a user, whichever dispatches it belongs to, up to a full request at a time. */
export function createPushChannel(
  providers: readonly PushProvider[],
  budget: Budget,
): ChannelAdapter<Loaded> {
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  return {
    channel: "push",
    queue: "push",
    settlementQueue: "push",
    budget,
    isPerDevice: true,
    announce: null,
    providers,
    load,
    refusal,
    async send(ctx, name, dispatches, loaded, terms): Promise<ChannelReport> {
      const provider = byName.get(name);
      if (!provider) throw new Error(`No push provider is called ${name}`);
      const now = ctx.clock.now();
      const stale = dispatches.filter((dispatch) => isStale(dispatch, parseOptions(dispatch.options), now));
      const fresh = dispatches.filter((dispatch) => !stale.includes(dispatch));
      const pending = pendingOf(fresh, loaded);
      const requests = chunks(pending, provider.maxPerRequest);
      const { outcomes, health } = await sendConcurrently(ctx, terms, requests, (request) =>
        provider.send(request.map((delivery) => messageOf(delivery, ctx.clock.now()))),
      );
      return {
        results: [
          ...resultsOf(ctx, provider, fresh, loaded, pending, outcomes),
          ...stale.map((dispatch) => tooLate(dispatch, loaded)),
        ],
        health,
      };
    },
  };
}

/** What becomes of a push whose ttl is over: it reached some device in an earlier attempt, or none. */
function tooLate(dispatch: Dispatch, loaded: Loaded): Result {
  const devices = devicesOf(dispatch, loaded);
  const outcome: Outcome =
    reachedBy(dispatch, loaded).length > 0
      ? { kind: "accepted", messageId: null }
      : { kind: "rejected", code: "expired", message: "Its ttl was over before it could be sent" };
  return { dispatch, outcome, attempted: false, targets: devices.length, deliveries: [], gone: [] };
}

const deliveryOf = (
  ctx: Ctx,
  provider: PushProvider,
  delivery: PushDelivery,
  outcome: Outcome,
): DeliveryRecord[] => {
  if (outcome.kind === "deferred") return [];
  const accepted = outcome.kind === "accepted";
  const ticket = accepted ? outcome.messageId : null;
  const now = ctx.clock.now();
  return [
    {
      dispatch_id: delivery.dispatch.id,
      device_id: delivery.device.id,
      status: accepted ? "accepted" : outcome.kind === "retry" ? "retry" : "failed",
      provider: provider.name,
      ticket_id: ticket,
      error: accepted ? null : outcome.code,
      accepted_at: accepted ? now : null,
      receipt_due_at: ticket !== null && provider.receipts ? now + RECEIPT_AFTER_MS : null,
    },
  ];
};

function resultsOf(
  ctx: Ctx,
  provider: PushProvider,
  dispatches: readonly Dispatch[],
  loaded: Loaded,
  pending: readonly PushDelivery[],
  outcomes: ReadonlyMap<PushDelivery, Outcome>,
): Result[] {
  const byDispatch = Map.groupBy(pending, (delivery) => delivery.dispatch.id);
  return dispatches.flatMap((dispatch): Result[] => {
    const own = byDispatch.get(dispatch.id) ?? [];
    const answered = own.flatMap((delivery) => {
      const outcome = outcomes.get(delivery);
      return outcome === undefined ? [] : [{ delivery, outcome }];
    });
    const deliveriesNow = answered.flatMap(({ delivery, outcome }) =>
      deliveryOf(ctx, provider, delivery, outcome),
    );
    // Some devices were let go of: what is known is written down, and the rest comes again at once.
    const outcome =
      answered.length < own.length
        ? ({
            kind: "deferred",
            code: "lease_over",
            message: "Not all devices were reached in time",
            afterMs: 0,
          } as const)
        : (refusal(dispatch, loaded) ??
          summarize(
            answered.map((one) => one.outcome),
            reachedBy(dispatch, loaded).length,
          ));
    return [
      {
        dispatch,
        outcome,
        attempted: answered.some((one) => one.outcome.kind !== "deferred"),
        targets: devicesOf(dispatch, loaded).length,
        deliveries: deliveriesNow,
        gone: answered.flatMap(({ delivery, outcome: { kind, ...rest } }) =>
          kind === "gone" && "code" in rest ? [{ device_id: delivery.device.id, reason: rest.code }] : [],
        ),
      },
    ];
  });
}
