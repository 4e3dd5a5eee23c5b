import type { Clock } from "../../../../lib/clock.ts";
import { byApp, url } from "../../../../config/variables.ts";
import type { AccessTokens } from "../../../send-kit/access-tokens/access-tokens.ts";
import type { Fetch } from "../../../send-kit/http.ts";
import { PUSH_OPTIONS } from "../../options.ts";
import { nameOf, type PushProvider } from "../../provider.ts";
import { definePushProvider } from "../definition.ts";
import { minter } from "./access.ts";
import { type ServiceAccount, serviceAccount, serviceAccountText } from "./account.ts";
import { sendMessages } from "./send.ts";
import { isCertainlyFcmToken, isFcmToken } from "./token.ts";

export interface FcmOptions {
  /** Null for the default app. */
  app: string | null;
  account: ServiceAccount;
  /** Without a trailing slash, such as `https://fcm.googleapis.com`. */
  baseUrl: string;
  fetch: Fetch;
  clock: Pick<Clock, "now">;
  accessTokens: AccessTokens;
  /** Milliseconds for a request and its answer; 10 s if left out. */
  timeoutMs?: number;
}

/**
 * Firebase Cloud Messaging, HTTP v1: one request for each device. It has no idempotency key: after a time-out it may have taken
 * the message. A repeat replaces it on the device.
 */
export function createFcmProvider({
  app,
  account,
  baseUrl,
  accessTokens,
  ...http
}: FcmOptions): PushProvider {
  const { client_email, private_key_id = "" } = account;
  const access = accessTokens(`fcm ${client_email} ${private_key_id}`, minter({ account, ...http }));
  const options = { ...http, access, url: `${baseUrl}/v1/projects/${account.project_id}/messages:send` };
  return {
    name: nameOf({ provider: "fcm", app }),
    devices: "own",
    options: PUSH_OPTIONS,
    // FCM takes 600,000 a minute from a project, if it is not asked for another quota. At most 8,000 + 1,000 go in any second.
    pace: { ratePerSecond: 8_000, burst: 1_000 },
    maxPerRequest: 50,
    sendsSingly: true,
    prepare: async () => void (await access.get()),
    send: (messages) => sendMessages(options, messages),
  };
}

export const fcm = definePushProvider({
  variables: {
    FCM_BASE_URL: url.default("https://fcm.googleapis.com"),
    /** The key file of the service account, as JSON. */
    FCM_SERVICE_ACCOUNT: serviceAccountText.optional(),
    /** Further apps by name, each with its key file. */
    FCM_SERVICE_ACCOUNTS: byApp(serviceAccount).optional(),
  },
  credentials: {},
  oneOf: ["FCM_SERVICE_ACCOUNT", "FCM_SERVICE_ACCOUNTS"],
  tokens: {
    accepts: isFcmToken,
    isCertain: isCertainlyFcmToken,
    needsKeys: false,
    name: "a registration token of FCM",
  },
  create: (v, { fetch, clock, timeoutMs, accessTokens }) => {
    const shared = { fetch, clock, timeoutMs, accessTokens, baseUrl: v.FCM_BASE_URL };
    return [
      ...(v.FCM_SERVICE_ACCOUNT === undefined
        ? []
        : [createFcmProvider({ ...shared, app: null, account: v.FCM_SERVICE_ACCOUNT })]),
      ...Object.entries(v.FCM_SERVICE_ACCOUNTS ?? {}).map(([app, account]) =>
        createFcmProvider({ ...shared, app, account }),
      ),
    ];
  },
});
