import type { z } from "@hono/zod-openapi";
import { iso, isoOrNull } from "../../lib/clock.ts";
import { printId } from "../../lib/ids.ts";
import type { DeviceDelivery, Timeline, TimelineItem } from "../../log/timeline/read.ts";
import type * as schemas from "./schemas.ts";

type Printed = z.infer<typeof schemas.timeline>["data"];

/** Fields of an entry under the names that we print, without those that have no value. */
function fieldsOf(entry: TimelineItem): Partial<Printed["entries"][number]> {
  switch (entry.did) {
    case "created":
      return sourceOf(entry.source);
    case "scheduled":
    case "resting":
    case "reserved":
      return { until: iso(entry.until) };
    case "attempted": {
      const { n, trial, outcome, provider, ms, targets, reached, until, code, message } = entry;
      return {
        ...(trial ? { trial } : { attempt: n }),
        outcome,
        provider,
        ...(ms !== undefined && { duration_ms: ms }),
        ...(targets !== undefined && { devices: targets, devices_reached: reached ?? 0 }),
        ...(until !== undefined && { until: iso(until) }),
        ...claimOf(entry),
        ...given({ code, message }),
      };
    }
    case "postponed": {
      const { wait, until, provider, reached, code, message } = entry;
      return {
        wait,
        until: iso(until),
        ...(reached !== undefined && { devices_reached: reached }),
        ...claimOf(entry),
        ...given({ provider, code, message }),
      };
    }
    case "ended":
      return { status: entry.status, ...claimOf(entry), ...given(entry) };
    case "receipt":
      return { devices: entry.devices, code: entry.code };
    case "reported":
      return { kind: entry.kind, event_at: iso(entry.event_at), ...given({ code: entry.code }) };
    case "cancelled":
    case "retried":
      return given({ by: entry.by, code: entry.code });
    case "noted":
      return given({ by: entry.by });
    case "marked":
      return given({ by: entry.by, mark: entry.mark });
    case "changed":
      return { change: entry.change };
    case "chained":
      return { until: iso(entry.until), channel: entry.channel };
    case "followed":
      return { dispatch_id: printId("dsp", entry.dispatch), channel: entry.channel };
    case "collected":
      return { event_id: printId("evt", entry.event) };
    case "left_out":
      return { n: entry.n };
    case "delivered":
    case "taken_over":
    case "woken":
    case "reported_late":
      return {};
  }
}

/** When the claim was that an entry came of, and what woke the dispatch for it. */
const claimOf = ({ claimed, swept }: { claimed?: number | undefined; swept?: true | undefined }) =>
  claimed === undefined
    ? {}
    : { claimed_at: iso(claimed), woken_by: swept === true ? ("sweep" as const) : ("call" as const) };

type Texts = Readonly<
  Partial<Record<"provider" | "code" | "message" | "by" | "mark" | "key", string | null | undefined>>
>;

/** Those of these fields that have a value. */
function given({ provider, code, message, by, mark, key }: Texts): Partial<Printed["entries"][number]> {
  return {
    ...(provider != null && { provider }),
    ...(code != null && { code }),
    ...(message != null && { message }),
    ...(by != null && { by }),
    ...(mark != null && { mark }),
    ...(key != null && { key }),
  };
}

function sourceOf(
  source: Extract<TimelineItem, { did: "created" }>["source"],
): Partial<Printed["entries"][number]> {
  switch (source.kind) {
    case "event":
      return { source: source.kind, event_id: printId("evt", source.event), ...given(source) };
    case "fallback":
      return { source: source.kind, dispatch_id: printId("dsp", source.dispatch) };
    case "batch":
      return { source: source.kind, batch_id: printId("batch", source.batch) };
    case "api":
    case "service":
      return { source: source.kind };
  }
}

const deliveryView = (delivery: DeviceDelivery): Printed["deliveries"][number] => ({
  device_id: delivery.device_id,
  status: delivery.status,
  provider: delivery.provider,
  ...(delivery.error !== null && { error: delivery.error }),
  ...(delivery.accepted_at !== null && { accepted_at: iso(delivery.accepted_at) }),
  ...(delivery.receipt_due_at !== null && { receipt_due_at: iso(delivery.receipt_due_at) }),
});

export const timelineView = ({
  dispatch,
  entries,
  deliveries,
  keys,
}: Timeline): z.infer<typeof schemas.timeline> => ({
  data: {
    dispatch_id: printId("dsp", dispatch.id),
    user_id: dispatch.user_id,
    org_id: dispatch.org_id,
    channel: dispatch.channel,
    type: dispatch.type,
    status: dispatch.status,
    ...(dispatch.status === "queued" && { due_at: iso(dispatch.due_at) }),
    expires_at: isoOrNull(dispatch.expires_at),
    entries: entries.map((entry) => ({
      at: iso(entry.at),
      did: entry.did,
      text: entry.text,
      ...fieldsOf(entry),
    })),
    deliveries: deliveries.map(deliveryView),
    ...(keys !== null && { provider_message_id: dispatch.provider_message_id, dedupe_keys: keys }),
  },
});
