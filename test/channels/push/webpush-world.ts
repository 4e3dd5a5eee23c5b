import { env } from "cloudflare:workers";
import type { Harness } from "../../support/harness.ts";
import { createWebPushSandbox, type Subscription } from "../../support/sandbox/webpush.ts";
import { VAPID_VARS } from "./webpush-fixture.ts";

const BASE = "/api/v1/notifications";
export const DEVICES = `${BASE}/device-tokens`;
/** Another pair, of an app by name. */
export const SHOP = {
  public_key: "BJY6DCZJY044db-DY-LiPz5wMAG9k7i8Ge2wn69koBEY59r_-l_SQOqbNzOUU606bXtF6-z3T1mqRuTGSk36sl8",
  private_key: "AEbPKNTr7ao_bx8zL0g1eh4x6Q2R64OVzmiVRAW0OFw",
};
export const VARS = {
  PUSH_PROVIDERS: "expo,webpush",
  ...VAPID_VARS,
  VAPID_KEYS: JSON.stringify({ shop: SHOP }),
};

/** Mozilla's and Apple's push services, as this service reaches them. */
export function givenServices(h: Harness) {
  const mozilla = createWebPushSandbox({ now: h.clock.now });
  const apple = createWebPushSandbox({ now: h.clock.now, origin: "https://web.push.apple.com" });
  h.hosts.set("updates.push.services.mozilla.com", mozilla.fetch);
  h.hosts.set("web.push.apple.com", apple.fetch);
  return { mozilla, apple };
}

export const register = (
  h: Harness,
  user_id: string,
  subscription: Partial<Subscription>,
  more: object = {},
) => h.request("POST", DEVICES, { body: { user_id, ...subscription, ...more } });

export const push = (h: Harness, user_id: string, more: object = {}) =>
  h.request("POST", BASE, { body: { user_id, title: "Hello", body: "You", ...more } });

export const tokensOf = async (h: Harness, user: string): Promise<unknown[]> =>
  (await h.request("GET", `${DEVICES}?user_id=${user}`)).body.tokens.map(
    ({ token }: { token: unknown }) => token,
  );

export const deviceOf = (token: string) =>
  env.DB.prepare("SELECT * FROM device_tokens WHERE token = ?").bind(token).first<Record<string, unknown>>();
