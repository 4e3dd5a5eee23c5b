import { iso } from "../../lib/clock.ts";
import { type IdPrefix, printId } from "../../lib/ids.ts";
import { isObject, parseJson } from "../../lib/objects.ts";

/** What an endpoint can hear of. Triggers queue them (migration `webhooks`). */
export const EVENT_TYPES = [
  "message.sent",
  "message.delivered",
  "message.bounced",
  "message.failed",
  "message.skipped",
  "message.read",
  "event.completed",
  "device.invalidated",
  "suppression.added",
  "preferences.changed",
  "endpoint.disabled",
] as const;

/** What an endpoint gets when somebody tries it out, whatever types it wants. */
export const TEST_TYPE = "webhook.test";

/** The version of what webhooks say. A new field does not change it; one that goes, or means something else, does. */
const VERSION = 1;

/** What webhooks say of something: ids and codes, never an address, a token or a text. */
export interface WebhookBody {
  type: string;
  version: number;
  timestamp: string;
  data: Record<string, unknown>;
}

/** The prefix of `data.id`, by the first part of a type. */
const PREFIXES: Readonly<Record<string, IdPrefix>> = {
  message: "dsp",
  event: "evt",
  suppression: "sup",
  endpoint: "whe",
  webhook: "whe",
};

/** Other ids in `data`. */
const FURTHER_IDS: Readonly<Record<string, IdPrefix>> = { event_id: "evt", batch_id: "batch" };

/** Times in `data`, stored as epoch ms. */
const TIMES: ReadonlySet<string> = new Set(["expires_at"]);

const printed =
  (kind: string) =>
  ([name, value]: [string, unknown]): [string, unknown] => {
    const prefix = name === "id" ? PREFIXES[kind] : FURTHER_IDS[name];
    if (prefix !== undefined && typeof value === "string") return [name, printId(prefix, value)];
    return [name, TIMES.has(name) && typeof value === "number" ? iso(value) : value];
  };

/**
 * The body of a webhook: the same for every attempt and every replay.
 * @param row as the trigger has queued it
 */
export function bodyOf({
  type,
  created_at,
  payload,
}: {
  type: string;
  created_at: number;
  payload: string | null;
}): WebhookBody {
  const stored = parseJson(payload ?? "{}");
  const [kind = ""] = type.split(".");
  const data = isObject(stored) ? Object.fromEntries(Object.entries(stored).map(printed(kind))) : {};
  return { type, version: VERSION, timestamp: iso(created_at), data };
}
