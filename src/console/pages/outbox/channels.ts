import type { OutboxMessage } from "../../../dev-outbox/message.ts";
import type { IconName } from "../../layout/icons.tsx";

type Content = OutboxMessage["content"];
type Name = Content["channel"];

export const CHANNEL_NAMES = {
  email: "E-mail",
  push: "Push",
  in_app: "In the app",
  sms: "SMS",
  chat: "Chat",
} as const satisfies Record<Name, string>;

export const CHANNEL_ICONS = {
  email: "messages",
  push: "push",
  in_app: "outbox",
  sms: "push",
  chat: "messages",
} as const satisfies Record<Name, IconName>;

/** What one sees first of a message. */
export const titleOf = ({ channel, message }: Content): string => {
  if (channel === "sms") return `A text message from ${message.from}`;
  const title = channel === "email" ? message.subject : message.title;
  return title || (channel === "push" && message.body === null ? "A silent push" : "Without a title");
};

/** How it begins, in one line. A mail's text may begin with the subject, underlined. */
export function beginningOf(content: Content): string {
  const { message } = content;
  const text = ("text" in message ? message.text : (message.body ?? "")).trim();
  const title = titleOf(content);
  return (text.startsWith(title) ? text.slice(title.length) : text)
    .replaceAll(/^[=-]{3,}$/gmu, "")
    .replaceAll(/\s+/gu, " ")
    .trim()
    .slice(0, 240);
}
