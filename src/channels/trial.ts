import type { NotificationType, Trial } from "../content/index.ts";
import type { Dispatch } from "../db/schema/index.ts";
import type { ReaderFacts } from "../preferences/readers.ts";
import { variablesOfLine, type Variables } from "../wordings/index.ts";

/** The words on trial that a dispatch shows; null for one that shows none. */
export const trialOf = (
  type: Pick<NotificationType, "shows">,
  dispatch: Pick<Dispatch, "payload">,
): Trial | null => type.shows?.(dispatch)?.trial ?? null;

/** What words on trial may use: as if an event had come with their data, which is nowhere. @param now epoch ms */
export function trialVariables(
  { data, own }: Trial,
  { dispatch, type }: { dispatch: Dispatch; type: NotificationType },
  { reader, orgs }: ReaderFacts,
  now: number,
): Variables {
  const shown = type.shows?.(dispatch)?.id ?? type.id;
  return {
    data,
    user: { id: dispatch.user_id, name: reader?.name ?? null, locale: reader?.locale ?? null },
    actor: null,
    ...variablesOfLine(orgs),
    event: own === null ? null : { id: "evt_preview", type: shown, created_at: now },
    count: 1,
    items: own === null ? [] : [data],
    now,
  };
}
