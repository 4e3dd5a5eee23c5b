import type { NotificationType, NotificationTypes } from "../content/index.ts";
import type { Ctx } from "../ctx.ts";
import type { Scope } from "../auth/scope.ts";
import { COMMON_TYPE, WORDING_CHANNELS, type WordingChannel } from "../db/schema/index.ts";
import { notFound } from "../lib/failure.ts";
import { type DataFault, faultsOf } from "../types/data-faults.ts";
import { notificationTypeOf } from "../types/notification-type.ts";
import type { OwnTypeData } from "../types/own-type.ts";
import { readType } from "../types/read.ts";

/** A type as those need it who write its words. */
export interface WordedType {
  type: NotificationType;
  isBuiltIn: boolean;
  /** The customer's type; null: a built-in one. */
  own: OwnTypeData | null;
  /** The channels on which its words can be written. */
  channels: readonly WordingChannel[];
  /** JSON Schema of the data that its words may use; null: any object. */
  schema: Readonly<Record<string, unknown>> | null;
  /** Data for a trial; null when there is none. */
  sample: Readonly<Record<string, unknown>> | null;
  /** What is wrong with data. */
  faultsIn(data: Record<string, unknown>): DataFault[];
}

/** A type that an owner has or inherits, or that is built in. One round trip, none for a built-in type. @throws 404 */
export async function wordedType(
  ctx: Ctx,
  types: Pick<NotificationTypes, "get">,
  scope: Scope,
  owner: string,
  id: string,
): Promise<WordedType> {
  const builtIn = types.get(id);
  if (builtIn !== undefined) return wordedBuiltIn(builtIn, ctx.clock.now());
  const { data } = await readType(ctx, scope, owner, id);
  return {
    type: notificationTypeOf(data),
    isBuiltIn: false,
    own: data,
    channels: ownWordChannels(data),
    schema: data.schema,
    sample: data.sample,
    faultsIn: (given) => faultsOf(data.schema, given),
  };
}

function wordedBuiltIn(type: NotificationType, now: number): WordedType {
  const channels = wordChannelsOf(type);
  if (channels.length === 0) throw notFound("type whose words can be written");
  return {
    type,
    isBuiltIn: true,
    own: null,
    channels,
    schema: type.schema?.() ?? null,
    sample: { ...type.sample(now) },
    faultsIn: (given) =>
      type.parse(given) === null ? [{ pointer: "", detail: "does not fit the type's schema" }] : [],
  };
}

/**
 * The channels on which a built-in type's words can be replaced: all of its own. But a message by API is its caller's, and a
 * test e-mail shows another type.
 */
export function wordChannelsOf({ id, channels, fallback, shows }: NotificationType): WordingChannel[] {
  if (id === COMMON_TYPE || shows !== undefined) return [];
  const all = new Set([...channels, fallback]);
  return (["email", "push", "in_app"] as const).filter((channel) => all.has(channel));
}

/** The channels on which an own type's words can be written: its own that have words, and text messages. */
export const ownWordChannels = ({ channels }: Pick<OwnTypeData, "channels">): WordingChannel[] =>
  [...new Set([...channels.map(({ channel }) => channel), "sms" as const])].flatMap(
    (channel) => WORDING_CHANNELS.find((one) => one === channel) ?? [],
  );
