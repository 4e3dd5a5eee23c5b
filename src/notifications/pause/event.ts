import { formatterFor } from "../../content/format.ts";
import { directionOf } from "../../content/locale.ts";
import { type BuiltInWords, inEachLanguage } from "../../content/wording/index.ts";
import type { PauseEventType, peerMentors } from "../../db/schema/index.ts";
import type { PauseContent } from "./payload.ts";
import { activated, deactivated } from "./words.ts";

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
  /** The texts by language, because the coordinator's is not known when the messages are made. */
  title: BuiltInWords<string>;
  /** Does not contain the reason, because lock screens show it. */
  pushBody: BuiltInWords<string>;
  inAppBody: BuiltInWords<string>;
  /** The e-mail's content. */
  payload: PauseContent & { type: PauseEventType };
}

/** A day as one language prints it. The reader's region is not known either. */
const dayIn = (language: string, at: number): string =>
  formatterFor(language === "en" ? "en-GB" : language, "UTC", directionOf(language)).calendarDate(at);

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
  const texts = inEachLanguage(isPause ? activated : deactivated, ({ push, in_app }, language) => {
    const status = mentor.status.replaceAll("_", " ");
    const facts = { mentor: name, day: dayIn(language, effectiveDate), status, reason };
    return { title: push.title(facts), pushBody: push.body(facts), inAppBody: in_app.body(facts) };
  });
  return {
    type,
    effectiveDate,
    reason,
    title: inEachLanguage(texts, ({ title }) => title),
    pushBody: inEachLanguage(texts, ({ pushBody }) => pushBody),
    inAppBody: inEachLanguage(texts, ({ inAppBody }) => inAppBody),
    payload: { type, mentor_name: name, effective_date: effectiveDate, reason, url: null },
  };
}
