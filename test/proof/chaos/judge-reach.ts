import type { Findings } from "./findings.ts";
import { fateOf } from "./reports.ts";
import type { Row } from "./rows.ts";
import type { Run } from "./run.ts";
import type { Taken, Truth } from "./truth.ts";
import type { User } from "./world.ts";

/** Codes with which a text message or a chat fails without a fault of a provider. */
const HELPLESS: ReadonlyMap<string, (user: User, run: Run) => boolean> = new Map([
  ["no_number", ({ hasPhone }) => !hasPhone],
  ["suppressed", ({ id }, { model }) => model.stops.has(id)],
  ["no_connection", ({ chat }) => chat === null],
]);

/** Whether a message could not reach its user at all. */
export const isHelpless = (run: Run, code: string, user: User): boolean =>
  HELPLESS.get(code)?.(user, run) ?? false;

/** Whether a report of this dispatch was handed over. */
const isReported = ({ service }: Run, id: string): boolean => service.reports.handed.has(id);

/** What is wrong with a text message that a provider has, by what was reported; null when nothing is. */
export function textAgainst(run: Run, { id, status }: Row, { to }: Taken): string | null {
  if (to.size === 0) return "no provider has it";
  const fate = fateOf(id);
  if (status === "sent") return isReported(run, id) ? `its report (${fate}) is not known` : null;
  return status === fate && isReported(run, id) ? null : `it was reported as ${fate}`;
}

/**
 * Whether a failed text message was reported as failed. A person may have retried it meanwhile, and it was reported again.
 */
export const wasReportedFailed = (run: Run, id: string): boolean =>
  fateOf(id) === "failed" && isReported(run, id);

/** A request for a dispatch, and when its consumer was given it: no earlier did it ask whether it should. */
function* sentAfter(run: Run, truth: Truth, id: string, at: number): Generator<number> {
  const given = run.service.broker.given.get(id) ?? [];
  for (const { request } of truth.acceptances.get(id) ?? []) {
    const from = Math.max(...given.filter((time) => time <= request.at));
    if (from > at) yield from;
  }
}

/** When a dispatch was certainly known to have reached its user, this machine's time; null when it was not. */
function reachedAt({ model, service }: Run, { id, channel }: Row): number | null {
  if (channel === "in_app") return model.reads.get(id) ?? null;
  const arrived = (service.reports.handed.get(id) ?? []).filter(({ fate }) => fate === "delivered");
  return arrived.length === 0 ? null : Math.min(...arrived.map(({ at }) => at));
}

/** Nothing follows what has reached its user, and nothing is sent to whom has said STOP. */
export function judgeUnwanted(run: Run, truth: Truth, rows: readonly Row[], findings: Findings): void {
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const row of rows) {
    const before = row.follows === null ? undefined : byId.get(row.follows);
    const reached = before === undefined ? null : reachedAt(run, before);
    if (before !== undefined && reached !== null && [...sentAfter(run, truth, row.id, reached)].length > 0)
      findings.needless.push({ id: row.id, what: `follows ${before.id}, which had reached the user` });
    const stopped = row.channel === "sms" ? (run.model.stops.get(row.user_id) ?? null) : null;
    if (stopped !== null && [...sentAfter(run, truth, row.id, stopped)].length > 0)
      findings.unwanted.push({ id: row.id, what: `${row.user_id} had stopped` });
  }
  judgeSteps(run, truth, rows, findings);
}

/** The text message of `chaos_steps` is for whom the chat has not reached. */
function judgeSteps(run: Run, truth: Truth, rows: readonly Row[], findings: Findings): void {
  const steps = rows.filter(({ type }) => type === "chaos_steps");
  for (const own of Map.groupBy(steps, ({ batch_id, user_id }) => `${batch_id} ${user_id}`).values()) {
    const chat = own.find(({ channel }) => channel === "chat");
    const text = own.find(({ channel }) => channel === "sms");
    if (chat === undefined || text === undefined) continue;
    const known = (truth.acceptances.get(chat.id) ?? []).filter((one) => truth.excuseOf(one) === null);
    const first = Math.min(...known.map(({ at }) => at));
    if (Number.isFinite(first) && [...sentAfter(run, truth, text.id, first)].length > 0)
      findings.needless.push({ id: text.id, what: `the chat ${chat.id} had been taken` });
    if (text.error_code === "reached_before" && chat.status !== "sent")
      findings.lost.push({ id: text.id, what: `was left out, though its chat is ${chat.status}` });
  }
}

/** Whether a message was rightly left out, because the one that it follows has reached the user. */
export function isLeftOut({ model }: Run, row: Row, byId: ReadonlyMap<string, Row>): boolean {
  if (row.status !== "cancelled" || row.error_code !== "reached_before") return false;
  // The steps of an event are looked at together (see `judgeSteps`).
  if (row.follows === null) return row.type === "chaos_steps";
  const before = byId.get(row.follows);
  return before?.channel === "in_app"
    ? model.reads.has(before.id)
    : before !== undefined && ["sent", "delivered"].includes(before.status);
}
