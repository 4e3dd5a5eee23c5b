import { PROVIDER_TIMEOUT_MS } from "../../../../config/provider.ts";
import { inTurn } from "../../../send-kit/verdict.ts";
import { nameOf, type PushProvider } from "../../provider.ts";
import { definePushProvider } from "../definition.ts";
import { sendMessage, type WebPushClientOptions } from "./client.ts";
import { faultsIn, keysOf, variables } from "./keys.ts";
import { WEB_PUSH_OPTIONS } from "./payload.ts";
import { createServiceOf, isEndpoint, type Service, SERVICES } from "./services.ts";
import { createAuthorize } from "./vapid.ts";

interface WebPushOptions extends WebPushClientOptions {
  app: string | null;
  service: Service;
}

/**
 * One of the browsers' push services, with the keys of one app. It has neither receipts nor ids that mean anything to us. After
 * a time-out it may have taken the message: a repeat has the same topic and tag, and so replaces it.
 */
export function createWebPushProvider({ app, service, ...client }: WebPushOptions): PushProvider {
  const { clock, serviceOf, timeoutMs = PROVIDER_TIMEOUT_MS } = client;
  return {
    name: nameOf({ provider: `webpush-${service}`, app }),
    devices: "own",
    part: {
      of: nameOf({ provider: "webpush", app }),
      has: (endpoint) => serviceOf(endpoint) === service,
    },
    options: WEB_PUSH_OPTIONS,
    // No service names a limit of all messages. A Worker's six connections make about a hundred requests a second.
    pace: { ratePerSecond: 500, burst: 500 },
    maxPerRequest: 100,
    sendsSingly: true,
    send(messages) {
      const until = clock.now() + 2 * timeoutMs;
      return inTurn(
        messages,
        (message) => sendMessage(client, message),
        () => clock.now() >= until,
      );
    },
  };
}

export const webpush = definePushProvider({
  variables,
  credentials: {},
  faults: faultsIn,
  tokens: {
    accepts: isEndpoint,
    isCertain: isEndpoint,
    needsKeys: true,
    name: "the endpoint of a Web Push subscription at a known push service",
  },
  create(v, { fetch, clock, timeoutMs }) {
    const serviceOf = createServiceOf(v.WEB_PUSH_HOSTS);
    return [...keysOf(v)].flatMap(([app, keys]) => {
      const shared = { fetch, clock, timeoutMs, serviceOf, authorize: createAuthorize(keys, clock), app };
      return SERVICES.map((service) => createWebPushProvider({ ...shared, service }));
    });
  },
});
