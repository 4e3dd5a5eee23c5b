import { type SQL, sql } from "drizzle-orm";
import type { Scope } from "../../auth/scope.ts";
import { brokenText } from "../../channels/chat/standing.ts";
import type { Ctx } from "../../ctx.ts";
import {
  chatConnections,
  type DisabledReason,
  HAS_FAILED,
  IS_BROKEN,
  webhookEndpoints,
} from "../../db/schema/index.ts";
import { Parsed } from "../../db/statement.ts";
import { MINUTE } from "../../lib/clock.ts";
import { lasting } from "./lasting.ts";
import { treeOf } from "./groups.ts";
import { count, type Trouble } from "./trouble.ts";

// Programs and chats that take nothing. Each is told by itself, since each is mended by itself.

/** So many of each kind are told. */
const TOLD = 10;

/** Connections of people are counted up to so many. */
const COUNTED = 1_000;

/** An endpoint that fails for less long may only have been deployed anew. */
const PATIENCE_MS = 5 * MINUTE;

/** What endpoints and chats in scope refuse: a part of one batch. */
export const receiverTroubles = (ctx: Ctx, scope: Scope): Parsed<Trouble[]> => {
  const now = ctx.clock.now();
  return Parsed.of(
    {
      endpoints: failingEndpoints(scope, now),
      chats: brokenChats(scope),
      ofPeople: scope.kind === "all" ? [brokenOfPeople] : [],
    },
    ({ endpoints, chats, ofPeople }) => [
      ...endpoints.slice(0, TOLD).map((endpoint) => aboutEndpoint(endpoint, now)),
      ...more(endpoints, "endpoints", { page: "webhooks" }),
      ...chats.slice(0, TOLD).map(aboutChat),
      ...more(chats, "chat connections", { page: "chats" }),
      ...aboutPeople(ofPeople[0]?.n ?? 0),
    ],
  );
};

interface FailingEndpoint {
  id: string;
  url: string;
  description: string | null;
  enabled: 0 | 1;
  disabled_reason: DisabledReason | null;
  failing_since: number | null;
}

interface BrokenChat {
  id: string;
  name: string;
  broken_code: string;
}

/** The organizations' rows that are in trouble, by an index that has no others. */
const inTrouble = (scope: Scope, rows: SQL): SQL =>
  scope.kind === "all"
    ? sql`FROM ${rows} WHERE r.org_id >= ''`
    : sql`FROM ${treeOf(scope)} AS t CROSS JOIN ${rows} WHERE r.org_id = t.id`;

const failingEndpoints = (scope: Scope, now: number): SQL<FailingEndpoint> => {
  const rows = sql`${webhookEndpoints} AS r INDEXED BY webhook_endpoints_failed`;
  return sql<FailingEndpoint>`SELECT r.id, url, description, enabled, disabled_reason, failing_since
    ${inTrouble(scope, rows)} AND ${HAS_FAILED}
      AND iif(enabled = 1, failing_since <= ${now - PATIENCE_MS}, disabled_reason <> 'by_hand')
    LIMIT ${TOLD + 1}`;
};

const brokenChats = (scope: Scope): SQL<BrokenChat> => {
  const rows = sql`${chatConnections} AS r INDEXED BY chat_connections_broken`;
  return sql<BrokenChat>`SELECT r.id, name, broken_code ${inTrouble(scope, rows)} AND ${IS_BROKEN}
    LIMIT ${TOLD + 1}`;
};

/** How many connections of people refuse. */
const brokenOfPeople = sql<{ n: number }>`SELECT count(*) AS n FROM (SELECT 1 FROM ${chatConnections}
  INDEXED BY chat_connections_broken WHERE org_id IS NULL AND ${IS_BROKEN} LIMIT ${COUNTED + 1})`;

function aboutEndpoint(
  { id, url, description, enabled, disabled_reason, failing_since }: FailingEndpoint,
  now: number,
): Trouble {
  const name = `The webhook endpoint “${description ?? new URL(url).host}”`;
  const place = { page: "webhook", id } as const;
  if (enabled === 1)
    return {
      level: "warning",
      what: `${name} has taken nothing for ${lasting(now - (failing_since ?? now))}. After five days it is disabled.`,
      fix: "Open one of its webhooks: it says how the receiver has answered, and what to do.",
      place,
    };
  return {
    level: "error",
    what:
      disabled_reason === "gone"
        ? `${name} is disabled: its receiver has answered that it is gone.`
        : `${name} is disabled: its receiver has taken nothing for five days.`,
    fix: "Mend the receiver or the URL and send a test. Then enable it, and send again what it has missed.",
    place,
  };
}

const aboutChat = ({ id, name, broken_code }: BrokenChat): Trouble => ({
  level: "error",
  what: `The chat connection “${name}” refuses messages.`,
  fix: `${brokenText(broken_code)}. Then send a test: one that works makes it active again.`,
  place: { page: "chat", id },
});

function aboutPeople(n: number): Trouble[] {
  if (n === 0) return [];
  const many = n > COUNTED ? `More than ${count.format(COUNTED)}` : count.format(n);
  return [
    {
      level: "info",
      what: `${many} chat ${n === 1 ? "connection of a person refuses" : "connections of people refuse"} messages.`,
      fix: "Ask them to connect their chats anew. The page of a person says why.",
      place: null,
    },
  ];
}

/** That there are more than are told. */
const more = (rows: readonly unknown[], what: string, place: Trouble["place"]): Trouble[] =>
  rows.length <= TOLD
    ? []
    : [
        {
          level: "error",
          what: `More than ${TOLD} ${what} are in trouble: the others are not told here.`,
          fix: "Mend these, then look again.",
          place,
        },
      ];
