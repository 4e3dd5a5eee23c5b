import { DAY } from "../../../src/lib/clock.ts";
import type { Answer } from "./worker.ts";
import type { ChaosClock } from "./clock.ts";
import type { Size } from "./plan.ts";
import type { Sandboxes } from "./sandboxes.ts";

/** A recipient, with the reasons why messages may not reach them. */
export interface User {
  id: string;
  org: string;
  tokens: readonly string[];
  /** Whether e-mail reaches them. */
  hasEmail: boolean;
  /** `dead`: Expo reports the device as gone at once. `dead_later`: only in its receipt. */
  device: "well" | "none" | "dead" | "dead_later";
  hasCertificate: boolean;
}

export interface World {
  users: readonly User[];
  orgs: readonly string[];
  mentors: readonly { id: string; coordinator: string }[];
}

/** Chosen so that only one reminder step falls into a run: 14 days before expiry, on the second morning. */
const CERTIFICATE_DAYS = 15.5;

export function createWorld({ users, orgs, mentors }: Size): World {
  const userOf = (n: number): User => {
    const id = `usr_${n}`;
    const kind = n % 25;
    const device = kind === 14 ? "none" : kind === 18 ? "dead" : kind === 22 ? "dead_later" : "well";
    const count = device === "none" ? 0 : device === "well" && n % 3 === 0 ? 2 : 1;
    return {
      id,
      org: `org_${n % orgs}`,
      tokens: Array.from({ length: count }, (_, i) => `ExponentPushToken[${id}-${i}]`),
      hasEmail: kind !== 16,
      device,
      hasCertificate: n % 4 === 0,
    };
  };
  return {
    users: Array.from({ length: users }, (_, n) => userOf(n)),
    orgs: Array.from({ length: orgs }, (_, n) => `org_${n}`),
    mentors: Array.from({ length: mentors }, (_, n) => ({ id: `pm_${n}`, coordinator: `usr_${n * 2}` })),
  };
}

type Call = (method: string, path: string, body: unknown) => Promise<Answer | null>;

/** Creates the world through the API, before any faults. */
export async function importWorld(
  world: World,
  sandboxes: Sandboxes,
  clock: ChaosClock,
  call: Call,
): Promise<void> {
  const put = async (path: string, body: unknown) => {
    const answer = await call("POST", path, body);
    if (answer === null || answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer?.body)}`);
  };
  const expires = new Date(clock.now() + CERTIFICATE_DAYS * DAY).toISOString();
  const directory: Record<string, object[]> = {
    orgs: world.orgs.map((id) => ({ id, name: id })),
    users: world.users.map(({ id, org, hasEmail }) => ({
      ...{ id, org_id: org, name: id, email: `${id}@example.com`, email_verified: hasEmail },
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
  for (const { id, tokens, device } of world.users)
    for (const token of tokens) {
      await put("/api/v1/notifications/device-tokens", { user_id: id, token, platform: "ios" });
      if (device === "dead") sandboxes.expo.settings.ticketErrors.set(token, "DeviceNotRegistered");
      if (device === "dead_later") sandboxes.expo.settings.receiptErrors.set(token, "DeviceNotRegistered");
    }
}
