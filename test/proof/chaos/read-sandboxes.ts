import { z } from "zod";
import { type IdPrefix, parseId } from "../../../src/lib/ids.ts";
import type { AcceptedPush } from "../../support/sandbox/expo-state.ts";
import type { FcmSandbox } from "../../support/sandbox/fcm/index.ts";
import type { Received } from "../../support/sandbox/receiver.ts";
import type { AcceptedEmail } from "../../support/sandbox/steer.ts";
import type { AcceptedText } from "../../support/sandbox/twilio.ts";
import type { WebPushSandbox } from "../../support/sandbox/webpush.ts";
import type { Acceptance } from "./ledger.ts";

/** Which dispatch an accepted message is of, and who got it: a token, or the name of the channel. */
type Read = Pick<Acceptance, "dispatch" | "to" | "title">;

export const readPush = ({ collapseId, token, title }: AcceptedPush): Read => ({
  dispatch: collapseId ?? "",
  to: token,
  title: title ?? "",
});

const fcmMessage = z.object({
  android: z.object({ notification: z.object({ tag: z.string() }) }),
  notification: z.object({ title: z.string() }),
});

export function readFcm({ token, message }: FcmSandbox["accepted"][number]): Read {
  const { android, notification } = fcmMessage.parse(message);
  return { dispatch: android.notification.tag, to: token, title: notification.title };
}

const webPush = z.object({ tag: z.string(), title: z.string() });

export function readWebPush({ endpoint, payload }: WebPushSandbox["accepted"][number]): Read {
  const { tag, title } = webPush.parse(payload);
  return { dispatch: tag, to: endpoint, title };
}

export const readEmail = ({ tags, subject }: AcceptedEmail): Read => ({
  dispatch: tags["tidings_dispatch"] ?? "",
  // Each mail has one address; the two providers print it differently.
  to: "email",
  title: subject,
});

/** Twilio is told the dispatch in the address of its reports, Vonage by its own reference. */
export const dispatchOfText = ({ callback, reference }: AcceptedText): string =>
  reference ?? (callback === null ? null : new URL(callback).searchParams.get("dispatch")) ?? "";

export const readText = (text: AcceptedText): Read => ({
  dispatch: dispatchOfText(text),
  to: "sms",
  title: text.text,
});

const uuidIn = (prefix: IdPrefix, id: string): string => parseId(prefix, id) ?? "";

export interface PostedChat {
  to: string;
  body: unknown;
}

const programBody = z.object({ data: z.object({ id: z.string(), title: z.string() }) });

/** What only an event's number and a user are known of, until the judge has read the rows. */
export const ofEvent = (n: string | number, user: string): string => `event ${n} to ${user}`;

/** A program is told the dispatch. Other chats get texts alone, which name the event, at an address that names the user. */
export function readChat({ to, body }: PostedChat): Read {
  const { data: program } = programBody.safeParse(body);
  if (program !== undefined)
    return { dispatch: uuidIn("dsp", program.data.id), to: "chat", title: program.data.title };
  const title = /\bn\d+\b/.exec(JSON.stringify(body))?.[0] ?? "";
  const user = /usr_\d+/.exec(to)?.[0] ?? "";
  return { dispatch: ofEvent(title.slice(1), user), to: "chat", title };
}

export const readWebhook = ({ id, body }: Received): Read => ({
  dispatch: uuidIn("whm", id),
  to: "webhook",
  title: body.type,
});
