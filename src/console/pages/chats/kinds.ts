import { FIELDS, type GivenAddress } from "../../../channels/chat/address.ts";
import type { ChatKind } from "../../../db/schema/index.ts";

/** The kinds of chats as people call them, in the order of the form. */
export const KINDS = {
  slack_bot: "Slack, by a bot",
  slack_webhook: "Slack, by an incoming webhook",
  teams: "Microsoft Teams",
  discord: "Discord",
  webhook: "A program of yours",
} as const satisfies Record<ChatKind, string>;

export type AddressField = keyof GivenAddress;

/** A field of an address in a form. */
export interface AddressText {
  label: string;
  hint: string;
  /** What becomes of it in a new connection when it is left empty. */
  ifEmpty?: string;
  placeholder?: string;
}

/** What each kind asks for, and where one finds it. */
const TEXTS: { readonly [K in ChatKind]: { readonly [F in (typeof FIELDS)[K][number]]: AddressText } } = {
  slack_bot: {
    token: {
      label: "Bot token",
      hint: "xoxb-…, of your Slack app under OAuth & Permissions. It needs the scope chat:write.",
    },
    channel: {
      label: "Channel",
      hint: "The id of a channel or a user: at the end of “View channel details”. Invite the bot there.",
      placeholder: "C024BE91L",
    },
  },
  slack_webhook: {
    url: {
      label: "URL",
      hint: "Of your Slack app under Incoming Webhooks.",
      placeholder: "https://hooks.slack.com/services/…",
    },
  },
  teams: {
    url: {
      label: "URL",
      hint: "Of a workflow that posts to a channel when a webhook request is received.",
      placeholder: "https://….logic.azure.com/…",
    },
  },
  discord: {
    url: {
      label: "URL",
      hint: "Of the channel's settings under Integrations, Webhooks.",
      placeholder: "https://discord.com/api/webhooks/…",
    },
  },
  webhook: {
    url: { label: "URL", hint: "https, a public host.", placeholder: "https://example.com/in" },
    signing_secret: {
      label: "Signing secret",
      hint: "whsec_… of Standard Webhooks.",
      ifEmpty: "Left empty, one is made, and shown once.",
    },
  },
};

/** The fields of a kind, in order. */
export const fieldsFor = (kind: ChatKind): (AddressText & { field: AddressField })[] => {
  const texts: { readonly [F in AddressField]?: AddressText } = TEXTS[kind];
  return FIELDS[kind].flatMap((field) => {
    const text = texts[field];
    return text === undefined ? [] : [{ field, ...text }];
  });
};

/** The name of a field in a form that has those of all kinds. */
export const inputName = (kind: ChatKind, field: AddressField): string => `${kind}.${field}`;

/** What is shown again in a form that was refused: all else is a secret, and is typed anew. */
export const isShown = (field: AddressField): boolean => field === "channel";
