import { MINUTE, SECOND } from "../../../src/lib/clock.ts";
import { firstIdAt } from "../../../src/lib/ids.ts";
import type { Production } from "../production.ts";
import { DAY, fill, uuidAt } from "./sql.ts";

type Db = Production["db"];

/** How much the user in question has of each kind: enough for a fiftieth page of twenty. */
const OWN = 1_200;
/** Recipients of bulk messages. */
export const MANY = 1_000;

/** Rows that do not belong to the filling have numbers from here. */
const OFFSET = 50_000_000;

/** Makes the rows that are the same at each size. The operations read these. */
export async function givenSubjects(db: Db, busyActivities: number, now: number): Promise<void> {
  await db.batch(
    [
      "INSERT INTO orgs (id, name) VALUES ('org_cost', 'Costs')",
      `INSERT INTO users (id, org_id, name, email, email_verified, created_at, updated_at)
       SELECT value, 'org_cost', 'Cost', value || '@tidings.example', 1, 0, 0 FROM json_each('["usr_cost","usr_busy","coordinator_cost"]')`,
      `INSERT INTO peer_mentors (id, org_id, coordinator_id, full_name, status, status_seq, updated_at)
       VALUES ('mentor_cost', 'org_cost', 'coordinator_cost', 'Kari', 'active', 1, 0)`,
    ].map((statement) => db.prepare(statement)),
  );
  const at = `(?1 - ${30 * DAY} + (i - ${OFFSET}) * 60000)`;
  for (const [k, channel] of ["push", "email", "in_app"].entries())
    await fill(
      db,
      `INSERT INTO dispatches (id, channel, lane, type, org_id, user_id, status, title, body, targets, delivered_count,
         failed_count, attempts, claims, due_at, created_at, sent_at, delivered_at, updated_at)
       SELECT ${uuidAt(at, `i + ${k} * 10000`)}, '${channel}', 'bulk', '${channel === "email" ? "new_match" : "push"}',
         'org_cost', 'usr_cost', '${channel === "push" ? "sent" : "delivered"}', 'Hello', 'You', 1, 1, 0, 1, 0,
         ${at}, ${at}, ${at}, ${at}, ${at} FROM n`,
      OFFSET,
      OFFSET + OWN,
      now,
    );
  await fill(
    db,
    `INSERT INTO notification_records (id, peer_mentor_id, event_type, coordinator_id, channels_notified, dispatch_ids,
       source, channels_fixed, sent_at, updated_at)
     SELECT ${uuidAt(at)}, 'mentor_cost', 'pause_activated', 'coordinator_cost', '["push"]', '[]', 'client', 1, ${at}, ${at} FROM n`,
    OFFSET,
    OFFSET + OWN,
    now,
  );
  // In the present year, also at its beginning.
  const yearStart = Date.UTC(new Date(now).getUTCFullYear(), 0, 1);
  const apart = (now - DAY - yearStart) / busyActivities;
  await fill(
    db,
    `INSERT INTO activities (id, user_id, status, minutes, occurred_at)
     SELECT 'busy_' || i, 'usr_busy', 'completed', 30, CAST(${yearStart + DAY / 2} + i * ${apart} AS INTEGER) FROM n`,
    0,
    busyActivities,
    now,
  );
}

/** New users for one measurement: `{name}_0`, `{name}_1` …, with a device each and without messages. */
export async function givenUsers(db: Db, name: string, count: number, now: number): Promise<string[]> {
  await fill(
    db,
    `INSERT INTO users (id, org_id, name, email, email_verified, created_at, updated_at)
     SELECT '${name}_' || i, 'org_${name}', 'New', '${name}_' || i || '@tidings.example', 1, ?1, ?1 FROM n`,
    0,
    count,
    now,
  );
  await fill(
    db,
    `INSERT INTO device_tokens (token, user_id, provider, platform, registered_at, last_used_at)
     SELECT 'ExponentPushToken[${name}_' || i || ']', '${name}_' || i, 'expo', 'ios', ?1, ?1 FROM n`,
    0,
    count,
    now,
  );
  return Array.from({ length: count }, (_, i) => `${name}_${i}`);
}

