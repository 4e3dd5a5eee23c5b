import type { z } from "@hono/zod-openapi";
import type { Dispatch } from "../../db/schema/index.ts";
import { type Linked, printLinks } from "../../log/read.ts";
import { iso, isoOrNull } from "../../lib/clock.ts";
import { printId } from "../../lib/ids.ts";
import type { BulkRequest } from "../../notifications/certification-reminder/org-portion.ts";
import type { BulkResult } from "../../notifications/certification-reminder/remind-org.ts";
import type * as schemas from "./schemas.ts";

export const printed = (dispatch: Pick<Dispatch, "id">): string => printId("dsp", dispatch.id);

export const listItemView = (dispatch: Linked): z.infer<typeof schemas.list>["data"][number] => ({
  dispatch_id: printed(dispatch),
  org_id: dispatch.org_id,
  type: dispatch.type,
  channel: dispatch.channel,
  recipient_user_id: dispatch.user_id,
  status: dispatch.status,
  sent_at: isoOrNull(dispatch.sent_at),
  ...(dispatch.error !== null && { error: dispatch.error }),
  ...(dispatch.error_code !== null && { error_code: dispatch.error_code }),
  ...printLinks(dispatch, (id) => printId("dsp", id)),
});

export const detailView = (dispatch: Linked): z.infer<typeof schemas.detail> => ({
  data: {
    ...listItemView(dispatch),
    subject: dispatch.title,
    delivered_at: isoOrNull(dispatch.delivered_at),
    batch_id: dispatch.batch_id === null ? null : printId("batch", dispatch.batch_id),
    attempts: dispatch.attempts,
    provider: dispatch.provider,
    note: dispatch.note,
    created_at: iso(dispatch.created_at),
  },
});

export const remindedView = (dispatch: Dispatch): z.infer<typeof schemas.reminded> => ({
  data: {
    dispatch_id: printed(dispatch),
    user_id: dispatch.user_id,
    type: "certification_reminder",
    status: dispatch.status,
    queued_at: iso(dispatch.created_at),
  },
});

export const bulkView = (
  request: BulkRequest,
  result: BulkResult,
  ids: readonly string[],
): z.infer<typeof schemas.bulkReminded> => ({
  data: {
    org_id: request.orgId,
    days_threshold: request.daysThreshold,
    total_eligible: result.eligible,
    dispatched: result.dispatched,
    failed: result.failed,
    skipped: result.skipped,
    dispatch_ids: ids.map((id) => printId("dsp", id)),
    batch_id: printId("batch", result.batchId),
    dispatched_at: iso(result.at),
  },
});
