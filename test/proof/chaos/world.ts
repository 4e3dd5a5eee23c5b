import type { Size } from "./plan.ts";

/** A recipient, with the reasons why messages may not reach them. */
export interface User {
  id: string;
  org: string;
  /** Of all their devices. Those of browsers are added when these subscribe. */
  tokens: string[];
  /** Whether e-mail, and text messages, reach them. */
  hasEmail: boolean;
  hasPhone: boolean;
  /** Where their chats go. */
  chat: "slack_webhook" | "discord" | "webhook" | null;
  /** Beside what is in `device`: a phone by FCM, or a browser. */
  other: "fcm" | "webpush" | null;
  /** `dead`: its push service reports the device as gone at once. `dead_later`: Expo, only in its receipt. */
  device: "well" | "none" | "dead" | "dead_later";
  hasCertificate: boolean;
}

export interface World {
  users: readonly User[];
  orgs: readonly string[];
  mentors: readonly { id: string; coordinator: string }[];
}

const CHATS = ["slack_webhook", "discord", "webhook", null] as const;

/** A mobile number of Norway. */
export const phoneOf = ({ id }: Pick<User, "id">): string => `+4741${id.slice(4).padStart(6, "0")}`;

export function createWorld({ users, orgs, mentors }: Size): World {
  const userOf = (n: number): User => {
    const id = `usr_${n}`;
    const kind = n % 25;
    // Those of kinds 10 and 12 have only a phone by FCM, or a browser, that is gone.
    const isDead = kind === 18 || kind === 10 || kind === 12;
    const device = kind === 14 ? "none" : isDead ? "dead" : kind === 22 ? "dead_later" : "well";
    const count = device === "none" ? 0 : device === "well" && n % 3 === 0 ? 2 : 1;
    const other = kind === 10 || n % 6 === 1 ? "fcm" : kind === 12 || n % 6 === 2 ? "webpush" : null;
    const isAlone = other !== null && (kind === 10 || kind === 12);
    return {
      id,
      org: `org_${n % orgs}`,
      tokens: Array.from({ length: isAlone ? 0 : count }, (_, i) => `ExponentPushToken[${id}-${i}]`),
      hasEmail: kind !== 16,
      hasPhone: kind !== 20,
      chat: CHATS[n % CHATS.length] ?? null,
      other: isAlone || device === "well" ? other : null,
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
