import type { Dispatch } from "../db/schema/index.ts";
import { Parsed } from "../db/statement.ts";
import type { Messages } from "../outbox/messages.ts";
import type { LateBound, NotificationType, NotificationTypes, Said } from "./type.ts";

/** The content of a dispatch's message; null when its payload does not fit its type. @param now the time for a sample, epoch ms */
export function saidBy(
  types: NotificationTypes,
  type: NotificationType,
  dispatch: Dispatch,
  now: number,
): Said | null {
  const shows = type.shows?.(dispatch) ?? null;
  const shown = types.get(shows?.id ?? "");
  if (shown !== undefined) {
    const content = shows?.trial == null ? shown.sample(now) : shown.parse(shows.trial.data);
    return content === null ? null : { type: shown, content };
  }
  const content = type.parse(type.payloadOf?.(dispatch) ?? JSON.parse(dispatch.payload ?? "{}"));
  return content === null ? null : { type, content };
}

/** The content of late-bound messages, by dispatch. A dispatch with nothing left to say is missing. */
export type LateContents = ReadonlyMap<string, object>;

/** Whether the content of a dispatch is read when it is sent, not when it is queued. */
export const isLateBound = (
  { lateBound }: NotificationType,
  { payload }: Pick<Dispatch, "payload">,
): boolean => lateBound !== undefined && (lateBound.isFor?.(payload) ?? true);

/**
 * Reads the content of late-bound messages. Each reader is one statement in every claim of e-mails; types may share one.
 */
export function readLateContents(
  { all }: NotificationTypes,
  { ids, contents }: Messages,
  now: number,
): Parsed<LateContents> {
  if (contents !== null) return Parsed.of({}, () => contents);
  const readers = new Set<LateBound>();
  for (const { lateBound } of all) if (lateBound !== undefined) readers.add(lateBound);
  return Parsed.of(
    Object.fromEntries([...readers].map((reader, i) => [`late${i}`, reader.read(ids, now)])),
    (found) => new Map(Object.values(found).flat()),
  );
}
