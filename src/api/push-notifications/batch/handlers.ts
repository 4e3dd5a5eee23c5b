import { invalid } from "../../../lib/failure.ts";
import type { Context } from "hono";
import { scopeOf } from "../../../auth/scope.ts";
import type { App, AppEnv } from "../../../http/app-env.ts";
import { type FailedInput, fieldErrors, givenIn } from "../../../http/field-errors.ts";
import { idempotencyKeyOf, applyPreference } from "../../../http/input.ts";
import { faultsOf, membersOf } from "../../../http/members.ts";
import { printId } from "../../../lib/ids.ts";
import { awaitOutcome } from "../../../log/read.ts";
import { sendBatch } from "../../../notifications/push/send-batch.ts";
import * as routes from "./routes.ts";
import { BASE } from "../routes.ts";
import { target } from "./schemas.ts";
import { readTargets, resultsOf, type Targets } from "./targets.ts";
import { batchView, isBatchFinished } from "./view.ts";

export function registerBatch(app: App): void {
  const takeBatch = async (c: Context<AppEnv>, targets: Targets) => {
    const faults = faultsOf("targets", targets.rejected);
    if (targets.good.length === 0) throw invalid(faults);
    const { waitMs } = applyPreference(c);
    const key = await idempotencyKeyOf(c, { targets: targets.all });
    const ctx = c.get("ctx");
    const taken = await sendBatch(ctx, scopeOf(c.get("principal")), key, targets.good);
    if (taken.replayed) c.header("idempotency-replayed", "true");
    const known = taken.results.flatMap(({ dispatch }) => dispatch ?? []);
    const seen = await awaitOutcome(ctx, known, taken.replayed ? 0 : waitMs);
    const byId = new Map(seen.map((dispatch) => [dispatch.id, dispatch]));
    const results = resultsOf(targets, taken.results).map((result) =>
      result.dispatch === null
        ? result
        : { ...result, dispatch: byId.get(result.dispatch.id) ?? result.dispatch },
    );
    c.header("location", `${BASE}?batch_id=${printId("batch", taken.batchId)}`);
    const view = batchView(taken.batchId, results, faults);
    return isBatchFinished(results) ? c.json(view, 201) : c.json(view, 202);
  };
  const takeRest = (c: Context<AppEnv>, failed: FailedInput) => {
    const given = givenIn(failed);
    const members = membersOf("targets", given, failed.error);
    if (members === null) throw invalid(fieldErrors(failed.error, failed.target, given));
    const read = (member: unknown) => target.safeParse(member);
    return takeBatch(c, readTargets(members, read, c.get("deps").pushProviders));
  };
  app.openapi(
    routes.send,
    (c) => {
      const { targets } = c.req.valid("json");
      const read = (data: (typeof targets)[number]) => ({ success: true, data }) as const;
      return takeBatch(c, readTargets(targets, read, c.get("deps").pushProviders));
    },
    // Invalid targets do not stop the others.
    (result, c) => (result.success ? undefined : takeRest(c, result)),
  );
}
