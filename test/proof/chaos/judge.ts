import { countBy, createFindings, type Findings } from "./findings.ts";
import { judgeOrigins } from "./origins.ts";
import { judgeCounts } from "./counts.ts";
import { nameAcceptances } from "./judge-events.ts";
import { isHelpless, isLeftOut, judgeUnwanted, textAgainst, wasReportedFailed } from "./judge-reach.ts";
import { judgeWebhooks } from "./judge-webhooks.ts";
import { readRows, readWebhooks, type Row } from "./rows.ts";
import type { Run } from "./run.ts";
import { createTruth, judgeDoubles, type Truth } from "./truth.ts";
import type { User } from "./world.ts";

/** Attempts after which a message has failed. Repeated here, so that a change of it is noticed. */
const ALL_ATTEMPTS = 6;

/** Codes that are a reason to fail only after all attempts. */
const PASSING = [
  ...["expo_server_error", "expo_unreachable", "expo_timeout", "expo_bad_response"],
  ...["fcm_server_error", "fcm_unreachable", "fcm_timeout", "fcm_bad_response"],
  ...["fcm_token_timeout", "fcm_token_unreachable", "fcm_overloaded", "fcm_unavailable"],
  ...["webpush_server_error", "webpush_unreachable", "webpush_timeout", "webpush_bad_response"],
  ...["timeout", "network_error", "provider_error", "server_error", "bad_answer", "unknown_error"],
];

/** Compares everything that the service stored with what it was asked for and with what the providers received. */
export async function judge(run: Run): Promise<Findings> {
  const findings = createFindings();
  const rows = await readRows(run.service.worker);
  findings.outcomes = countBy(rows, ({ channel, status }) => `${channel} ${status}`);
  const webhooks = await readWebhooks(run.service.worker);
  findings.outcomes = new Map([
    ...findings.outcomes,
    ...countBy(webhooks, ({ status }) => `webhook ${status}`),
  ]);
  nameAcceptances(run, rows);
  const truth = createTruth(run);
  const byId = new Map(rows.map((row) => [row.id, row]));
  judgeOrigins(run, rows, findings);
  const users = new Map(run.world.users.map((user) => [user.id, user]));
  const pauses = Map.groupBy(
    rows.filter(({ type }) => type.startsWith("pause_")),
    ({ user_id }) => user_id,
  );
  for (const row of rows) {
    const user = users.get(row.user_id);
    const isFine = isOvertaken(row, pauses.get(row.user_id) ?? []) || isLeftOut(run, row, byId);
    if (user !== undefined && !isFine) judgeRow(run, truth, findings, row, user);
  }
  judgeCancels(run, truth, findings, rows);
  judgeUnwanted(run, truth, rows, findings);
  judgeWebhooks(run, truth, rows, webhooks, findings);
  judgeStrangers(truth, findings, [...rows, ...webhooks]);
  judgeDoubles(truth, findings);
  await judgeCounts(run, rows, findings);
  return findings;
}

/** Whether a pause was cancelled because it ended before its message was sent. The message about the end must exist. */
const isOvertaken = ({ id, type, status, error_code }: Row, pauses: readonly Row[]): boolean =>
  status === "cancelled" &&
  error_code === "nothing_to_say" &&
  type.startsWith("pause_") &&
  pauses.some((other) => other.type !== type && other.id > id);

function judgeRow(run: Run, truth: Truth, findings: Findings, row: Row, user: User): void {
  const { id, channel, status } = row;
  const lost = (what: string) => void findings.lost.push({ id, what: `${channel} ${status}: ${what}` });
  switch (status) {
    case "queued":
    case "sending":
      return lost("it never came to an end");
    case "cancelled": {
      if (!run.model.cancels.has(id)) lost("nobody cancelled it");
      // A push that one device has received may still be cancelled for the others.
      const { known } = truth.of(id);
      if (known.size >= (channel === "push" ? Math.max(1, user.tokens.length) : 1))
        findings.cancelledSent.push({ id, what: "was cancelled after all of it had been sent" });
      return;
    }
    case "failed": {
      const why = reasonAgainst(run, truth, row, user);
      if (why !== null) lost(`${row.error_code}: ${why}`);
      return;
    }
    case "delivered":
    case "bounced":
      if (channel === "in_app" && status === "delivered") return;
      return judgeText(run, truth, row, lost);
    default:
      if (channel === "push") judgePush(truth, findings, row, user);
      else if (channel === "sms") judgeText(run, truth, row, lost);
      else if (truth.of(id).to.size === 0) lost("no provider has it");
  }
}

