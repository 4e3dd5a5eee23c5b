import type { TypeData } from "../content/type.ts";
import { type Hold, holdAmong, type Ruling } from "../delivery/ruling.ts";
import { MINUTE } from "../lib/clock.ts";
import { REACHED_BEFORE } from "../outbox/chain.ts";
import type { Zone } from "../schedules/time-zone.ts";
import { ALL, type Cells } from "./cells.ts";
import { type OrgSettings, SERVICE } from "./org-settings.ts";
import { type QuietHours, quietUntil } from "./quiet-hours.ts";

/** What a user has chosen, and what the choice depends upon. */
export interface Reader {
  cells: Cells;
  quietHours: QuietHours | null;
  timezone: Zone;
}

/** What came of messages to a user that say the same as one that waits for them, or follows them. */
export interface EarlierSteps {
  /** Whether the user has read the in-app message, or a provider has taken another one. */
  reached: boolean;
  /** When the last of those is due that are still under way, epoch ms; null: none is. */
  openUntil: number | null;
  /** When this one is due, epoch ms: where another one came late, later by as much, so that there is time to read it. */
  dueAt: number;
}

/** Everything upon which it depends whether a user gets a message now. */
export interface Facts {
  /** Null: there is no such user. */
  reader: Reader | null;
  /** What the channel says of the user (an address, a device …), one rule after the other. */
  reach: readonly Ruling[];
  type: Pick<TypeData, "category" | "critical">;
  channel: string;
  /** Null for a message that neither waits for others nor follows one. */
  earlier: EarlierSteps | null;
  /** The settings that hold for the user, those of the user's own organization first. */
  orgs: readonly OrgSettings[];
  /** Epoch ms. */
  now: number;
}

/** Who has decided upon a cell: the user, an organization (`""`: the service) that has locked it or set a default, or nobody. */
export type Level =
  | { by: "user" }
  | { by: "org"; orgId: string; locked: boolean }
  /** What nobody has chosen is on. */
  | { by: "default" };

/** Whether a cell of the matrix is on, and who says so. */
export type Choice = { on: boolean } & Level;

/** The matrix as it counts: category → channel → whether it is on, and who says so. */
export type Choices = Readonly<Record<string, Readonly<Record<string, Choice>>>>;

/**
 * One cell of the matrix. What an organization has locked counts first, the highest one's before those below it; then what
 * the user has chosen; then the default of the nearest organization.
 */
export function choiceOf(
  cells: Cells,
  orgs: readonly OrgSettings[],
  category: string,
  channel: string,
): Choice {
  const own = cells[category]?.[channel];
  const set = orgs.flatMap(({ orgId, defaults }) => {
    const cell = defaults[category]?.[channel];
    return cell === undefined
      ? []
      : [{ by: "org" as const, orgId, on: cell.on, locked: cell.locked === true }];
  });
  return (
    set.findLast(({ locked }) => locked) ??
    (own === undefined ? undefined : { by: "user", on: own }) ??
    set[0] ?? { by: "default", on: true }
  );
}

/** Whether a user wants messages of a category on a channel. A channel that is off as a whole is off for each category. */
export function wanted(
  cells: Cells,
  orgs: readonly OrgSettings[],
  category: string,
  channel: string,
): Choice {
  const whole = choiceOf(cells, orgs, ALL, channel);
  return whole.on ? choiceOf(cells, orgs, category, channel) : whole;
}

/** The code of a message that its user, or the user's organization, has switched off. */
export const UNSUBSCRIBED = "unsubscribed";

/** Channels that disturb nobody: a message there need not wait. */
const SILENT: readonly string[] = ["in_app"];

/**
 * May this be sent now, and if not, why? Every rule in order, each with what it says. Sending, a dry run and explain all ask
 * here. A pure function.
 */
export function findings(facts: Facts): Ruling[] {
  return [known(facts), ...facts.reach, wantedBy(facts), needed(facts), quiet(facts)];
}

const known = ({ reader }: Facts): Ruling =>
  reader === null
    ? { rule: "known", verdict: "reject", code: "no_recipient", message: "The user no longer exists" }
    : { rule: "known", verdict: "pass" };

function wantedBy({ reader, type, channel, orgs }: Facts): Ruling {
  const choice = wanted(reader?.cells ?? {}, orgs, type.category, channel);
  const details = { category: type.category, critical: type.critical, on: choice.on, ...printLevel(choice) };
  if (choice.on || type.critical) return { rule: "wanted", verdict: "pass", details };
  const message =
    choice.by === "user" ? "The user has switched this off" : "The organization has switched this off";
  return { rule: "wanted", verdict: "skip", code: UNSUBSCRIBED, message, details };
}

/** Who has decided, as a ruling prints it. */
function printLevel(level: Level): Record<string, unknown> {
  if (level.by !== "org") return { by: level.by };
  const { orgId, locked } = level;
  return orgId === SERVICE ? { by: "service", locked } : { by: "org", org_id: orgId, locked };
}

/** A message that waits for others looks again so much later than they are due. */
const LOOK_AGAIN_MS = MINUTE;

const lookAgainAt = ({ openUntil }: EarlierSteps, now: number): number =>
  openUntil === null ? now : Math.max(openUntil, now) + LOOK_AGAIN_MS;

function needed({ earlier, now }: Facts): Ruling {
  if (earlier?.reached === true)
    return {
      rule: "needed",
      verdict: "skip",
      ...REACHED_BEFORE,
    };
  const until = earlier === null ? now : Math.max(earlier.dueAt, lookAgainAt(earlier, now));
  if (until > now)
    return {
      rule: "needed",
      verdict: "wait",
      until,
      code: "earlier_open",
      message: "It waits for an earlier message that says the same",
    };
  return { rule: "needed", verdict: "pass" };
}

/** The quiet hours that hold for a user: the user's own, or the nearest organization's; null when there are none. */
export const quietHoursOf = (
  reader: Pick<Reader, "quietHours">,
  orgs: readonly OrgSettings[],
): QuietHours | null =>
  reader.quietHours ?? orgs.find(({ quietHours }) => quietHours !== null)?.quietHours ?? null;

function quiet({ reader, type, channel, orgs, now }: Facts): Ruling {
  const isExempt = type.critical || SILENT.includes(channel) || reader === null;
  const until = isExempt ? null : quietUntil(quietHoursOf(reader, orgs), reader.timezone, now);
  return until === null
    ? { rule: "quiet_hours", verdict: "pass" }
    : {
        rule: "quiet_hours",
        verdict: "wait",
        until,
        code: "quiet_hours",
        message: "It waits for the end of the user's quiet hours",
      };
}

/** What keeps a message from being sent now; null when nothing does. */
export const holdOf = (facts: Facts): Hold | null => holdAmong(findings(facts));
