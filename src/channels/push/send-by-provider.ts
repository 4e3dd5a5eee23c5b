import type { Ctx } from "../../ctx.ts";
import type { Dispatch } from "../../db/schema/index.ts";
import type { ChannelAdapter } from "../../delivery/channel.ts";
import type { Outcome, ProviderHealth } from "../../delivery/outcome.ts";
import {
  PARALLEL_REQUESTS,
  sendConcurrently,
  type Sent,
  type Terms,
} from "../../delivery/send-concurrently.ts";
import { sendWithPermit } from "../../delivery/with-permit.ts";
import { chunks } from "../../lib/chunks.ts";
import { keptUntil } from "./options.ts";
import type { Device, Loaded } from "./load.ts";
import { type PushMessage, type PushProvider, takes } from "./provider.ts";
import { parseKeys } from "./subscription-keys.ts";

/** One device's part of a dispatch. */
export interface PushDelivery {
  dispatch: Dispatch;
  device: Device;
  /** What the dispatch's columns hold, parsed. */
  content: Pick<PushMessage, "title" | "body" | "options" | "data">;
}

/** What became of a delivery. `provider`: the one that was to send it; null where none is configured for the device. */
export interface Answered {
  provider: PushProvider | null;
  outcome: Outcome;
  /** How long its request took, in ms; undefined where none was made. */
  ms: number | undefined;
}

type Answers = Pick<Sent<PushDelivery>, "outcomes" | "took">;

/** The outcome for a device that no configured provider sends to, for example if its provider is no longer in use. */
export const NO_PROVIDER = {
  kind: "rejected",
  code: "provider_not_configured",
  message: "No configured push provider sends to this device",
} as const satisfies Outcome;

/**
 * Sends each delivery by the provider that its device's token belongs to.
 * @param picked the provider for which this round has a permit. For each other provider a permit is acquired here
 * @param terms of the round
 * @returns deliveries without an answer were not sent: the lease no longer covered them. `health`: of `picked` alone
 */
export async function sendByProvider(
  ctx: Ctx,
  adapter: ChannelAdapter<Loaded>,
  providers: readonly PushProvider[],
  picked: PushProvider,
  pending: readonly PushDelivery[],
  terms: Terms,
): Promise<{ answers: ReadonlyMap<PushDelivery, Answered>; health: ProviderHealth[] }> {
  const answers = new Map<PushDelivery, Answered>();
  const health: ProviderHealth[] = [];
  const senderOf = ({ device }: PushDelivery) =>
    [picked, ...providers].find((provider) => takes(provider, device)) ?? null;
  const sendAll = async (
    provider: PushProvider | null,
    deliveries: readonly PushDelivery[],
  ): Promise<Answers> => {
    if (provider === null)
      return { outcomes: new Map(deliveries.map((one) => [one, NO_PROVIDER])), took: new Map() };
    if (provider !== picked)
      return sendWithPermit(ctx, adapter.channel, provider, deliveries, (acquireMore) =>
        sendThrough(ctx, provider, deliveries, { ...terms, provider: provider.name, acquireMore }),
      );
    const sent = await sendThrough(ctx, provider, deliveries, terms);
    health.push(...sent.health);
    return sent;
  };
  // Side by side: what waits for one provider's pace or answers keeps nothing from the others.
  const groups = [...Map.groupBy(pending, senderOf)].map(async ([provider, deliveries]) => {
    const { outcomes, took } = await sendAll(provider, deliveries);
    for (const [delivery, outcome] of outcomes)
      answers.set(delivery, { provider, outcome, ms: took.get(delivery) });
  });
  await Promise.all(groups);
  return { answers, health };
}

/** Messages of one call of `send`. Where each is a request, all connections get as many as the others. */
const shareOf = ({ maxPerRequest, sendsSingly = false }: PushProvider, count: number): number =>
  sendsSingly ? Math.min(maxPerRequest, Math.ceil(count / PARALLEL_REQUESTS)) : maxPerRequest;

async function sendThrough(
  ctx: Ctx,
  provider: PushProvider,
  deliveries: readonly PushDelivery[],
  terms: Terms,
) {
  await provider.prepare?.();
  return sendConcurrently(ctx, terms, chunks(deliveries, shareOf(provider, deliveries.length)), (request) =>
    provider.send(request.map((delivery) => messageOf(delivery, ctx.clock.now()))),
  );
}

function messageOf({ dispatch, device, content }: PushDelivery, now: number): PushMessage {
  return {
    token: device.token,
    app: device.app,
    keys: parseKeys(device.keys),
    ...content,
    collapseId: dispatch.id,
    expiresAt: keptUntil(dispatch, content.options, now),
  };
}
