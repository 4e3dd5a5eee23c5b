import { createChatSandbox } from "../../support/sandbox/chats.ts";
import { createExpoSandbox, type ExpoSandbox } from "../../support/sandbox/expo.ts";
import type { AcceptedPush } from "../../support/sandbox/expo-state.ts";
import { createFcmSandbox, type FcmSandbox } from "../../support/sandbox/fcm/index.ts";
import { createReceiver, type Received } from "../../support/sandbox/receiver.ts";
import { createResendSandbox } from "../../support/sandbox/resend.ts";
import { createSesSandbox } from "../../support/sandbox/ses.ts";
import type { AcceptedEmail } from "../../support/sandbox/steer.ts";
import { type AcceptedText, createTwilioSandbox } from "../../support/sandbox/twilio.ts";
import { createVonageSandbox } from "../../support/sandbox/vonage.ts";
import { createWebPushSandbox, type WebPushSandbox } from "../../support/sandbox/webpush.ts";
import type { ChaosClock } from "./clock.ts";
import type { Sandbox } from "./providers.ts";
import {
  type PostedChat,
  readChat,
  readEmail,
  readFcm,
  readPush,
  readText,
  readWebhook,
  readWebPush,
} from "./read-sandboxes.ts";

type FcmItem = FcmSandbox["accepted"][number];
type WebPushItem = WebPushSandbox["accepted"][number];

export interface Sandboxes {
  expo: Sandbox<AcceptedPush> & { settings: ExpoSandbox["settings"] };
  fcm: Sandbox<FcmItem> & { settings: FcmSandbox["settings"] };
  webpush: Sandbox<WebPushItem> & Pick<WebPushSandbox, "subscribe" | "unsubscribe">;
  ses: Sandbox<AcceptedEmail>;
  resend: Sandbox<AcceptedEmail>;
  twilio: Sandbox<AcceptedText> & Pick<ReturnType<typeof createTwilioSandbox>, "report" | "inbound">;
  vonage: Sandbox<AcceptedText> & Pick<ReturnType<typeof createVonageSandbox>, "report">;
  chats: Sandbox<PostedChat>;
  hooks: Sandbox<Received> & { secrets: string[] };
}

/** The providers without faults. Two for e-mail and for text messages, so that one can take over from the other. */
export function createSandboxes(clock: ChaosClock): Sandboxes {
  return {
    ...createPushSandboxes(clock),
    ...createMailSandboxes(clock),
    ...createTextSandboxes(),
    ...createReceivers(),
  };
}

function createPushSandboxes(clock: ChaosClock): Pick<Sandboxes, "expo" | "fcm" | "webpush"> {
  const expo = createExpoSandbox({ now: clock.now });
  const fcm = createFcmSandbox({ now: clock.now });
  const webpush = createWebPushSandbox({ now: clock.now });
  return {
    expo: {
      provider: "expo",
      fetch: expo.app.fetch,
      accepted: expo.accepted,
      settings: expo.settings,
      read: readPush,
      sends: (path) => path.endsWith("/push/send"),
    },
    fcm: {
      provider: "fcm",
      fetch: fcm.app.fetch,
      accepted: fcm.accepted,
      settings: fcm.settings,
      read: readFcm,
      sends: (path) => path.endsWith("messages:send"),
    },
    webpush: {
      provider: "webpush",
      fetch: webpush.app.fetch,
      accepted: webpush.accepted,
      subscribe: webpush.subscribe,
      unsubscribe: webpush.unsubscribe,
      read: readWebPush,
      sends: () => true,
      tellsByStatus: true,
    },
  };
}

function createMailSandboxes(clock: ChaosClock): Pick<Sandboxes, "ses" | "resend"> {
  const ses = createSesSandbox();
  const resend = createResendSandbox({ now: clock.now });
  return {
    ses: {
      provider: "ses",
      fetch: ses.app.fetch,
      accepted: ses.accepted,
      read: readEmail,
      sends: (path) => path.endsWith("/outbound-emails"),
    },
    resend: {
      provider: "resend",
      fetch: resend.app.fetch,
      accepted: resend.accepted,
      read: readEmail,
      sends: (path) => path.startsWith("/emails"),
    },
  };
}

function createTextSandboxes(): Pick<Sandboxes, "twilio" | "vonage"> {
  const { app, texts, report, inbound } = createTwilioSandbox();
  const vonage = createVonageSandbox();
  return {
    twilio: {
      ...{ provider: "twilio", fetch: app.fetch, accepted: texts, report, inbound },
      read: readText,
      sends: () => true,
    },
    vonage: {
      ...{ provider: "vonage", fetch: vonage.app.fetch, accepted: vonage.texts, report: vonage.report },
      read: readText,
      sends: () => true,
    },
  };
}

/** Receivers that customers own. */
function createReceivers(): Pick<Sandboxes, "chats" | "hooks"> {
  const chats = createChatSandbox();
  const receiver = createReceiver();
  return {
    chats: {
      ...{ provider: "chats", fetch: chats.app.fetch, accepted: chats.posted, read: readChat },
      sends: () => true,
      tellsByStatus: true,
    },
    hooks: {
      provider: "hooks",
      fetch: async (request) =>
        receiver.fetch(request.url, {
          method: "POST",
          headers: request.headers,
          body: await request.text(),
        }),
      accepted: receiver.received,
      secrets: receiver.secrets,
      read: readWebhook,
      sends: () => true,
      tellsByStatus: true,
    },
  };
}
