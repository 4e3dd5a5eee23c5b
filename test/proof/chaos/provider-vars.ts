import { VAPID_VARS } from "../../channels/push/webpush-fixture.ts";
import { serviceAccountOf } from "../../support/sandbox/fcm/account.ts";
import { RESEND_KEY } from "../../support/sandbox/resend.ts";
import { SES_KEY } from "../../support/sandbox/ses.ts";
import { TWILIO_FROM, TWILIO_SID, TWILIO_TOKEN } from "../../support/sandbox/twilio.ts";
import {
  VONAGE_FROM,
  VONAGE_KEY,
  VONAGE_SECRET,
  VONAGE_SIGNATURE_SECRET,
} from "../../support/sandbox/vonage.ts";
import type { Provider } from "./faults.ts";

/** Where the service believes to be. Reports are signed with it. */
export const PUBLIC_URL = "https://tidings.test";

/** Where customers' receivers are. */
export const HOOKS_HOST = "hooks.example.com";
export const CHAT_HOST = "chat.example.com";

/** The variables with which the service finds its providers. */
export const providerVars = (urls: Readonly<Record<Provider, string>>): Record<string, string> => ({
  PUBLIC_URL,
  PUSH_PROVIDERS: "expo,fcm,webpush",
  EXPO_BASE_URL: urls.expo,
  FCM_SERVICE_ACCOUNT: JSON.stringify(serviceAccountOf("tidings-test")),
  ...VAPID_VARS,
  EMAIL_PROVIDERS: "ses,resend",
  EMAIL_FROM: "Tidings <notifications@tidings.example>",
  SES_ENDPOINT: urls.ses,
  SES_ACCESS_KEY_ID: SES_KEY.accessKeyId,
  SES_SECRET_ACCESS_KEY: SES_KEY.secretAccessKey,
  // Pacing is tested elsewhere; here it would only cost time.
  SES_RATE_PER_SECOND: "200",
  RESEND_BASE_URL: urls.resend,
  RESEND_API_KEY: RESEND_KEY,
  SMS_PROVIDERS: "twilio,vonage",
  SMS_COUNTRIES: "NO",
  SMS_LIMIT_PER_HOUR: "20",
  SMS_ORG_DAILY_LIMIT: "100000",
  TWILIO_ACCOUNT_SID: TWILIO_SID,
  TWILIO_AUTH_TOKEN: TWILIO_TOKEN,
  TWILIO_FROM,
  VONAGE_API_KEY: VONAGE_KEY,
  VONAGE_API_SECRET: VONAGE_SECRET,
  VONAGE_FROM,
  VONAGE_SIGNATURE_SECRET,
  // What has no variable for its address is led there by the wrapper, by its host.
  CHAOS_ROUTES: JSON.stringify({
    "fcm.googleapis.com": urls.fcm,
    "oauth2.googleapis.com": urls.fcm,
    "updates.push.services.mozilla.com": urls.webpush,
    "api.twilio.com": urls.twilio,
    "api.nexmo.com": urls.vonage,
    "hooks.slack.com": urls.chats,
    "discord.com": urls.chats,
    [CHAT_HOST]: urls.chats,
    [HOOKS_HOST]: urls.hooks,
  }),
});
