import { type SQL, sql } from "drizzle-orm";
import { reachOf } from "../channels/chat/load.ts";
import { type ChatConnection, chatConnections, users } from "../db/schema/index.ts";
import { Parsed } from "../db/statement.ts";
import { orgLinesAbove } from "../preferences/org-settings.ts";
import type { Recipient } from "./facts.ts";
import type { Listed, To } from "./recipients.ts";

/** A connection as it is read for a portion; null where it is not there. */
type Row = Listed & Pick<ChatConnection, "org_id" | "paused_at" | "broken_code"> & { id: string | null };

/** The condition that a recipient is there: a user, or an organization's chat connection. @param id SQL */
export const isReceiver = (to: To, id: SQL): SQL =>
  to.kind === "connections"
    ? sql`EXISTS (SELECT 1 FROM ${chatConnections} AS c WHERE c.id = ${id} AND c.org_id IS NOT NULL)`
    : sql`EXISTS (SELECT 1 FROM ${users} AS u WHERE u.id = ${id})`;

/**
 * Reads an event's recipients that are chat connections of organizations. They have chosen nothing, so what their
 * organizations have switched off counts, and whether they work. @param portion a query of `Listed`
 */
export const connectionsAmong = (portion: SQL): Parsed<Recipient[]> =>
  Parsed.of(
    {
      rows: sql<Row>`SELECT r.user_id, r.place, c.id, c.org_id, c.paused_at, c.broken_code
        FROM (${portion}) AS r LEFT JOIN ${chatConnections} AS c ON c.id = r.user_id AND c.org_id IS NOT NULL`,
      orgs: orgLinesAbove(
        sql`SELECT org_id FROM ${chatConnections} WHERE id IN (SELECT user_id FROM (${portion})) AND org_id IS NOT NULL`,
      ),
    },
    ({ rows, orgs }) =>
      rows.map(({ user_id, place, id, org_id, paused_at, broken_code }) => ({
        id: user_id,
        place,
        user:
          id === null
            ? null
            : {
                orgId: org_id,
                reader: { cells: {}, quietHours: null, timezone: null },
                reach: { chat: [reachOf([{ paused_at, broken_code }])] },
              },
        orgs: orgs.of(org_id),
      })),
  );
