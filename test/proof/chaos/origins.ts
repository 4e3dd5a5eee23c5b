import { z } from "zod";
import { DAY, HOUR } from "../../../src/lib/clock.ts";
import type { Findings } from "./findings.ts";
import { judgeChain } from "./judge-chains.ts";
import { isOfEvent, judgeEvents } from "./judge-events.ts";
import type { Asked, Call } from "./model.ts";
import type { Row } from "./rows.ts";
import type { Run } from "./run.ts";

/** Each dispatch must come from one request, and each accepted request must have its dispatches exactly once. */
export function judgeOrigins(run: Run, rows: readonly Row[], findings: Findings): void {
  const byType = Map.groupBy(rows, (row) =>
    row.type.startsWith("pause_") ? "pause" : isOfEvent(row) ? "event" : row.type,
  );
  const {
    push = [],
    certification_reminder: reminders = [],
    pause = [],
    event = [],
    ...others
  } = Object.fromEntries(byType);
  judgeSends(run, push, findings);
  judgeReminders(run, reminders, findings);
  judgePauses(run, pause, findings);
  judgeEvents(run, event, findings);
  for (const row of Object.values(others).flat()) findings.wrong.push({ id: row.id, what: `a ${row.type}?` });
}

function judgeSends(run: Run, rows: readonly Row[], findings: Findings): void {
  const { model } = run;
  const byTitle = Map.groupBy(rows, ({ title }) => title ?? "");
  for (const [title, own] of byTitle)
    if (!model.asked.has(title))
      for (const { id } of own) findings.wrong.push({ id, what: `nobody asked for ${title}` });
  for (const asked of model.asked.values()) {
    const own = byTitle.get(asked.title) ?? [];
    for (const channel of ["push", "in_app", "sms"] as const)
      judgeAsked(
        asked,
        asked.channels.includes(channel),
        own.filter((row) => row.channel === channel && row.follows === null),
        findings,
      );
    judgeChain(run, asked, own, findings);
    for (const { id, user_id } of own)
      if (user_id !== asked.user) findings.wrong.push({ id, what: `went to ${user_id}` });
  }
}

function judgeAsked(
  { title, call }: Asked,
  isWanted: boolean,
  rows: readonly Row[],
  findings: Findings,
): void {
  const [first, second] = rows;
  const name = first?.id ?? `call ${call.n}`;
  if (second !== undefined)
    findings.wrong.push({ id: second.id, what: `${title} was made ${rows.length} times` });
  if (!isWanted || call.state === "refused") {
    if (first !== undefined) findings.wrong.push({ id: name, what: `${title} was refused, and made` });
  } else if (call.state === "accepted") {
    if (first === undefined)
      findings.lost.push({ id: name, what: `${title} was accepted, and is not there` });
    else if (!call.ids.includes(first.id))
      findings.wrong.push({ id: name, what: `${title} is not what was answered` });
  }
}

const reminderBody = z.object({ user_id: z.string() });

function judgeReminders({ model, world }: Run, rows: readonly Row[], findings: Findings): void {
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const [id, call] of model.reminders)
    if (!byId.has(id)) findings.lost.push({ id, what: `the reminder of call ${call.n} is not there` });
  const batches = Map.groupBy(
    rows.filter(({ batch_id }) => batch_id !== null),
    ({ batch_id }) => batch_id ?? "",
  );
  for (const { call, dispatched, failed } of model.bulks) {
    const own = batches.get(call.batchId ?? "") ?? [];
    batches.delete(call.batchId ?? "");
    // A user who failed for the same reason within a day is counted, but gets no second row.
    const missing = dispatched + failed - own.length;
    if (missing < 0 || missing > Math.min(failed, failedLately(rows, call, own).size))
      findings.lost.push({ id: `call ${call.n}`, what: `has ${own.length} of ${dispatched + failed}` });
  }
  for (const [id] of batches) findings.wrong.push({ id, what: "a bulk that nobody asked for" });
  judgeOftenness(rows, findings);

  // The other reminders come from the cron (one for each user, as there was one morning), or from calls whose answer was lost.
  const rest = Map.groupBy(
    rows.filter(({ id, batch_id }) => batch_id === null && !model.reminders.has(id)),
    ({ user_id }) => user_id,
  );
  const doubtful = Map.groupBy(
    model.calls.filter(({ path, state }) => path.endsWith("/certification-reminder") && state === "unknown"),
    ({ body }) => reminderBody.parse(body).user_id,
  );
  for (const { id, hasCertificate } of world.users) {
    const count = rest.get(id)?.length ?? 0;
    const least = hasCertificate ? 1 : 0;
    const most = least + (doubtful.get(id)?.length ?? 0);
    if (count < least) findings.lost.push({ id, what: "was not reminded by the cron" });
    if (count > most) findings.wrong.push({ id, what: `was reminded ${count} times by the cron` });
  }
}

/** Users without a row in this bulk whose reminder had failed within the day before. */
function failedLately(rows: readonly Row[], { at }: Call, own: readonly Row[]): Set<string> {
  const here = new Set(own.map(({ user_id }) => user_id));
  const before = rows.filter(
    ({ status, user_id, created_at }) =>
      status === "failed" && !here.has(user_id) && created_at <= at + HOUR && created_at > at - DAY,
  );
  return new Set(before.map(({ user_id }) => user_id));
}

/** A bulk leaves out users who were reminded within a day. */
function judgeOftenness(rows: readonly Row[], findings: Findings): void {
  const bulk = rows.filter(({ batch_id, status }) => batch_id !== null && status === "sent");
  for (const own of Map.groupBy(bulk, ({ user_id }) => user_id).values()) {
    const times = own.toSorted((a, b) => a.created_at - b.created_at);
    for (const [i, row] of times.entries())
      if (row.created_at - (times[i - 1]?.created_at ?? 0) < DAY)
        findings.wrong.push({ id: row.id, what: "a bulk reminded twice within a day" });
  }
}

/** Each change of a mentor made one push and one in-app message, and at most one e-mail. */
function judgePauses({ model, world }: Run, rows: readonly Row[], findings: Findings): void {
  const changes = [...model.mentors.values()].reduce((sum, mentor) => sum + mentor.changes, 0);
  const records = Map.groupBy(rows, ({ batch_id }) => batch_id ?? "");
  if (records.size !== changes)
    findings.lost.push({ id: "pauses", what: `${changes} changes made ${records.size} records' messages` });
  const coordinators = new Set(world.mentors.map(({ coordinator }) => coordinator));
  for (const [id, own] of records) {
    const channels = own.map(({ channel }) => channel).toSorted();
    const [push] = own.filter(({ channel }) => channel === "push");
    const isRight =
      channels.join() === "in_app,push" || (channels.join() === "email,in_app,push" && push !== undefined);
    if (!isRight) findings.wrong.push({ id, what: `a pause made ${channels.join()}` });
    if (push?.status === "failed" && !channels.includes("email"))
      findings.lost.push({ id: push.id, what: "the push of a pause has failed, and nothing followed" });
    for (const row of own)
      if (!coordinators.has(row.user_id)) findings.wrong.push({ id: row.id, what: `went to ${row.user_id}` });
  }
}
