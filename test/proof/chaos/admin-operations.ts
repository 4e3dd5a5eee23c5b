import { z } from "zod";
import { printId } from "../../../src/lib/ids.ts";
import { begin, type Caller, perform, uuidOf } from "./caller.ts";
import { bump } from "./model.ts";

const ADMIN = "/api/v1/admin/notifications";

/** How many days ahead a bulk looks: enough for all certificates. */
const DAYS_THRESHOLD = 60;

const reminded = z.object({ data: z.object({ dispatch_id: z.string() }) });

export async function remind(caller: Caller, user: string, key: boolean): Promise<void> {
  const { model } = caller;
  const path = `${ADMIN}/certification-reminder`;
  const call = begin(caller, { method: "POST", path, body: { user_id: user }, key });
  const answer = await perform(caller, call, key);
  if (answer === null) return;
  if (call.state === "refused") {
    // Without a certificate, or over the budget.
    if (![409, 429].includes(answer.status)) model.broken.push(`call ${call.n}: ${answer.status}`);
    return;
  }
  call.ids = [uuidOf("dsp", reminded.parse(answer.body).data.dispatch_id)];
  for (const id of call.ids) {
    model.reminders.set(id, call);
    model.note(id, `reminder accepted by call ${call.n}`);
  }
}

const bulkReminded = z.object({
  data: z.object({ batch_id: z.string(), dispatched: z.number(), failed: z.number() }),
});

export async function remindOrg(caller: Caller, org: string): Promise<void> {
  const { model } = caller;
  const body = { org_id: org, days_threshold: DAYS_THRESHOLD };
  const path = `${ADMIN}/bulk-certification-reminders`;
  const call = begin(caller, { method: "POST", path, body, key: true });
  const answer = await perform(caller, call, true);
  if (answer === null) return;
  if (call.state === "refused") return void model.broken.push(`call ${call.n}: ${answer.status}`);
  const { batch_id, dispatched, failed } = bulkReminded.parse(answer.body).data;
  call.batchId = uuidOf("batch", batch_id);
  model.bulks.push({ call, org, dispatched, failed });
}

/** Pauses a mentor, or ends the pause. Repeating the same facts changes nothing, so the call is repeated until it is answered. */
export async function pause(
  caller: Caller,
  mentor: { id: string; coordinator: string } | undefined,
): Promise<void> {
  if (mentor === undefined) return;
  const { model } = caller;
  const before = model.mentors.get(mentor.id) ?? { changes: 0, isPaused: false };
  const body = {
    ...{ full_name: mentor.id, coordinator_id: mentor.coordinator },
    current_status: before.isPaused ? "active" : "paused",
  };
  const call = begin(caller, { method: "PUT", path: `/api/v1/directory/peer-mentors/${mentor.id}`, body });
  const answer = await perform(caller, call, true);
  if (answer === null || call.state === "refused")
    return void model.broken.push(`call ${call.n}: a mentor could not be changed (${answer?.status})`);
  model.mentors.set(mentor.id, { changes: before.changes + 1, isPaused: !before.isPaused });
}

export async function cancel(caller: Caller, step: { seat: number; scheduled: boolean }): Promise<void> {
  const { model } = caller;
  const candidates = step.scheduled ? model.scheduled : model.recent;
  // Only recent ones: older ones have been sent.
  const young = candidates.slice(-100);
  const id = young[step.seat % young.length];
  if (id === undefined || model.cancels.get(id)?.confirmedAt) return;
  const call = begin(caller, { method: "DELETE", path: `${ADMIN}/${printId("dsp", id)}`, body: undefined });
  model.cancels.set(id, { confirmedAt: null });
  model.note(id, `cancel asked for by call ${call.n}`);
  const answer = await perform(caller, call, false);
  if (answer === null) return;
  model.note(id, `cancel answered ${answer.status}`);
  if (call.state === "accepted") model.cancels.set(id, { confirmedAt: Date.now() });
  else if (answer.status !== 409) model.broken.push(`call ${call.n}: cancelling ${id}: ${answer.status}`);
}

const logPage = z.object({ data: z.array(z.object({ dispatch_id: z.string() })) });

export async function retry(caller: Caller, seat: number): Promise<void> {
  const { model, worker, token } = caller;
  const log = await worker.call("GET", `${ADMIN}?status=failed&limit=100`, token);
  const failed = log?.status === 200 ? logPage.parse(log.body).data : [];
  const chosen = failed[seat % failed.length];
  if (chosen === undefined) return;
  const id = uuidOf("dsp", chosen.dispatch_id);
  const body = { action: "retry" };
  const call = begin(caller, { method: "PUT", path: `${ADMIN}/${chosen.dispatch_id}`, body });
  const answer = await perform(caller, call, false);
  model.note(id, `retry answered ${answer?.status ?? "nothing"}`);
  if (answer === null || call.state === "accepted") bump(model.retries, id);
  else if (answer.status !== 409) model.broken.push(`call ${call.n}: retrying ${id}: ${answer.status}`);
}
