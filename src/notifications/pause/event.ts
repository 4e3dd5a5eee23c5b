import type { EmailContent } from "../../content/index.ts";
import type { PauseEventType, peerMentors } from "../../db/schema/index.ts";

type Mentor = typeof peerMentors.$inferSelect;

/** What the pause flow needs of a mentor. */
export type Pausing = Pick<
  Mentor,
  "id" | "full_name" | "coordinator_id" | "status" | "pause_start_date" | "pause_reason"
>;

/** The status that is a pause. Any other word is not. */
export const PAUSED = "paused";

/** What the messages to a coordinator say about a mentor's new status. */
export interface PauseEvent {
  type: PauseEventType;
  /** Epoch ms. */
  effectiveDate: number;
  reason: string | null;
  title: string;
  /** For a lock screen: without the reason, which may be of a private kind. */
  pushBody: string;
  inAppBody: string;
  /** What the e-mail is rendered from. */
  payload: EmailContent;
}

let days: Intl.DateTimeFormat | undefined;
/** A date that travels as midnight UTC keeps its day. The coordinator's time zone is not known where this is made. */
const day = (at: number): string =>
  (days ??= new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" })).format(at);

/**
 * The event that a mentor's new status would be. `pause_start_date` and `pause_reason` speak of the pause: a return
 * takes effect at once and has no reason.
 */
export function pauseEvent(mentor: Pausing, now: number): PauseEvent {
  const name = mentor.full_name;
  const who = `${name}, a peer mentor whom you coordinate, is`;
  if (mentor.status !== PAUSED) {
    const body = `${who} no longer paused. Status: ${mentor.status.replaceAll("_", " ")}.`;
    return {
      type: "pause_deactivated",
      effectiveDate: now,
      reason: null,
      title: `${name} is no longer paused`,
      pushBody: body,
      inAppBody: body,
      payload: {
        type: "pause_deactivated",
        mentor_name: name,
        effective_date: now,
        reason: null,
        url: null,
      },
    };
  }
  const effectiveDate = mentor.pause_start_date ?? now;
  const reason = mentor.pause_reason;
  const body = `${who} taking a pause from ${day(effectiveDate)}.`;
  return {
    type: "pause_activated",
    effectiveDate,
    reason,
    title: `${name} is taking a pause`,
    pushBody: body,
    inAppBody: reason === null ? body : `${body} Reason: ${reason}`,
    payload: { type: "pause_activated", mentor_name: name, effective_date: effectiveDate, reason, url: null },
  };
}
