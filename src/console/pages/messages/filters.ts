import { CHANNELS, STATUSES } from "../../../db/schema/index.ts";
import type { LogSearch } from "../../../log/search.ts";
import { isWellFormedId } from "../../../lib/text.ts";
import { addLocalDays, dateOf, dayNumber, type LocalDate } from "../../../schedules/calendar.ts";
import { startOfLocalDay } from "../../../schedules/local-time.ts";
import type { Fields } from "../../fields.ts";
import { isPrivateText } from "../../private.ts";

const NAMES = ["q", "status", "channel", "type", "org", "from", "to"] as const;
type FilterName = (typeof NAMES)[number];

/** Filters as they were typed, what the log is searched for, and what is wrong with them. */
export interface Filters {
  typed: Readonly<Record<FilterName, string>>;
  search: LogSearch;
  faults: Readonly<Partial<Record<FilterName, string>>>;
}

/** Several statuses by one name. */
const STATUS_GROUPS = {
  waiting: ["queued", "sending"],
  unsent: ["failed", "bounced"],
} as const;

/** What can be chosen as a status. */
export const STATUS_CHOICES: readonly (readonly [value: string, name: string])[] = [
  ["", "Any status"],
  ["waiting", "waiting"],
  ["unsent", "failed or bounced"],
  ...STATUSES.map((status) => [status, status] as const),
];

function statusesOf(typed: string): LogSearch["statuses"] {
  if (typed === "waiting" || typed === "unsent") return STATUS_GROUPS[typed];
  const one = STATUSES.find((status) => status === typed);
  return one && [one];
}

/** A date of the calendar as a date field sends it; null for any other text. */
function dateIn(text: string): LocalDate | null {
  const [, year = "", month = "", day = ""] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  const date = { year: Number(year), month: Number(month), day: Number(day) };
  const { month: realMonth, day: realDay } = dateOf(dayNumber(date));
  return year !== "" && date.year >= 1970 && realMonth === date.month && realDay === date.day ? date : null;
}

const MAX_TYPE = 64;

/** Reads the filters of a query or a form. @param zone that of the viewer: dates are days there */
export function filtersIn(fields: Fields, zone: string): Filters {
  const of = (name: FilterName) => fields(name).trim();
  const typed = {
    q: of("q"),
    status: of("status"),
    channel: of("channel"),
    type: of("type"),
    org: of("org"),
    from: of("from"),
    to: of("to"),
  };
  const [from, to] = [dateIn(typed.from), dateIn(typed.to)];
  const [start, end] = [
    from && startOfLocalDay(zone, from),
    to && startOfLocalDay(zone, addLocalDays(to, 1)),
  ];
  const faults: Partial<Record<FilterName, string>> = {
    ...(typed.type.length > MAX_TYPE && { type: "is longer than any type" }),
    ...(typed.org !== "" && !isWellFormedId(typed.org) && { org: "is not an id" }),
    ...(typed.from !== "" && from === null && { from: "is not a date" }),
    ...(typed.to !== "" && to === null && { to: "is not a date" }),
    ...(start !== null && end !== null && start >= end && { to: "is before the first day" }),
  };
  const search: LogSearch = {
    query: typed.q,
    statuses: statusesOf(typed.status),
    channel: CHANNELS.find((channel) => channel === typed.channel),
    type: typed.type === "" ? undefined : typed.type,
    ...(typed.org !== "" && { orgId: typed.org, includeSubOrgs: true }),
    from: start ?? undefined,
    to: end ?? undefined,
  };
  return { typed, search, faults };
}

/** Whether anything is filtered. */
export const isFiltered = ({ typed }: Filters): boolean => Object.values(typed).some((text) => text !== "");

/** Whether the search is answered to the form itself. */
export const isPrivate = ({ typed }: Filters): boolean =>
  [typed.q, typed.type, typed.org].some(isPrivateText);

/** The filters as a query. */
export const queryFor = ({ typed }: Filters): URLSearchParams =>
  new URLSearchParams(Object.entries(typed).filter(([, text]) => text !== ""));
