import type { Production } from "../production.ts";

type Db = Production["db"];

/** Rows that one statement inserts: far fewer than D1 manages in its 30 seconds. */
const PORTION = 50_000;

/** Users `usr_0` … of whom each has a device and a verified address. */
export const USERS = 100;

export const userId = (i: number): string => `usr_${i % USERS}`;

/**
 * Runs SQL that counts rows: `i` is the number. D1 binds numbers as REAL, so they are cast.
 * @param insert `INSERT … SELECT … FROM n`, with `?1` for `now`
 */
export async function fill(db: Db, insert: string, from: number, to: number, now: number): Promise<void> {
  for (let start = from; start < to; start += PORTION)
    await db
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT CAST(?2 AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i < ?3 - 1) ${insert}`,
      )
      .bind(now, start, Math.min(to, start + PORTION))
      .run();
}

/** The organization of a tenth of the users, the users, and a device for each. */
export async function fillUsers(db: Db, now: number, users = USERS): Promise<void> {
  await db.prepare("INSERT INTO orgs (id, name) VALUES ('org_0', 'Organization')").run();
  await fill(
    db,
    `INSERT INTO users (id, org_id, name, email, email_verified, timezone, created_at, updated_at)
     SELECT 'usr_' || i, iif(i % 10 = 0, 'org_0', NULL), 'User ' || i, 'user' || i || '@example.com', 1, 'Europe/Oslo',
       CAST(?1 AS INTEGER), CAST(?1 AS INTEGER) FROM n`,
    0,
    users,
    now,
  );
  await fill(
    db,
    `INSERT INTO device_tokens (token, user_id, provider, platform, registered_at)
     SELECT 'ExponentPushToken[' || i || ']', 'usr_' || i, 'expo', 'ios', CAST(?1 AS INTEGER) FROM n`,
    0,
    users,
    now,
  );
}

/** SQL for a UUIDv7 of the row `i` at the time `t` (epoch ms). */
export const ID = `printf('%08x-%04x-7%03x-8%03x-%012x', t >> 16, t & 65535, i & 4095, (i >> 12) & 4095, i)`;

/** Rows of one user in the log. A longer log has more users. */
const OF_A_USER = 100;

/**
 * A log of `rows` dispatches. Every fifth is an e-mail and the others are pushes; one in fifty has failed, one in a
 * thousand is of `scenario_1`, a tenth of the organization.
 */
export async function fillLog(db: Db, now: number, rows: number): Promise<void> {
  await fill(
    db,
    `, m AS (SELECT i, CAST(?1 AS INTEGER) - (${rows} - i) * 1000 AS t, i % 5 = 0 AS mail, i % 50 = 7 AS lost FROM n)
     INSERT INTO dispatches (id, channel, lane, type, org_id, user_id, status, error_code, error, title, body, to_address,
       scenario_id, provider, targets, delivered_count, failed_count, attempts, claims, due_at, created_at, sent_at, updated_at)
     SELECT ${ID}, iif(mail, 'email', 'push'), 'bulk', iif(mail, 'weekly_digest', 'push'), iif(i % 10 = 0, 'org_0', NULL),
       'usr_' || (i / 5 % ${Math.max(USERS, rows / OF_A_USER)}), iif(lost, 'failed', 'sent'), iif(lost, 'unregistered', NULL),
       iif(lost, 'No device is registered', NULL), 'Your weekly digest of matches', 'Three new grants match your profile.',
       iif(mail, 'user@example.com', NULL), iif(i % 20 = 1, 'scenario_' || (i % 1000), NULL), iif(mail, 'resend', 'expo'), 1,
       iif(lost, 0, 1), iif(lost, 1, 0), 1, 0, t, t, t, t FROM m`,
    0,
    rows,
    now,
  );
}

/**
 * Activities, the first `own` of them of the first user and the others of the rest. As many lie in the last two days of
 * each user's, whatever the size: what a window holds is what its snapshot costs.
 */
export async function fillActivities(db: Db, now: number, { own, all }: Activities): Promise<void> {
  await fill(
    db,
    `INSERT INTO activities (id, user_id, status, minutes, occurred_at)
     SELECT 'act_' || i, 'usr_' || iif(i < ${own}, 0, i % ${USERS - 1} + 1), iif(i % 10 = 0, 'cancelled', 'completed'), 30,
       CAST(?1 AS INTEGER) - iif(i < ${own}, i, i / ${USERS}) * 600000 FROM n`,
    0,
    all,
    now,
  );
}

/** How many activities the first user has, and how many there are. */
export interface Activities {
  own: number;
  all: number;
}
