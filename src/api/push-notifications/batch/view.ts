import type { z } from "@hono/zod-openapi";
import { isFinished } from "../../../log/read.ts";
import { reportOf } from "../../../http/field-errors.ts";
import { iso } from "../../../lib/clock.ts";
import type { FieldError } from "../../../lib/failure.ts";
import { printId } from "../../../lib/ids.ts";
import { errorOf, viewStatus } from "../view.ts";
import type * as schemas from "./schemas.ts";
import type { BatchResult } from "./targets.ts";

const MISSING = {
  invalid_request: "The target is not valid; `errors` names what is wrong with it",
  unknown_user: "There is no such user",
  no_record: "There is no record of it: it has been deleted, or was not taken when the request came first",
  rate_limited:
    "The user's budget is booked out for the next 24 hours. It was not taken: send it again, as a new request, after retry_at",
};

/** @param faults of the targets that are wrong */
export function batchView(
  batchId: string,
  results: readonly BatchResult[],
  faults: Iterable<FieldError>,
): z.infer<typeof schemas.sent> {
  const printed = results.map((result) =>
    result.dispatch === null
      ? {
          user_id: result.user_id,
          notification_id: null,
          status: "failed" as const,
          error_code: result.missing,
          error: MISSING[result.missing],
          ...(result.missing === "rate_limited" && { retry_at: iso(result.retryAt) }),
        }
      : {
          user_id: result.user_id,
          notification_id: printId("notif", result.dispatch.id),
          status: viewStatus(result.dispatch),
          ...errorOf(result.dispatch),
        },
  );
  const { errors, capped } = reportOf(faults);
  const times = results.flatMap(({ dispatch }) => dispatch?.sent_at ?? []);
  return {
    batch_id: printId("batch", batchId),
    total: results.length,
    succeeded: printed.filter((result) => result.status === "sent").length,
    failed: printed.filter((result) => result.status === "failed").length,
    results: printed,
    sent_at: times.length === 0 ? null : iso(Math.max(...times)),
    ...(errors.length > 0 && { errors }),
    ...(capped && { errors_capped: true }),
  };
}

/** Whether every target has its outcome. */
export const isBatchFinished = (results: readonly BatchResult[]): boolean =>
  results.every(({ dispatch }) => dispatch === null || isFinished(dispatch));
