import { pathFor } from "../owner.ts";

const CHANNEL_NAMES: Readonly<Record<string, string>> = {
  push: "Push",
  email: "E-mail",
  in_app: "In-app",
  sms: "SMS",
  chat: "Chat",
};

/** A channel as people call it. */
export const channelName = (channel: string): string => CHANNEL_NAMES[channel] ?? channel;

/** The beginning of a text that may be long. */
export const shortened = (text: string, most: number): string =>
  text.length <= most
    ? text
    : `${text
        .slice(0, most - 1)
        .toWellFormed()
        .trimEnd()}…`;

/** The page of a person. */
export const personPath = (userId: string): string => `/console/people/${encodeURIComponent(userId)}`;

/** The page of a type, as the organization has or inherits it. */
export const typePath = (type: string, orgId: string | null): string =>
  pathFor(`/console/types/${encodeURIComponent(type)}`, orgId ?? "");
