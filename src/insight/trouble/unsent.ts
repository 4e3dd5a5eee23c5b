import { type SQL, sql } from "drizzle-orm";
import type { Scope } from "../../auth/scope.ts";
import type { Ctx } from "../../ctx.ts";
import { dispatches, IS_IN_TROUBLE } from "../../db/schema/index.ts";
import { Parsed } from "../../db/statement.ts";
import { DAY } from "../../lib/clock.ts";
import { firstIdAt } from "../../lib/ids.ts";
import { listedChannels } from "../../outbox/channel.ts";
import { byKind, type Counted, GROUPS, isFull, MOST, sum, treeOf, typesOf } from "./groups.ts";
import { reasonOf } from "./reasons.ts";
import { count, messages, type Trouble } from "./trouble.ts";

/** The newest messages of a channel and status, or of an organization's that are in trouble, that are looked at. */
const LOOKED_AT = 1_000;

/** Messages with the same channel, type, status and code. `message` and `org_id`: of one of them. */
interface Group extends Counted {
  org_id: string | null;
  status: string;
  code: string | null;
  message: string | null;
}

/**
 * Why messages of the last day were not sent, or wait for another attempt: a part of one batch. It gives a function of how
 * many messages have failed by the figures, so that it says when not all of them were looked at.
 */
export const unsentTroubles = (ctx: Ctx, scope: Scope): Parsed<(failed: number) => Trouble[]> => {
  const now = ctx.clock.now();
  const isOfAll = scope.kind === "all";
  return Parsed.of(
    { unsent: isOfAll ? unsentOfAll(ctx, now) : [unsentOf(scope, now)] },
    ({ unsent }) =>
      (failed) => [...told(unsent, isOfAll), ...unlooked(unsent, { failed, isOfAll })],
  );
};

const ENDED = ["failed", "bounced"] as const;

/** Codes with which messages wait because somebody wants it so. */
const WANTED_WAITS: readonly string[] = ["quiet_hours", "earlier_open"];

const grouped = (found: SQL): SQL<Group> => sql<Group>`
  SELECT channel, type, status, error_code AS code, max(error) AS message,
    max(org_id) AS org_id, count(*) AS n FROM ${dispatches}
  WHERE id IN (${found}) GROUP BY channel, type, status, error_code ORDER BY n DESC LIMIT ${GROUPS}`;

/** By the indexes of what failed, and of what is to be woken. */
function unsentOfAll(ctx: Ctx, now: number): SQL<Group>[] {
  const channels = JSON.stringify(listedChannels(ctx));
  return [
    grouped(sql`SELECT o.id FROM json_each(${channels}) AS c, json_each(${JSON.stringify(ENDED)}) AS s
      CROSS JOIN ${dispatches} AS o ON o.id IN (SELECT id FROM ${dispatches} INDEXED BY dispatches_unsent
        WHERE channel = c.value AND status = s.value AND status IN ('failed', 'bounced', 'cancelled')
          AND id >= ${firstIdAt(now - DAY)} ORDER BY id DESC LIMIT ${LOOKED_AT})`),
    grouped(sql`SELECT o.id FROM json_each(${channels}) AS c CROSS JOIN ${dispatches} AS o ON o.id IN (
        SELECT id FROM ${dispatches} WHERE channel = c.value AND wake_at IS NOT NULL ORDER BY wake_at LIMIT ${LOOKED_AT})`),
  ];
}

/** By the index of an organization's messages that are in trouble, newest first: however many others were sent. */
const unsentOf = (scope: Scope, now: number): SQL<Group> =>
  grouped(sql`SELECT o.id FROM ${treeOf(scope)} AS t CROSS JOIN ${dispatches} AS o ON o.id IN (
      SELECT id FROM ${dispatches} INDEXED BY dispatches_in_trouble
      WHERE org_id = t.id AND ${IS_IN_TROUBLE} AND id >= ${firstIdAt(now - DAY)}
      ORDER BY id DESC LIMIT ${LOOKED_AT}) LIMIT ${MOST}`);

