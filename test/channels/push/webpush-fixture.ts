import { createServiceOf } from "../../../src/channels/push/providers/webpush/services.ts";
import { createAuthorize } from "../../../src/channels/push/providers/webpush/vapid.ts";
import { createWebPushProvider } from "../../../src/channels/push/providers/webpush/index.ts";
import type { PushMessage } from "../../../src/channels/push/provider.ts";
import { createWebPushSandbox, type Subscription } from "../../support/sandbox/webpush.ts";

export const NOW = Date.UTC(2026, 2, 26, 8);

/** A pair that was made for the tests. */
export const VAPID = {
  publicKey: "BJJAyEu7BgsU-Yu7l2GRmneYBOfIAXfn2DZkrFBnA__A_bKbRIGGrR1IKFtyvGbZU__HLdyGdy1ZPE6Q0SYNX9o",
  privateKey: "hGQJVF3OGbIoPzOBTUt3447ofs_sc_rBAVWUsHkykIA",
  subject: "mailto:push@tidings.example",
};

/** The same as variables. */
export const VAPID_VARS = {
  VAPID_PUBLIC_KEY: VAPID.publicKey,
  VAPID_PRIVATE_KEY: VAPID.privateKey,
  VAPID_SUBJECT: VAPID.subject,
};

export const pushTo = (to: Subscription, over: Partial<PushMessage> = {}): PushMessage => ({
  token: to.endpoint,
  app: null,
  keys: to.keys,
  title: "Time to log your run!",
  body: "You haven't recorded an activity in 3 days.",
  data: null,
  options: {},
  collapseId: "01999999-0000-7000-8000-000000000001",
  expiresAt: null,
  ...over,
});

/** Mozilla's provider in front of a sandbox, both at the same time, which a test may change. */
export function createWorld({ timeoutMs, keys = VAPID }: { timeoutMs?: number; keys?: typeof VAPID } = {}) {
  const clock = {
    time: NOW,
    /** Milliseconds that each request takes. */
    perRequest: 0,
    now: () => clock.time,
  };
  const sandbox = createWebPushSandbox({ now: clock.now });
  const provider = createWebPushProvider({
    app: null,
    service: "mozilla",
    fetch: (url, init) => {
      clock.time += clock.perRequest;
      return sandbox.fetch(url, init);
    },
    clock,
    serviceOf: createServiceOf([]),
    authorize: createAuthorize(keys, clock),
    timeoutMs,
  });
  /** A message to a browser that has just subscribed. */
  const push = async (over: Partial<PushMessage> = {}) => pushTo(await sandbox.subscribe(), over);
  const pushes = (count: number) => Promise.all(Array.from({ length: count }, () => push()));
  return { clock, sandbox, provider, push, pushes };
}
