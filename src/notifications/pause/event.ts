import { formatterFor } from "../../content/format.ts";
import type { PauseEventType, peerMentors } from "../../db/schema/index.ts";
import type { PauseContent } from "./payload.ts";
import { activated, deactivated } from "./words.en.ts";

type Mentor = typeof peerMentors.$inferSelect;

/** The columns of a mentor that the pause flow needs. */
export type Pausing = Pick<
  Mentor,
  "id" | "full_name" | "coordinator_id" | "status" | "pause_start_date" | "pause_reason"
>;

/** The status of a mentor who pauses. Clients choose all others. */
export const PAUSED = "paused";

/** The content of the messages to a coordinator about a mentor's new status. */
export interface PauseEvent {
  type: PauseEventType;
  /** Epoch ms. */
  effectiveDate: number;
  reason: string | null;
  title: string;
  /** Does not contain the reason, because lock screens show it. */
  pushBody: string;
  inAppBody: string;
  /** The e-mail's content. */
  payload: PauseContent & { type: PauseEventType };
}

/**
 * The event for a mentor's new status. `pause_start_date` and `pause_reason` belong to the pause: a return takes effect at
 * once and has no reason.
 */
export function pauseEvent(mentor: Pausing, now: number): PauseEvent {
  const isPause = mentor.status === PAUSED;
  const type: PauseEventType = isPause ? "pause_activated" : "pause_deactivated";
  const effectiveDate = isPause ? (mentor.pause_start_date ?? now) : now;
  const reason = isPause ? mentor.pause_reason : null;
  const name = mentor.full_name;
  // In English, because the coordinator's language is not known when the messages are made.
  const { push, in_app } = isPause ? activated : deactivated;
  const facts = {
    mentor: name,
    day: formatterFor("en-GB", "UTC", "ltr").calendarDate(effectiveDate),
    status: mentor.status.replaceAll("_", " "),
    reason,
  };
  return {
    type,
    effectiveDate,
    reason,
    title: push.title(facts),
    pushBody: push.body(facts),
    inAppBody: in_app.body(facts),
    payload: { type, mentor_name: name, effective_date: effectiveDate, reason, url: null },
  };
}
