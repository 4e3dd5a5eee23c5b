import type { Rule } from "../../../explain/rule.ts";
import { personPath, typePath } from "../../components/names.ts";

/** What a message is about, as far as something can be mended there. */
export interface Subject {
  userId: string;
  type: string;
  /** Of the user, or whose type it is. */
  orgId: string | null;
}

/** What to do so that a message is sent, and where. */
export interface Mend {
  text: string;
  link: { href: string; name: string } | null;
}

type Place = "person" | "words" | "settings" | "overview" | null;

const PERSON = "person";

/** What mends it, by the code of a rule that has not passed. */
const MENDS: Readonly<Record<string, readonly [place: Place, text: string]>> = {
  connection_gone: [null, "Send it anew, to another connection of the organization."],
  no_recipient: [PERSON, "The directory does not know this user: write them there, or correct the id."],
  no_address: [PERSON, "Give the user an address in the directory."],
  unverified: [PERSON, "Verify the address, and set email_verified in the directory."],
  suppressed: [PERSON, "Lift the suppression when the address works again, or give the user another one."],
  private: [PERSON, "Verify the address, and set email_verified in the directory: then it is said."],
  no_number: [PERSON, "Give the user a phone number in the directory, from + on."],
  invalid_number: [PERSON, "Write the number into the directory in international form, from + on."],
  number_unverified: [PERSON, "Verify the number, and set phone_verified in the directory."],
  no_country: ["settings", "Give the organization a country in the directory, or set SMS_COUNTRIES."],
  country_not_allowed: ["settings", "Add the country to SMS_COUNTRIES, if it is one of yours."],
  too_long: ["words", "Shorten the words. What GSM's alphabet does not have costs more than twice as much."],
  org_sms_limit: ["settings", "It goes by itself then. Or raise SMS_ORG_DAILY_LIMIT."],
  not_configured: ["settings", "Configure a provider for this channel."],
  no_device: [PERSON, "The app registers a device when the user allows notifications."],
  provider_not_configured: ["settings", "Configure a provider for this kind of device."],
  reached_before: [null, "Nothing: the user has it already."],
  earlier_open: [null, "Nothing: it is looked at again by itself."],
  later_step: [null, "Nothing: it is sent by itself, if it is still needed."],
  same_event: [null, "Send the event with another key, if it is another one."],
  duplicate: [null, "Nothing: the user has heard of it. Send it with another key, if it is another event."],
  collecting: [null, "Nothing: it goes by itself when the window of its type is over."],
  collected: [null, "Nothing: the message that is open tells of it, too."],
  throttled: ["words", "Nothing: the next one goes again later. Or raise the throttle of the type."],
  not_in_time: [null, "Nothing: its fallback follows. The timeline says what became of it."],
  quiet_hours: [PERSON, "Nothing: it goes by itself then. Only a critical type does not wait."],
  not_due: [null, "Nothing: it goes by itself then."],
  sending: [null, "Nothing: look again in a moment."],
  expired: [null, "Send it anew, with a later expiry."],
  sender_not_in_charge: [null, "Somebody in charge of the user's organization has to send it."],
  abandoned: [null, "Retry it. If it happens again, see the log of the Worker."],
  nothing_to_say: [null, "Nothing: what it would tell is not true any more."],
  no_content: [null, "Send it anew, with data that fit its type."],
  compose_failed: ["words", "See the log of the Worker, and the words of the type."],
  org_quota: ["settings", "It goes by itself then. Or raise the quota of the organization."],
  user_budget: ["settings", "It goes by itself then. Or raise the budget of a user."],
  provider_rests: ["overview", "It goes by itself when the provider answers again."],
  no_words: ["words", "Write words for this channel, and publish them."],
  words_failed: ["words", "Correct the words, so that they fit the data."],
  no_answer: [null, "Look again in a moment: sending asks again, too."],
};

const UNWANTED: Readonly<Record<string, readonly [place: Place, text: string]>> = {
  user: [PERSON, "It is the user's choice. It can be changed on their page when they ask for it."],
  org: ["settings", "The settings of the organization say so: change them there."],
  service: ["settings", "The settings of the service say so: change them there."],
};

function linkTo(place: Place, { userId, type, orgId }: Subject): Mend["link"] {
  switch (place) {
    case "person":
      return { href: personPath(userId), name: "Their page" };
    case "words":
      return { href: typePath(type, orgId), name: "The type and its words" };
    case "settings":
      return { href: "/console/settings", name: "Settings" };
    case "overview":
      return { href: "/console", name: "What is wrong now" };
    case null:
      return null;
  }
}

/** What to do about a rule; null for one that has passed, or where nothing is known to help. */
export function mendOf(rule: Rule, subject: Subject): Mend | null {
  if (!("code" in rule)) return null;
  const found = rule.rule === "wanted" ? UNWANTED[String(rule.details?.["by"])] : MENDS[rule.code];
  if (found === undefined) return null;
  const [place, text] = found;
  return { text, link: linkTo(place, subject) };
}
