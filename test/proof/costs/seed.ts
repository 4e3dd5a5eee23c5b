import type { Production } from "../production.ts";
import { DAY, fill, uuidAt } from "./sql.ts";

/** Dispatches of each user in the filling. */
const DISPATCHES_OF_A_USER = 20;

/** Dispatches are spread over so many days, well within the retention, in the order of their numbers. */
const SPREAD_DAYS = 50;
const MOST_ROWS = 1_000_000;
const AT = `(?1 - ${SPREAD_DAYS * DAY} + i * ${(SPREAD_DAYS * DAY) / MOST_ROWS / 2})`;

const USER = `'many_' || (i / ${DISPATCHES_OF_A_USER})`;
// Of 20 dispatches 11 are pushes, 7 e-mails and 2 in-app messages. Of 40, 2 have failed.
const CHANNEL = "CASE WHEN i % 20 < 11 THEN 'push' WHEN i % 20 < 18 THEN 'email' ELSE 'in_app' END";
/** Scheduled dispatches: 500 at most, since unfinished ones do not grow with the log. */
const WAITS = "(i % 50 = 0 AND i < 25000)";
const STATUS = `CASE WHEN ${WAITS} THEN 'queued' WHEN i % 40 = 1 THEN 'failed' WHEN i % 40 = 12 THEN 'bounced'
  WHEN i % 20 < 11 THEN 'sent' ELSE 'delivered' END`;
const DUE = `iif(${WAITS}, ?1 + ${30 * DAY}, ${AT})`;

const DISPATCHES = `INSERT INTO dispatches (id, channel, lane, type, org_id, user_id, batch_id, status, error_code, error,
    title, body, data, payload, to_address, scenario_id, prompt_id, provider, provider_message_id, targets,
    delivered_count, failed_count, attempts, claims, slot_at, due_at, wake_at, created_at, sent_at, updated_at, delivered_at)
  SELECT ${uuidAt(AT)}, ${CHANNEL}, 'bulk', iif(i % 20 < 11, 'push', iif(i % 2, 'new_match', 'certification_reminder')),
    'org_' || (i % 97), ${USER}, iif(i % 4 = 3, ${uuidAt("?1", "i / 1000")}, NULL), ${STATUS},
    iif(i % 40 IN (1, 12), 'no_devices', NULL), iif(i % 40 IN (1, 12), 'The user has no device', NULL),
    'Time to log your run!', 'You have not recorded an activity in 3 days. Keep your training on track.',
    iif(i % 20 < 11, '{"deep_link":"app://activity"}', NULL), iif(i % 20 BETWEEN 11 AND 17, '{"items":[]}', NULL),
    iif(i % 20 BETWEEN 11 AND 17, 'many_' || i || '@example.com', NULL), iif(i % 20 < 6, 'scenario_' || (i % 7), NULL),
    iif(i % 20 < 6, 'prompt_' || (i % 5), NULL), iif(i % 20 < 11, 'expo', 'ses'),
    iif(i % 20 BETWEEN 11 AND 17, 'message-' || i, NULL), 1, iif(i % 40 IN (1, 12), 0, 1), 0, 1, 0, ${AT},
    ${DUE}, iif(${WAITS}, ${DUE}, NULL), ${AT}, ${AT}, ${AT}, iif(i % 20 < 11, NULL, ${AT}) FROM n`;

const DELIVERIES = `INSERT INTO deliveries (dispatch_id, device_id, status, provider, ticket_id, accepted_at)
  SELECT ${uuidAt(AT)}, i / ${DISPATCHES_OF_A_USER}, 'accepted', 'expo', 'ticket-' || i, ${AT} FROM n
  WHERE i % 20 < 11 AND NOT ${WAITS}`;

const OCCASIONS = `INSERT INTO occasions (key, dispatch_id) SELECT 'cert:many_' || i || ':0:30', ${uuidAt(AT)}
  FROM n WHERE i % 20 BETWEEN 11 AND 17`;

const ACTIVITIES = `INSERT INTO activities (id, user_id, status, minutes, occurred_at)
  SELECT 'many_' || i, ${USER}, iif(i % 9, 'completed', 'planned'), 30 + i % 60, ${AT} FROM n`;

/** The rows that each user has once. `i` is the number of the user. */
const OF_EACH_USER = [
  `INSERT INTO users (id, org_id, name, email, email_verified, timezone, created_at, updated_at)
   SELECT 'many_' || i, 'org_' || (i % 97), 'Many ' || i, 'many_' || i || '@example.com', 1, 'Europe/Oslo', ?1, ?1 FROM n`,
  `INSERT INTO device_tokens (token, user_id, provider, platform, registered_at, last_used_at)
   SELECT 'ExponentPushToken[many_' || i || ']', 'many_' || i, 'expo', 'ios', ?1, ?1 FROM n`,
  `INSERT INTO user_schedules (user_id, kind, next_at) SELECT 'many_' || i, k.value, ?1 + ${30 * DAY} + i
   FROM n, json_each('["certifications","deadlines","digest"]') AS k`,
  `INSERT INTO certifications (id, user_id, org_id, name, expires_at, known_since)
   SELECT 'many_' || i, 'many_' || i, 'org_' || (i % 97), 'First aid', ?1 + (i % 300) * ${DAY}, ?1 FROM n`,
  `INSERT INTO stats_subscriptions (id, user_id, time_window, status, total_activities, completed_activities,
     completed_minutes, last_refreshed_at, stale_at, period, next_at, created_at, updated_at)
   SELECT ${uuidAt(`(?1 - ${DAY} + i)`)}, 'many_' || i, 'weekly', 'active', 3, 2, 90, ?1, ?1 + ${30 * DAY}, '2026-W01',
     ?1 + ${30 * DAY}, ?1, ?1 FROM n`,
  `INSERT INTO peer_mentors (id, org_id, coordinator_id, full_name, status, status_seq, updated_at)
   SELECT 'many_' || i, 'org_' || (i % 97), 'many_' || (i / 50), 'Mentor ' || i, 'active', 1, ?1 FROM n`,
  `INSERT INTO notification_records (id, peer_mentor_id, event_type, coordinator_id, channels_notified, dispatch_ids, source,
     channels_fixed, sent_at, updated_at)
   SELECT ${uuidAt(`(?1 - ${DAY} + i)`)}, 'many_' || i, 'pause_activated', 'many_' || (i / 50), '["push"]', '[]', 'client', 1, ?1, ?1 FROM n`,
];

/** Fills the tables from `from` up to `to` dispatches and activities, with everything that belongs to them. */
export async function seed(db: Production["db"], from: number, to: number, now: number): Promise<void> {
  for (const insert of [DISPATCHES, DELIVERIES, OCCASIONS, ACTIVITIES]) await fill(db, insert, from, to, now);
  const [first, last] = [from, to].map((rows) => Math.ceil(rows / DISPATCHES_OF_A_USER));
  for (const insert of OF_EACH_USER) await fill(db, insert, first ?? 0, last ?? 0, now);
}