/** The same, with matches once a day in their preferences. */
export async function givenDailyReaders(db: Db, name: string, count: number, now: number): Promise<string[]> {
  await fill(
    db,
    `INSERT INTO preferences (user_id, id, email_notifications_enabled, notification_frequency, new_match_notifications,
       match_threshold, deadline_notifications, deadline_reminder_days, weekly_digest_enabled, weekly_digest_day,
       application_status_notifications, created_at, updated_at)
     SELECT '${name}_' || i, i, 1, 'daily', 1, 70, 1, '[7,3,1]', 1, 1, 1, ?1, ?1 FROM n`,
    0,
    count,
    now,
  );
  return givenUsers(db, name, count, now);
}

/** Makes fifty users of each kind due for the jobs. */
export const givenUsersDue = (db: Db, now: number) =>
  db.batch([
    ...["certifications", "deadlines", "digest", "matches"].map((kind) =>
      db
        .prepare(
          `INSERT INTO user_schedules (user_id, kind, next_at) SELECT id, ?1, ?2 - 1 FROM users WHERE id LIKE 'many_%' LIMIT 50
           ON CONFLICT (user_id, kind) DO UPDATE SET next_at = excluded.next_at`,
        )
        .bind(kind, now),
    ),
    db
      .prepare(
        "UPDATE stats_subscriptions SET stale_at = ?1, next_at = ?1 WHERE id IN (SELECT id FROM stats_subscriptions LIMIT 50)",
      )
      .bind(now - 1),
  ]);

/** Gives each user a certificate that expires in twenty days, in an organization of their own. */
export async function givenCertificates(db: Db, name: string, count: number, now: number): Promise<void> {
  await db.prepare("INSERT INTO orgs (id, name) VALUES (?1, ?1)").bind(`org_${name}`).run();
  await fill(
    db,
    `INSERT INTO certifications (id, user_id, org_id, name, expires_at, known_since)
     SELECT '${name}_' || i, '${name}_' || i, 'org_${name}', 'First aid', ?1 + ${20 * DAY}, ?1 FROM n`,
    0,
    count,
    now,
  );
}

/** Pushes in the outbox without a wake-up call. */
export const givenDuePushes = (db: Db, name: string, count: number, now: number): Promise<void> =>
  fill(
    db,
    `INSERT INTO dispatches (id, channel, lane, type, org_id, user_id, status, title, body, targets, delivered_count,
       failed_count, attempts, claims, due_at, wake_at, created_at, updated_at)
     SELECT ${uuidAt("?1", `i + ${OFFSET}`)}, 'push', 'bulk', 'push', 'org_${name}', '${name}_' || i, 'queued', 'Hello', 'You',
       0, 0, 0, 0, 0, ?1, ?1, ?1, ?1 FROM n`,
    0,
    count,
    now,
  );

/** Pushes and their deliveries that are past the retention. */
export async function givenOldPushes(db: Db, name: string, count: number, now: number): Promise<void> {
  const at = `(?1 - ${70 * DAY} + i)`;
  const id = uuidAt(at, `i + ${OFFSET}`);
  await fill(
    db,
    `INSERT INTO dispatches (id, channel, lane, type, org_id, user_id, status, title, body, targets, delivered_count,
       failed_count, attempts, claims, due_at, created_at, updated_at)
     SELECT ${id}, 'push', 'bulk', 'push', 'org_${name}', '${name}_' || i, 'sent', 'Hello', 'You', 1, 1, 0, 1, 0, ${at}, ${at}, ${at} FROM n`,
    0,
    count,
    now,
  );
  await fill(
    db,
    `INSERT INTO deliveries (dispatch_id, device_id, status, provider, ticket_id, accepted_at)
     SELECT ${id}, i, 'accepted', 'expo', 'old-' || i, ${at} FROM n`,
    0,
    count,
    now,
  );
}

/** The credentials of Postmark's webhook: POSTMARK_WEBHOOK_CREDENTIALS. */
export const WEBHOOK = "postmark:costs-webhook-password-costs";

/** Removes the receipts that are due for earlier messages. */
export const noReceiptsDue = (db: Db) =>
  db.prepare("UPDATE deliveries SET receipt_due_at = NULL WHERE receipt_due_at IS NOT NULL").run();

/** Makes all open receipts due now: their messages were sent more than a quarter of an hour ago. */
export const makeReceiptsDue = (db: Db, now: number) =>
  db
    .prepare("UPDATE deliveries SET dispatch_id = ? || substr(dispatch_id, 14) WHERE receipt_due_at = 0")
    .bind(firstIdAt(now - 15 * MINUTE - SECOND).slice(0, 13))
    .run();
