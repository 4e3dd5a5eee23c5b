import type { ChatConnection } from "../../../db/schema/index.ts";
import { Card } from "../../components/boxes.tsx";
import { Empty } from "../../components/text.tsx";
import type { Viewer } from "../../viewer.ts";
import { ChatTable } from "../chats/list.tsx";
import { CHATS, pathForChats } from "../chats/owner.ts";

/** Where a person is sent chat messages. */
export function ChatsCard({
  userId,
  connections,
  viewer,
  mayAdd,
}: {
  userId: string;
  connections: readonly ChatConnection[];
  viewer: Viewer;
  /** An org_admin may not say where a person's messages go. */
  mayAdd: boolean;
}) {
  const add = pathForChats(`${CHATS}/new`, { userId });
  return (
    <Card title="Chats" flush actions={mayAdd && connections.length > 0 && <a href={add}>Connect another</a>}>
      {connections.length === 0 ? (
        <Empty title="No chats">
          {mayAdd ? (
            <>
              <a href={add}>Connect one</a>, or let
            </>
          ) : (
            "Let"
          )}{" "}
          your app do it with <code>POST /api/v1/chat-connections</code>.
        </Empty>
      ) : (
        <ChatTable rows={connections} viewer={viewer} />
      )}
    </Card>
  );
}
