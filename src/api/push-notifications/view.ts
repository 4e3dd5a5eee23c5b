import type { z } from "@hono/zod-openapi";
import type { Dispatch, DispatchStatus } from "../../db/schema/index.ts";
import { parseOptions } from "../../channels/push/options.ts";
import { type Linked, printLinks } from "../../log/read.ts";
import { iso, isoOrNull } from "../../lib/clock.ts";
import { printId } from "../../lib/ids.ts";
import { keysOf, parseObject } from "../../lib/objects.ts";
import type * as schemas from "./schemas.ts";
import type { ViewStatus } from "./schemas.ts";

const PRINTED = {
  queued: "queued",
  sending: "sending",
  sent: "sent",
  delivered: "sent",
  bounced: "failed",
  failed: "failed",
  cancelled: "cancelled",
} as const satisfies Record<DispatchStatus, ViewStatus>;

/** A person's mark has precedence over the pipeline's status. */
export const viewStatus = ({ status, mark }: Dispatch): ViewStatus =>
  mark === "retried" || mark === "resolved" ? mark : PRINTED[status];

/** The stored statuses or the mark that a status of this view stands for. */
export const selection = (status: ViewStatus): { statuses?: DispatchStatus[]; mark: string | null } =>
  status === "retried" || status === "resolved"
    ? { mark: status }
    : {
        mark: null,
        statuses: keysOf(PRINTED).filter((stored) => PRINTED[stored] === status),
      };

export const errorOf = ({ error_code, error }: Dispatch) => ({
  ...(error_code !== null && { error_code }),
  ...(error !== null && { error }),
});

const summary = (dispatch: Linked) => ({
  id: printId("notif", dispatch.id),
  user_id: dispatch.user_id,
  title: dispatch.title ?? "",
  body: dispatch.body ?? "",
  delivered_count: dispatch.delivered_count,
  failed_count: dispatch.failed_count,
  sent_at: isoOrNull(dispatch.sent_at),
  status: viewStatus(dispatch),
  ...errorOf(dispatch),
  ...printLinks(dispatch, (id) => printId("notif", id)),
});

const references = ({ scenario_id, prompt_id }: Dispatch) => ({ scenario_id, prompt_id });

/** @param ids of the message on each channel, where the caller named them */
export const sentView = (dispatch: Linked, ids?: readonly string[]): z.infer<typeof schemas.sent> => ({
  ...summary(dispatch),
  device_tokens_targeted: dispatch.targets,
  ...(ids && { dispatch_ids: ids.map((id) => printId("notif", id)) }),
});

export const listItemView = (dispatch: Linked): z.infer<typeof schemas.listItem> => ({
  ...summary(dispatch),
  ...references(dispatch),
  device_tokens_targeted: dispatch.targets,
});

/** @param forStaff whether it shows what staff noted */
export const recordView = (
  dispatch: Linked,
  tokens: string[],
  forStaff: boolean,
): z.infer<typeof schemas.record> => ({
  ...summary(dispatch),
  ...references(dispatch),
  data: dispatch.data === null ? null : parseObject(dispatch.data),
  ...(dispatch.options !== null && { options: parseOptions(dispatch.options) }),
  device_tokens: tokens,
  ...(forStaff && dispatch.retry_note !== null && { retry_note: dispatch.retry_note }),
});

export const annotatedView = (dispatch: Dispatch): z.infer<typeof schemas.annotated> => ({
  id: printId("notif", dispatch.id),
  status: viewStatus(dispatch),
  retry_note: dispatch.retry_note,
  updated_at: iso(dispatch.updated_at),
});
