import { isOfNumber, type Suppression } from "../../../channels/email/suppressions.ts";
import { statusOf } from "../../../channels/chat/standing.ts";
import type { ChatConnection } from "../../../db/schema/index.ts";
import type { Person } from "../../../directory/person.ts";
import type { Matrix } from "../../../preferences/matrix.ts";
import { channelName } from "../../components/names.ts";

/** What keeps messages from a person, and how to mend it. */
export interface Obstacle {
  title: string;
  mend: string;
}

const REASONS = {
  bounce: "mail to this address bounced",
  complaint: "its owner called our mail spam",
  unsubscribed: "its owner has unsubscribed",
} as const;

/** What keeps all messages of a channel from a person, as far as the person is concerned. */
export function obstaclesOf(
  { user, devices }: Person,
  matrix: Matrix | null,
  suppressions: readonly Suppression[],
  chats: readonly ChatConnection[],
): Obstacle[] {
  const found: Obstacle[] = [];
  if (user.email === null)
    found.push({
      title: "No e-mail: no address is known",
      mend: "Give the user an address in the directory.",
    });
  else if (!user.email_verified)
    found.push({
      title: "No e-mail: the address is not verified",
      mend: "Verify it, and set email_verified in the directory.",
    });
  for (const suppression of suppressions) {
    const what = isOfNumber(suppression) ? "text message" : "e-mail";
    found.push({
      title: `No ${what}: ${REASONS[suppression.reason]}`,
      mend:
        suppression.reason === "bounce"
          ? "Lift it when it works again, or give them another one."
          : "Lift it only if they have asked for it.",
    });
  }
  if (matrix?.channels.includes("sms") === true && user.phone_country === null)
    found.push({
      title:
        user.phone === null
          ? "No text message: no number is known"
          : "No text message: the number is not in international form",
      mend: "Give the user a number in the directory, from + on.",
    });
  else if (matrix?.channels.includes("sms") === true && !user.phone_verified)
    found.push({
      title: "No text message: the number is not verified",
      mend: "Verify it, and set phone_verified in the directory.",
    });
  if (matrix?.channels.includes("chat") === true && !chats.some((chat) => statusOf(chat) === "active"))
    found.push(
      chats.length === 0
        ? {
            title: "No chat message: no chat is connected",
            mend: "Connect one below, or let your app do it.",
          }
        : { title: "No chat message: no connection works", mend: "Open one below: it says why." },
    );
  if (!devices.some(({ invalidated_at }) => invalidated_at === null))
    found.push({
      title: "No push: no device is registered",
      mend: "The app registers it when the user allows notifications.",
    });
  for (const [channel, choice] of Object.entries(matrix?.categories["all"] ?? {}))
    if (!choice.on)
      found.push({
        title: `Nothing by ${channelName(channel).toLowerCase()}: the channel is off`,
        mend:
          choice.by === "org"
            ? "The organization has set it."
            : "The person has chosen it. It can be changed below.",
      });
  return found;
}
