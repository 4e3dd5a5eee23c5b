import type { PauseEventType, peerMentors } from "../../db/schema/index.ts";
import type { PauseContent } from "./payload.ts";
import { activated, deactivated } from "./words.en.ts";

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
  /** Without the reason: it appears on lock screens. */
  pushBody: string;
  inAppBody: string;
  /** What the e-mail is rendered from. */
  payload: PauseContent & { type: PauseEventType };
}

let days: Intl.DateTimeFormat | undefined;
/** A date that travels as midnight UTC keeps its day. The coordinator's time zone is not known where this is made. */
const day = (at: number): string =>
  (days ??= new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" })).format(at);

/**
 * The event that a mentor's new status is. `pause_start_date` and `pause_reason` describe the pause: a return takes effect
 * at once and has no reason.
 */
export function pauseEvent(mentor: Pausing, now: number): PauseEvent {
  const isPause = mentor.status === PAUSED;
  const type: PauseEventType = isPause ? "pause_activated" : "pause_deactivated";
  const effectiveDate = isPause ? (mentor.pause_start_date ?? now) : now;
  const reason = isPause ? mentor.pause_reason : null;
  const name = mentor.full_name;
  // In English: messages are made before it is known whose words they should be in.
  const { push, in_app } = isPause ? activated : deactivated;
  const facts = { mentor: name, day: day(effectiveDate), status: mentor.status.replaceAll("_", " "), reason };
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
