import { explainData } from "../../../api/explain/schemas.ts";
import { CHANNELS } from "../../../db/schema/index.ts";
import type { Question } from "../../../explain/explain.ts";
import { DAY } from "../../../lib/clock.ts";
import { parseDispatchId } from "../../../lib/ids.ts";
import { isWellFormedId } from "../../../lib/text.ts";
import { dateOf, dayNumber } from "../../../schedules/calendar.ts";
import { atLocal } from "../../../schedules/local-time.ts";
import type { Fields } from "../../fields.ts";
import { isPrivateText } from "../../private.ts";

const NAMES = ["what", "user_id", "channel", "org_id", "at", "data"] as const;
export type FieldName = (typeof NAMES)[number];

/** The form as it was filled in, what it asks, and what is wrong with it. */
export interface Asked {
  typed: Readonly<Record<FieldName, string>>;
  /** Null: nothing is asked yet, or something is wrong. */
  question: Question | null;
  /** Epoch ms; null: now. */
  at: number | null;
  faults: Readonly<Partial<Record<FieldName, string>>>;
}

/** How far ahead a message may be sent. */
const MAX_AHEAD_DAYS = 365;

/** The id of a message as a page prints it. A bare UUID may be that of something else. */
const dispatchIn = (text: string): string | null =>
  /^(?:dsp|notif)_/u.test(text) ? parseDispatchId(text) : null;

/** Reads the form. @param zone of the viewer: the time is one there. @param now epoch ms */
export function askedIn(fields: Fields, zone: string, now: number): Asked {
  const of = (name: FieldName) => fields(name).trim();
  const typed = {
    what: of("what"),
    user_id: of("user_id"),
    channel: of("channel"),
    org_id: of("org_id"),
    at: of("at"),
    data: of("data"),
  };
  const data = dataIn(typed.data);
  const id = dispatchIn(typed.what);
  const at = typed.at === "" ? null : timeIn(typed.at, zone);
  const isAsked = typed.what !== "";
  const faults: Partial<Record<FieldName, string>> = {
    ...(isAsked && id === null && !isWellFormedId(typed.what) && { what: "is neither a type nor an id" }),
    ...(isAsked && id === null && userFault(typed.user_id)),
    ...(typed.org_id !== "" && !isWellFormedId(typed.org_id) && { org_id: "is not an id" }),
    ...(typed.at !== "" && timeFault(at, now)),
    ...("fault" in data && { data: data.fault }),
    ...(id !== null && typed.data !== "" && { data: "is of that message already: leave it empty" }),
  };
  const isRight = isAsked && Object.keys(faults).length === 0;
  return {
    typed,
    at,
    faults,
    question: isRight ? questionOf(typed, id, "value" in data ? data.value : undefined) : null,
  };
}

function userFault(id: string): { user_id: string } | false {
  if (id === "") return { user_id: "is missing: to whom?" };
  return !isWellFormedId(id) && { user_id: "is not an id: find people by name or address under People" };
}

function timeFault(at: number | null, now: number): { at: string } | false {
  if (at === null) return { at: "is not a time" };
  // The field has no seconds: the present minute counts as now.
  const isNear = at >= now - 60_000 && at <= now + MAX_AHEAD_DAYS * DAY;
  return !isNear && { at: `must be within ${MAX_AHEAD_DAYS} days from now` };
}

/** Data as the API takes it; undefined: none, so that the type's sample counts. */
function dataIn(text: string): { value: Record<string, unknown> | undefined } | { fault: string } {
  if (text === "") return { value: undefined };
  try {
    const { data, error } = explainData.safeParse(JSON.parse(text));
    return data === undefined ? { fault: error?.issues[0]?.message ?? "is no object" } : { value: data };
  } catch (error) {
    return { fault: `is not JSON: ${error instanceof Error ? error.message : ""}` };
  }
}

function questionOf(
  typed: Asked["typed"],
  id: string | null,
  data: Record<string, unknown> | undefined,
): Question {
  if (id !== null) return { kind: "dispatch", id };
  return {
    kind: "type",
    type: typed.what,
    userId: typed.user_id,
    orgId: typed.org_id === "" ? undefined : typed.org_id,
    channel: CHANNELS.find((channel) => channel === typed.channel),
    data,
  };
}

/** A time as a browser's field sends it, "2026-03-26T09:00"; null for any other text. */
function timeIn(text: string, zone: string): number | null {
  const found = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d)(?::\d\d)?$/u.exec(text);
  if (found === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = found.slice(1).map(Number);
  const real = dateOf(dayNumber({ year, month, day }));
  return real.month === month && real.day === day ? atLocal(zone, { year, month, day, hour, minute }) : null;
}

/** What was asked, as a query. */
export const queryFor = ({ typed }: Pick<Asked, "typed">): URLSearchParams =>
  new URLSearchParams(Object.entries(typed).filter(([, text]) => text !== ""));

/** Whether it is answered to the form itself. Data are always private. */
export const isPrivate = ({ typed }: Pick<Asked, "typed">): boolean =>
  typed.data !== "" || Object.values(typed).some(isPrivateText);
