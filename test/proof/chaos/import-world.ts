import { z } from "zod";
import { DAY } from "../../../src/lib/clock.ts";
import { fcmTokenOf } from "../../support/sandbox/fcm/account.ts";
import type { ChaosClock } from "./clock.ts";
import { EVENT_TYPES, type EventType } from "./plan.ts";
import { CHAT_HOST, HOOKS_HOST } from "./provider-vars.ts";
import type { Sandboxes } from "./sandboxes.ts";
import type { Answer } from "./worker.ts";
import { phoneOf, type User, type World } from "./world.ts";

/** Chosen so that only one reminder step falls into a run: 14 days before expiry, on the second morning. */
const CERTIFICATE_DAYS = 15.5;

type Call = (method: string, path: string, body: unknown) => Promise<Answer | null>;
type Put = (path: string, body: unknown) => Promise<unknown>;

const DEVICES = "/api/v1/notifications/device-tokens";

/** Creates the world through the API, before any faults. */
export async function importWorld(
  world: World,
  sandboxes: Sandboxes,
  clock: ChaosClock,
  call: Call,
): Promise<void> {
  const put: Put = async (path, body) => {
    const answer = await call("POST", path, body);
    if (answer === null || answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer?.body)}`);
    return answer.body;
  };
  const expires = new Date(clock.now() + CERTIFICATE_DAYS * DAY).toISOString();
  const directory: Record<string, object[]> = {
    orgs: world.orgs.map((id) => ({ id, name: id })),
    users: world.users.map(({ id, org, hasEmail, hasPhone }) => ({
      ...{ id, org_id: org, name: id, email: `${id}@example.com`, email_verified: hasEmail },
      ...(hasPhone && { phone: phoneOf({ id }), phone_verified: true }),
    })),
    certifications: world.users
      .filter((user) => user.hasCertificate)
      .map(({ id, org }) => ({
        ...{ id: `cert_${id}`, user_id: id, org_id: org, name: "First aid", expires_at: expires },
      })),
    "peer-mentors": world.mentors.map(({ id, coordinator }) => ({
      ...{ id, full_name: id, coordinator_id: coordinator, current_status: "active" },
    })),
  };
  for (const [name, items] of Object.entries(directory))
    if (items.length > 0) await put(`/api/v1/directory/${name}?notify=false`, { items });
  await importTypes((path, body) => call("PUT", path, body));
  for (const user of world.users) {
    await importDevices(user, sandboxes, put);
    if (user.chat !== null) await put("/api/v1/chat-connections", connectionOf(user, user.chat));
  }
  for (const org of hearing(world)) {
    const url = `https://${HOOKS_HOST}/${org}`;
    const { secret } = endpointMade.parse(await put(`/api/v1/webhook-endpoints?org_id=${org}`, { url }));
    sandboxes.hooks.secrets.push(secret);
  }
}

const endpointMade = z.object({ secret: z.string() });

/** The organizations that get webhooks: half of them. */
export const hearing = ({ orgs }: Pick<World, "orgs">): readonly string[] =>
  orgs.slice(0, Math.ceil(orgs.length / 2));

async function importDevices(user: User, sandboxes: Sandboxes, put: Put): Promise<void> {
  const { id, tokens, device, other } = user;
  for (const token of tokens) {
    await put(DEVICES, { user_id: id, token, platform: "ios" });
    if (device === "dead") sandboxes.expo.settings.ticketErrors.set(token, "DeviceNotRegistered");
    if (device === "dead_later") sandboxes.expo.settings.receiptErrors.set(token, "DeviceNotRegistered");
  }
  if (other === "fcm") {
    const token = fcmTokenOf(id);
    tokens.push(token);
    await put(DEVICES, { user_id: id, token, platform: "android", provider: "fcm" });
    if (device === "dead") sandboxes.fcm.settings.tokenErrors.set(token, "UNREGISTERED");
  }
  if (other === "webpush") {
    const subscription = await sandboxes.webpush.subscribe();
    tokens.push(subscription.endpoint);
    await put(DEVICES, { user_id: id, ...subscription });
    if (device === "dead") sandboxes.webpush.unsubscribe(subscription.endpoint);
  }
}

/** A connection whose address names its user, since that is all that a chat is told of a message's recipient. */
function connectionOf({ id }: User, kind: NonNullable<User["chat"]>): object {
  const urls = {
    slack_webhook: `https://hooks.slack.com/services/T0/B0/${id}`,
    discord: `https://discord.com/api/webhooks/${id.slice(4)}1/${id}`,
    webhook: `https://${CHAT_HOST}/in`,
  };
  return { user_id: id, kind, name: "A chat", url: urls[kind] };
}

const STEPS: Readonly<Record<EventType, readonly object[]>> = {
  chaos_sms: [{ channel: "sms" }],
  chaos_chat: [{ channel: "chat" }],
  chaos_steps: [{ channel: "chat" }, { channel: "sms", wait: 600 }],
};

const WORDS = { sms: { text: "n{{ data.n }}" }, chat: { title: "n{{ data.n }}", body: "Chaos." } };

async function importTypes(put: (path: string, body: unknown) => Promise<Answer | null>): Promise<void> {
  for (const type of EVENT_TYPES) {
    const made = await put(`/api/v1/types/${type}`, {
      name: type,
      category: "chaos",
      channels: STEPS[type],
      sample: { n: 1 },
    });
    if (made === null || made.status >= 300) throw new Error(`${type}: ${JSON.stringify(made?.body)}`);
    for (const [channel, words] of Object.entries(WORDS)) {
      if (!JSON.stringify(STEPS[type]).includes(channel)) continue;
      const said = await put(`/api/v1/wordings/${type}/${channel}/en`, words);
      if (said === null || said.status >= 300) throw new Error(`${type}: ${JSON.stringify(said?.body)}`);
    }
  }
}
