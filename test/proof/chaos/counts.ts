import { z } from "zod";
import { printId } from "../../../src/lib/ids.ts";
import { TOTAL_CAP } from "../../../src/lib/page.ts";
import { uuidOf } from "./caller.ts";
import { compare, countBy, type Findings } from "./findings.ts";
import type { Row } from "./rows.ts";
import type { Run } from "./run.ts";
import { tokenOf } from "./service.ts";

const PUSHES = "/api/v1/notifications";
const ADMIN = "/api/v1/admin/notifications";
const INBOX = "/api/v1/inbox";
const RECORDS = "/api/v1/notification-records";

/** How many users are compared at the same time. */
const READERS = 8;

/** The inbox does not count further. */
const UNREAD_CAP = 1_000;

/** Gets a path. The answer must have this shape. */
type Read = <T>(shape: z.ZodType<T>, path: string, token?: string) => Promise<T>;

const pageOf = <T>(item: z.ZodType<T>) =>
  z.object({ data: z.array(item), pagination: z.object({ next_cursor: z.string().optional() }) });

/** The total of a list. The inbox alone has none. */
const counted = z.object({ pagination: z.object({ total: z.number() }) });

/** Compares lists, totals, statistics and records with the rows. */
export async function judgeCounts(run: Run, rows: readonly Row[], findings: Findings): Promise<void> {
  const read: Read = async (shape, path, token = run.token) => {
    const answer = await run.service.worker.call("GET", path, token);
    if (answer?.status !== 200) throw new Error(`${path}: ${answer?.status} ${JSON.stringify(answer?.body)}`);
    return shape.parse(answer.body);
  };
  await compareLog(read, rows, findings);
  await compareTotals(read, rows, findings);
  await compareBatches(run, read, rows, findings);
  await compareRecords(run, read, rows, findings);
  const byUser = Map.groupBy(rows, ({ user_id }) => user_id);
  const left = run.world.users.values();
  const work = async () => {
    for (const { id } of left) await compareUser(read, id, byUser.get(id) ?? [], findings);
  };
  await Promise.all(Array.from({ length: READERS }, work));
}

/** All pages of a list. */
async function readAll<T>(read: Read, item: z.ZodType<T>, path: string, token?: string): Promise<T[]> {
  const found: T[] = [];
  for (let cursor = ""; ;) {
    const page = await read(
      pageOf(item),
      `${path}${path.includes("?") ? "&" : "?"}limit=100${cursor}`,
      token,
    );
    found.push(...page.data);
    if (page.pagination.next_cursor === undefined) return found;
    cursor = `&cursor=${page.pagination.next_cursor}`;
  }
}

async function compareLog(read: Read, rows: readonly Row[], findings: Findings): Promise<void> {
  const log = await readAll(read, z.object({ dispatch_id: z.string(), status: z.string() }), ADMIN);
  const entries = log.map(({ dispatch_id, status }) => `${uuidOf("dsp", dispatch_id)} ${status}`);
  compare(findings, "entries of the log", entries.length, rows.length);
  const missing = new Set(rows.map(({ id, status }) => `${id} ${status}`));
  for (const entry of entries) missing.delete(entry);
  compare(findings, "entries missing in the log", missing.size, 0);
}

const capped = (count: number | undefined) => Math.min(count ?? 0, TOTAL_CAP);

const totalOf = async (read: Read, path: string, token?: string) =>
  (await read(counted, `${path}${path.includes("?") ? "&" : "?"}limit=1`, token)).pagination.total;

async function compareTotals(read: Read, rows: readonly Row[], findings: Findings): Promise<void> {
  const both = countBy(rows, ({ channel, status }) => `channel=${channel}&status=${status}`);
  const types = countBy(rows, ({ type }) => `type=${type}`);
  for (const [filter, count] of [...both, ...types])
    compare(findings, `total of ${filter}`, await totalOf(read, `${ADMIN}?${filter}`), capped(count));
}

