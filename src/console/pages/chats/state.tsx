import { brokenText, statusOf } from "../../../channels/chat/standing.ts";
import type { ChatConnection } from "../../../db/schema/index.ts";
import { Badge, Notice } from "../../components/text.tsx";

const STATES = {
  active: { tone: "good", text: "active" },
  paused: { tone: "info", text: "paused" },
  broken: { tone: "bad", text: "refuses" },
} as const;

/** Whether a connection gets messages. */
export const ChatState = ({ connection }: { connection: ChatConnection }) => {
  const { tone, text } = STATES[statusOf(connection)];
  return <Badge tone={tone}>{text}</Badge>;
};

/** Why a connection gets nothing, and how to mend it. */
export function Broken({ connection }: { connection: ChatConnection }) {
  const { broken_code } = connection;
  if (broken_code !== null)
    return (
      <Notice tone="bad" title={`The chat refuses: ${brokenText(broken_code)}.`}>
        Nothing is sent there, and messages go their fallback's way. Mend it below, or there; then send a
        test: one that works makes it active again.
      </Notice>
    );
  return statusOf(connection) === "paused" ? (
    <Notice tone="info" title="It is paused.">
      Nothing is sent there until you resume.
    </Notice>
  ) : null;
}
