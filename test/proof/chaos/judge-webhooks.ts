import type { Findings } from "./findings.ts";
import { hearing } from "./import-world.ts";
import type { Row, WebhookRow } from "./rows.ts";
import type { Run } from "./run.ts";
import type { Truth } from "./truth.ts";

/** Attempts after which a webhook has failed. Repeated here, so that a change of it is noticed. */
const ALL_ATTEMPTS = 10;

/** What an endpoint hears of a message that has come to this status. */
const TYPES: Partial<Record<Row["status"], string>> = {
  sent: "message.sent",
  delivered: "message.delivered",
  bounced: "message.bounced",
  failed: "message.failed",
  cancelled: "message.skipped",
};

/** Each webhook has come to its receiver, signed, and each message of an organization that hears has its webhook. */
export function judgeWebhooks(
  run: Run,
  truth: Truth,
  rows: readonly Row[],
  webhooks: readonly WebhookRow[],
  findings: Findings,
): void {
  const { sandboxes } = run.service;
  for (const { id, type, status, attempts, error_code } of webhooks) {
    const isTaken = (truth.acceptances.get(id) ?? []).length > 0;
    if (!isTaken && (status !== "failed" || attempts < ALL_ATTEMPTS))
      findings.unheard.push({ id, what: `${type} is ${status} (${error_code}) after ${attempts} attempts` });
    if (isTaken && status !== "sent" && attempts < ALL_ATTEMPTS)
      findings.unheard.push({ id, what: `${type} was taken, and is ${status}` });
  }
  for (const { id, isGenuine } of sandboxes.hooks.accepted)
    if (isGenuine !== true) findings.wrong.push({ id, what: "the signature of a webhook is wrong" });
  judgeCompleteness(run, rows, webhooks, findings);
}

function judgeCompleteness(
  { world }: Run,
  rows: readonly Row[],
  webhooks: readonly WebhookRow[],
  findings: Findings,
): void {
  const told = new Set(webhooks.map(({ type, about }) => `${type} ${about}`));
  const orgs = new Set(hearing(world));
  const hearers = new Set(world.users.filter(({ org }) => orgs.has(org)).map(({ id }) => id));
  for (const { id, status, user_id, type } of rows) {
    const wanted = TYPES[status];
    // The messages about mentors belong to no organization here.
    if (wanted === undefined || !hearers.has(user_id) || type.startsWith("pause_")) continue;
    if (!told.has(`${wanted} ${id}`)) findings.unheard.push({ id, what: `nobody was told of ${wanted}` });
  }
}