/** @param isOfAll whether each channel and state was looked at by itself; else all that is in trouble was */
function told(groups: readonly Group[], isOfAll: boolean): Trouble[] {
  const lookOf = ({ channel, status }: Group) =>
    isOfAll ? `${channel} ${ENDED.find((ended) => ended === status) ?? "open"}` : "";
  const looks = Map.groupBy(groups, lookOf);
  return byKind(
    groups.filter(isTold),
    ({ channel, status, code }) => `${channel} ${status} ${code ?? ""}`,
  ).flatMap((kind) => {
    const [first] = kind;
    if (first === undefined) return [];
    // There may be more of them than were looked at.
    const atLeast = isFull(looks.get(lookOf(first)) ?? [], LOOKED_AT) ? "At least " : "";
    return first.status === "queued" ? openTrouble(kind, atLeast) : endedTrouble(kind, atLeast);
  });
}

const isEnded = ({ status }: Group): boolean => ENDED.some((ended) => ended === status);

/**
 * Says that not all failed messages were looked at, where it is so. Figures alone do not tell: they count a message as failed
 * until its hour is counted again, and one that bounced since is not in them.
 */
function unlooked(
  groups: readonly Group[],
  { failed, isOfAll }: { failed: number; isOfAll: boolean },
): Trouble[] {
  const ended = groups.filter(isEnded);
  const looked = isOfAll ? ended : groups;
  const isMore = failed > sum(ended);
  if (!isFull(looked, isMore ? LOOKED_AT : MOST)) return [];
  const seen = count.format(sum(ended));
  return [
    {
      level: "warning",
      what: isMore
        ? `${messages(failed, null)} failed in the last 24 hours; ${seen} of the newest were looked at here.`
        : `Only ${seen} of the newest messages that failed in the last 24 hours were looked at here.`,
      fix: "The others may have failed for other reasons: mend what is told here, then look at the messages that are left.",
      place: { page: "messages", status: "failed" },
    },
  ];
}

/** What ended without being sent, or failed and is tried again. */
const isTold = (group: Group): boolean =>
  isEnded(group) || (group.status === "queued" && group.code !== null && !WANTED_WAITS.includes(group.code));

function endedTrouble(groups: readonly Group[], atLeast: string): Trouble[] {
  const [first] = groups;
  if (first === undefined) return [];
  const { channel, status, type, code, message } = first;
  const reason = reasonOf(code ?? "");
  const what = `${atLeast}${messages(sum(groups), channel)} ${typesOf(groups)}`;
  const place = { page: "messages", channel, status, ...(groups.length === 1 && { type }) } as const;
  if (reason !== null)
    return [
      {
        level: reason.level,
        what: `${what} ${sum(groups) === 1 ? "was" : "were"} not sent: ${reason.because}.`,
        fix: reason.fix,
        place: reason.place?.({ type, orgId: first.org_id }) ?? place,
      },
    ];
  if (status === "bounced")
    return [
      {
        level: "info",
        what: `${what} came back from the receiving server.`,
        fix: "Remove addresses that do not exist. What bounces for good is suppressed for 90 days.",
        place,
      },
    ];
  return [
    {
      level: "warning",
      what: `${what} failed: ${sentence(message ?? code ?? "nobody said why")}`,
      fix: "Open one of them: its timeline has the answer of the provider at each attempt. Retry them once it is mended.",
      place,
    },
  ];
}

function openTrouble(groups: readonly Group[], atLeast: string): Trouble[] {
  const [first] = groups;
  if (first === undefined) return [];
  const { channel, code, message } = first;
  const are = sum(groups) === 1 ? "waits" : "wait";
  return [
    {
      level: "warning",
      what: `${atLeast}${messages(sum(groups), channel)} ${typesOf(groups)} ${are} for another attempt: ${sentence(message ?? code ?? "")}`,
      fix:
        reasonOf(code ?? "")?.fix ??
        "Nothing, if the provider recovers: attempts go on for about three hours.",
      place: { page: "messages", channel, status: "queued" },
    },
  ];
}

/** An error as the end of a sentence. */
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