async function compareBatches(run: Run, read: Read, rows: readonly Row[], findings: Findings): Promise<void> {
  const made = countBy(rows, ({ batch_id }) => batch_id ?? "");
  for (const { path, ids, batchId } of run.model.calls) {
    if (batchId === null) continue;
    const list = path.startsWith(ADMIN) ? ADMIN : PUSHES;
    const total = await totalOf(read, `${list}?batch_id=${printId("batch", batchId)}`);
    compare(findings, `batch ${batchId}`, total, ids.length > 0 ? ids.length : (made.get(batchId) ?? 0));
  }
}

const recordShape = z.object({ id: z.string(), channels_notified: z.array(z.string()) });

/** A record names the channels on which its coordinator was reached. */
async function compareRecords(run: Run, read: Read, rows: readonly Row[], findings: Findings): Promise<void> {
  const byRecord = Map.groupBy(rows, ({ batch_id }) => batch_id ?? "");
  for (const { id } of run.world.mentors) {
    const records = await readAll(read, recordShape, `${RECORDS}?peer_mentor_id=${id}`);
    compare(findings, `records of ${id}`, records.length, run.model.mentors.get(id)?.changes ?? 0);
    compare(
      findings,
      `total of records of ${id}`,
      await totalOf(read, `${RECORDS}?peer_mentor_id=${id}`),
      records.length,
    );
    for (const record of records) {
      const own = byRecord.get(uuidOf("nr", record.id)) ?? [];
      const reached = own.filter(
        ({ status, delivered_count }) => ["sent", "delivered"].includes(status) || delivered_count > 0,
      );
      const channels = reached.map(({ channel }) => channel).toSorted();
      compare(findings, `channels of ${record.id}`, record.channels_notified.toSorted(), channels);
    }
  }
}

const statsShape = z.object({
  total_notifications: z.number(),
  by_type: z.record(z.string(), z.number()),
  by_status: z.record(z.string(), z.number()),
});

const sorted = (counts: Iterable<[string, number]>) => [...counts].toSorted();

async function compareUser(
  read: Read,
  user: string,
  rows: readonly Row[],
  findings: Findings,
): Promise<void> {
  const token = await tokenOf(user);
  const of = (channel: Row["channel"]) => rows.filter((row) => row.channel === channel);
  const pushes = of("push");
  const total = await totalOf(read, `${PUSHES}?user_id=${user}`, token);
  compare(findings, `pushes of ${user}`, total, pushes.length);
  for (const status of ["sent", "failed", "cancelled"])
    compare(
      findings,
      `${status} pushes of ${user}`,
      await totalOf(read, `${PUSHES}?user_id=${user}&status=${status}`),
      pushes.filter((row) => row.status === status).length,
    );

  const emails = of("email").filter(({ status }) => status !== "cancelled");
  const stats = await read(statsShape, `${PUSHES}/stats`, token);
  compare(findings, `e-mails of ${user}`, stats.total_notifications, emails.length);
  const byType = countBy(emails, ({ type }) => type);
  compare(findings, `e-mail types of ${user}`, sorted(Object.entries(stats.by_type)), sorted(byType));
  const byStatus = countBy(emails, ({ status }) => status);
  compare(findings, `e-mail states of ${user}`, sorted(Object.entries(stats.by_status)), sorted(byStatus));
  const history = await read(z.object({ total: z.number() }), `${PUSHES}/history?page_size=1`, token);
  compare(findings, `e-mail history of ${user}`, history.total, emails.length);

  const inApp = of("in_app").filter(({ status }) => status === "delivered");
  const inbox = await readAll(read, z.object({ id: z.string() }), INBOX, token);
  const ids = inbox.map(({ id }) => uuidOf("notif", id)).toSorted();
  compare(findings, `inbox of ${user}`, ids, inApp.map(({ id }) => id).toSorted());
  const { unread_count: unread } = await read(
    z.object({ unread_count: z.number() }),
    `${INBOX}?limit=1`,
    token,
  );
  const own = inApp.filter(({ read_at }) => read_at === null);
  compare(findings, `unread messages of ${user}`, unread, Math.min(own.length, UNREAD_CAP));
}
