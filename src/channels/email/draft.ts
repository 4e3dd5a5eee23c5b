import { Parsed } from "../../db/statement.ts";
import type { Dispatch } from "../../db/schema/index.ts";
import type { Load } from "../../delivery/claim.ts";
import { NOTHING_TO_SAY, type Outcome } from "../../delivery/outcome.ts";
import { type Hold, holdAmong, type Ruling } from "../../delivery/ruling.ts";
import {
  isLateBound,
  type LateContents,
  type NotificationType,
  type NotificationTypes,
  readLateContents,
  saidBy,
} from "../../content/index.ts";
import { localeWithWords } from "../../content/wording/index.ts";
import { findings } from "../../preferences/decide.ts";
import { localeOf, orgLinesOf } from "../../preferences/org-settings.ts";
import { type Readers, readersOf } from "../../preferences/readers.ts";
import { notificationTypeOf } from "../../types/notification-type.ts";
import { readOwnType } from "../../types/own-type.ts";
import { brandOf } from "../../wordings/index.ts";
import { outcomeOf } from "../held.ts";
import { NOT_COMPOSED } from "../unmade.ts";
import { trialOf } from "../trial.ts";
import { typeOf, type Voice, voiceOf } from "../voice.ts";
import type { Draft } from "./compose.ts";
import { reachOf, type Recipient, recipientsOf, usersOf } from "./recipient.ts";

/** The recipients of the messages, by user, and the late-bound content, by dispatch. */
export interface Loaded extends Voice {
  recipients: ReadonlyMap<string, Recipient>;
  late: LateContents;
  /** What the users have chosen. */
  readers: Readers;
}

/** Reads it. @param types of which there may be late-bound messages */
export const loadFor =
  (types: NotificationTypes): Load<Loaded> =>
  (messages, now) =>
    Parsed.of(
      {
        recipients: recipientsOf(usersOf(messages), now),
        lines: orgLinesOf(usersOf(messages)),
        late: readLateContents(types, messages, now),
        voice: voiceOf(messages, "email"),
      },
      ({ recipients, lines, late, voice }) => ({
        ...voice,
        recipients: new Map(recipients.map((recipient) => [recipient.id, recipient])),
        readers: readersOf(recipients, lines),
        late,
      }),
    );

/** The outcome of a message whose content does not fit its type, or of no type that there is. */
export const NO_CONTENT: Outcome = {
  kind: "rejected",
  code: "no_content",
  message: "There is nothing to say",
};

/** What the rule about the content says: whether there is something to tell. */
export function contentRuling(make: () => Draft | Outcome): Ruling {
  const rule = "content";
  try {
    const made = make();
    if (!("code" in made)) return { rule, verdict: "pass" };
    const { kind, code, message } = made;
    return { rule, verdict: kind === "unwanted" ? "skip" : "reject", code, message };
  } catch {
    return { rule, verdict: "reject", code: NOT_COMPOSED.code, message: NOT_COMPOSED.message };
  }
}

/** What each rule says of a dispatch of a type. */
export function findingsFor(
  type: NotificationType,
  dispatch: Dispatch,
  loaded: Loaded,
  now: number,
): Ruling[] {
  const recipient = loaded.recipients.get(dispatch.user_id);
  return findings({
    ...loaded.readers(dispatch.user_id),
    reach: recipient === undefined ? [] : reachOf(reachesAs(type, dispatch), recipient),
    earlier: loaded.events.earlier(dispatch),
    type,
    channel: "email",
    now,
  });
}

/** Words on trial are a caller's, and an address that is not verified may be a stranger's. */
const reachesAs = (type: NotificationType, dispatch: Dispatch): Pick<NotificationType, "transactional"> =>
  trialOf(type, dispatch) === null ? type : { transactional: null };

/** What keeps a dispatch of a type from being sent now; null when nothing does. */
export const holdFor = (
  type: NotificationType,
  dispatch: Dispatch,
  loaded: Loaded,
  now: number,
): Hold | null => holdAmong(findingsFor(type, dispatch, loaded, now));

/** What to send for a dispatch, or the outcome if nothing is sent. @param now epoch ms; "in 30 days" counts from here */
export function decide(
  types: NotificationTypes,
  dispatch: Dispatch,
  loaded: Loaded,
  now: number,
): Draft | Outcome {
  const type = typeOf(types, dispatch, loaded);
  if (type === undefined) return NO_CONTENT;
  return outcomeOf(holdFor(type, dispatch, loaded, now)) ?? draftOf(types, type, dispatch, loaded, now);
}

/** The same of a dispatch that nothing else keeps from being sent. */
export function draftOf(
  types: NotificationTypes,
  type: NotificationType,
  dispatch: Dispatch,
  loaded: Loaded,
  now: number,
): Draft | Outcome {
  const { recipients, late, readers } = loaded;
  const recipient = recipients.get(dispatch.user_id);
  const isLate = isLateBound(type, dispatch);
  const lateContent = late.get(dispatch.id);
  if (isLate && lateContent === undefined) return NOTHING_TO_SAY;
  const own = trialOf(type, dispatch)?.own ?? null;
  const said =
    isLate && lateContent !== undefined
      ? { type, content: lateContent }
      : own !== null
        ? { type: notificationTypeOf(readOwnType(own)), content: {} }
        : saidBy(types, type, dispatch, now);
  if (said === null || recipient?.email == null) return NO_CONTENT;
  const { orgs } = readers(recipient.id);
  return {
    type,
    said,
    addressee: {
      ...recipient,
      email: recipient.email,
      locale: localeWithWords(said.type.words, recipient.locale, localeOf(orgs)),
    },
    brand: brandOf(orgs),
  };
}
