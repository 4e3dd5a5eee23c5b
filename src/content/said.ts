import type { SQL } from "drizzle-orm";
import type { Dispatch } from "../db/schema/index.ts";
import { Parsed } from "../db/statement.ts";
import type { LateBound, NotificationType, NotificationTypes, Said } from "./type.ts";

/** What a dispatch says; null when its payload is no content of its type. @param now of a sample, epoch ms */
export function saidBy(
  types: NotificationTypes,
  type: NotificationType,
  dispatch: Dispatch,
  now: number,
): Said | null {
  const shown = types.get(type.shows?.(dispatch) ?? "");
  if (shown !== undefined) return { type: shown, content: shown.sample(now) };
  const content = type.parse(type.payloadOf?.(dispatch) ?? JSON.parse(dispatch.payload ?? "{}"));
  return content === null ? null : { type, content };
}

/** What late-bound messages say, by dispatch; one with nothing left to say is missing. */
export type LateContents = ReadonlyMap<string, object>;

/** Whether what a dispatch says is read when it is sent. */
export const isLateBound = (
  { lateBound }: NotificationType,
  { payload }: Pick<Dispatch, "payload">,
): boolean => lateBound !== undefined && (lateBound.isFor?.(payload) ?? true);

/**
 * Reads what late-bound messages say. Each reader costs a claim of e-mails one statement; types may share one.
 * @param claimed ids, as a subquery
 */
export function readLateContents(
  { all }: NotificationTypes,
  claimed: SQL,
  now: number,
): Parsed<LateContents> {
  const readers = new Set<LateBound>();
  for (const { lateBound } of all) if (lateBound !== undefined) readers.add(lateBound);
  return Parsed.of(
    Object.fromEntries([...readers].map((reader, i) => [`late${i}`, reader.read(claimed, now)])),
    (found) => new Map(Object.values(found).flat()),
  );
}