function judgeText(run: Run, truth: Truth, row: Row, lost: (what: string) => void): void {
  const why = row.channel === "sms" ? textAgainst(run, row, truth.of(row.id)) : "no provider has said so";
  if (why !== null && !run.model.retries.has(row.id)) lost(why);
}

/** A sent push has reached every device, or counts those that it did not reach. */
function judgePush(truth: Truth, findings: Findings, row: Row, user: User): void {
  const { id, delivered_count: delivered, failed_count: failed } = row;
  const { to, known } = truth.of(id);
  if (to.size === 0) findings.lost.push({ id, what: "push sent: no provider has it" });
  const missing = user.tokens.filter((token) => !to.has(token)).length;
  if (missing > failed) findings.lost.push({ id, what: `${missing} devices were left out` });
  // A receipt may report later that a delivery failed.
  const isExact = user.device !== "dead_later";
  if (delivered > to.size || (isExact && delivered < known.size))
    findings.differing.push({ id, what: `counts ${delivered} deliveries, the provider ${to.size}` });
  if (isExact && delivered + failed !== user.tokens.length)
    findings.differing.push({ id, what: `counts ${delivered} and ${failed} of ${user.tokens.length}` });
}

/** Codes with which messages to a user may fail even without faults of providers. */
const HELPLESS: Readonly<Record<User["device"], readonly string[]>> = {
  well: [],
  none: ["no_device"],
  dead: ["device_not_registered", "no_device"],
  dead_later: ["undelivered", "no_device"],
};

/** What is wrong with a failure; null if it was justified. */
function reasonAgainst(run: Run, truth: Truth, row: Row, user: User): string | null {
  const { model } = run;
  const { error_code, channel, id, attempts } = row;
  const code = error_code ?? "";
  if (channel === "sms" && wasReportedFailed(run, id)) return null;
  if (isHelpless(run, code, user)) return null;
  if (channel === "push" && HELPLESS[user.device].includes(code)) return null;
  if (truth.of(id).known.size > 0) return "a provider has it, and said so";
  if (channel === "email" && !user.hasEmail && code === "unverified") return null;
  if (code === "expired")
    return model.asked.get(row.title ?? "")?.expires ? null : "it had no time limit to expire";
  // It was to be followed after some minutes, and the service was away, or no tick came.
  if (code === "not_in_time")
    return model.asked.get(row.title ?? "")?.chain[0]?.after === undefined ? "nothing was to follow" : null;
  if (PASSING.includes(code))
    return attempts >= ALL_ATTEMPTS ? null : `it was given up after ${attempts} attempts`;
  return "nothing in this run explains it";
}

function judgeCancels({ model }: Run, truth: Truth, findings: Findings, rows: readonly Row[]): void {
  const statuses = new Map(rows.map(({ id, status }) => [id, status]));
  for (const [id, { confirmedAt }] of model.cancels) {
    if (confirmedAt === null) continue;
    if (statuses.get(id) !== "cancelled")
      findings.cancelledSent.push({ id, what: `was cancelled, and is ${statuses.get(id)}` });
    const after = (truth.acceptances.get(id) ?? []).filter(({ request }) => request.at > confirmedAt);
    if (after.length > 0) findings.cancelledSent.push({ id, what: "was sent after it was cancelled" });
  }
}

/** Providers must not receive messages that belong to no dispatch. */
function judgeStrangers(truth: Truth, findings: Findings, rows: readonly { id: string }[]): void {
  const known = Map.groupBy(rows, ({ id }) => id);
  for (const id of truth.acceptances.keys())
    if (!known.has(id)) findings.wrong.push({ id, what: "a provider got it, and the log does not have it" });
}
