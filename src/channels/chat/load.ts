import { type SQL, sql } from "drizzle-orm";
import { type ChatConnection, chatConnections, type Dispatch } from "../../db/schema/index.ts";
import { Parsed } from "../../db/statement.ts";
import type { Load } from "../../delivery/claim.ts";
import type { Ruling } from "../../delivery/ruling.ts";
import { parseId } from "../../lib/ids.ts";
import type { Messages } from "../../outbox/messages.ts";
import { orgLinesAbove } from "../../preferences/org-settings.ts";
import { readReaders, type ReaderFacts, type Readers } from "../../preferences/readers.ts";
import { type Voice, voiceOf } from "../voice.ts";
import { brokenText } from "./standing.ts";

/** What is read to send chat messages. */
export interface Loaded extends Voice {
  /** Of users and of connections: a message to an organization's connection has the connection's id in place of a user's. */
  readers: Readers;
  /** By the id of the user, or of the connection itself; the oldest first. */
  connections: ReadonlyMap<string, readonly ChatConnection[]>;
}

/** Whom messages are for. */
const receiversOf = ({ rows, ids }: Messages): SQL => sql`(SELECT user_id FROM ${rows} WHERE id IN ${ids})`;

/** Reads it: two look-ups by key for each receiver. */
export const load: Load<Loaded> = (messages) => {
  const receivers = receiversOf(messages);
  return Parsed.of(
    {
      found: sql<ChatConnection>`SELECT * FROM ${chatConnections} WHERE user_id IN ${receivers}
        UNION ALL SELECT * FROM ${chatConnections} WHERE id IN ${receivers} AND org_id IS NOT NULL ORDER BY id`,
      readers: readReaders(receivers),
      lines: orgLinesAbove(
        sql`SELECT org_id FROM ${chatConnections} WHERE id IN ${receivers} AND org_id IS NOT NULL`,
      ),
      voice: voiceOf(messages, "chat"),
    },
    ({ found, readers, lines, voice }) => {
      const connections = Map.groupBy(found, ({ id, user_id }) => user_id ?? id);
      return {
        ...voice,
        connections,
        readers: (id) => {
          const [first] = connections.get(id) ?? [];
          return first === undefined || first.org_id === null
            ? readers(id)
            : readerOf(lines.of(first.org_id));
        },
      };
    },
  );
};

/** An organization's connection as a reader: it has chosen nothing, and a channel that many read does not sleep. */
const readerOf = (line: ReaderFacts["orgs"]): ReaderFacts => ({
  reader: { name: null, locale: null, cells: {}, quietHours: null, timezone: null },
  orgs: line.map((org) => ({ ...org, quietHours: null })),
});

/** The connections that a dispatch may go to. */
export const connectionsFor = (
  { user_id }: Pick<Dispatch, "user_id">,
  { connections }: Pick<Loaded, "connections">,
): readonly ChatConnection[] => connections.get(user_id) ?? [];

/** Upon what it depends whether a connection gets messages. */
type Standing = Pick<ChatConnection, "paused_at" | "broken_code">;

const works = ({ paused_at, broken_code }: Standing): boolean => paused_at === null && broken_code === null;

/** The one that a dispatch goes to: the oldest that works. */
export const chosenAmong = (connections: readonly ChatConnection[]): ChatConnection | undefined =>
  connections.find(works);

const refused = (code: string, message: string, details: Readonly<Record<string, unknown>>): Ruling => ({
  rule: "connection",
  verdict: "reject",
  code,
  message,
  details,
});

/** That a dispatch was for a connection of an organization that is not there any more; null for any other. */
export const deletedConnection = ({ user_id }: Pick<Dispatch, "user_id">, loaded: Loaded): Ruling | null =>
  parseId("con", user_id) !== null && loaded.readers(user_id).reader === null
    ? refused("connection_gone", "Its chat connection was deleted", { connections: 0 })
    : null;

/** Whether there is a connection to send to. */
export function reachOf(connections: readonly Standing[]): Ruling {
  const details = { connections: connections.length };
  if (connections.length === 0) return refused("no_connection", "There is no chat connection", details);
  if (connections.some(works)) return { rule: "connection", verdict: "pass", details };
  const broken = connections.find(({ paused_at }) => paused_at === null)?.broken_code;
  return broken == null
    ? refused("connection_paused", "The chat connection is paused", details)
    : refused("connection_broken", `The chat connection is broken: ${brokenText(broken)}`, details);
}
