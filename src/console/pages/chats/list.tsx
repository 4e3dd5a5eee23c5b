import { listConnections, MAX_OF_ORG } from "../../../channels/chat/connections.ts";
import type { ChatOwner } from "../../../channels/chat/owner.ts";
import type { ChatConnection } from "../../../db/schema/index.ts";
import { type Console, page, scopeIn } from "../../app-env.tsx";
import { Card, Table } from "../../components/boxes.tsx";
import { Button, ButtonLink } from "../../components/buttons.tsx";
import { TextField } from "../../components/form.tsx";
import { personPath, shortened } from "../../components/names.ts";
import { Empty, Time } from "../../components/text.tsx";
import { noticeIn } from "../../notices.ts";
import { ownOf } from "../../owner.ts";
import { type Viewer, viewerOf } from "../../viewer.ts";
import { KINDS } from "./kinds.ts";
import { chatOwnerIn, chatPath, CHATS, pathForChats } from "./owner.ts";
import { ChatState } from "./state.tsx";

const MAX_NAME = 60;

/** Connections as a table; of a person's, the page has another heading. */
export const ChatTable = ({ rows, viewer }: { rows: readonly ChatConnection[]; viewer: Viewer }) => (
  <Table
    label="List of chat connections"
    rows={rows}
    columns={[
      { head: "Name", cell: ({ id, name }) => <a href={chatPath(id)}>{shortened(name, MAX_NAME)}</a> },
      { head: "Chat", cell: ({ kind }) => KINDS[kind] },
      { head: "State", cell: (connection) => <ChatState connection={connection} /> },
      {
        head: "Made",
        cell: ({ created_at }) => (
          <span class="nowrap">
            <Time at={created_at} viewer={viewer} />
          </span>
        ),
      },
    ]}
  />
);

const leadFor = (owner: ChatOwner | null) => {
  if (owner === null) return "Where organizations and people are sent chat messages.";
  if ("orgId" in owner) return `Where ${owner.orgId} is sent chat messages: Slack, Teams, Discord, programs.`;
  return (
    <>
      Where <a href={personPath(owner.userId)}>{owner.userId}</a> is sent chat messages: the oldest that works
      gets them.
    </>
  );
};

const Nothing = ({ owner, add }: { owner: ChatOwner | null; add: string }) =>
  owner === null ? (
    <Empty title="Whose chats?">
      Name an organization above. Those of a person are on the person's page.
    </Empty>
  ) : (
    <Empty title="No chat is connected yet">
      <a href={add}>Connect one</a>: a channel of Slack, Microsoft Teams or Discord, or a program of yours.
      {"orgId" in owner && " Then name it as a recipient of an event."}
    </Empty>
  );

export function register(pages: Console): void {
  // One round trip: an owner has no more than fit on a page.
  pages.get("/chats", async (c) => {
    const owner = chatOwnerIn(c);
    const all = { limit: MAX_OF_ORG, after: "" };
    const rows = owner === null ? [] : await listConnections(c.get("ctx"), scopeIn(c), owner, all);
    const add = pathForChats(`${CHATS}/new`, owner);
    return page(c, {
      title: "Chats",
      section: CHATS,
      lead: leadFor(owner),
      notice: noticeIn(c),
      actions: owner !== null && (
        <ButtonLink href={add} look="primary">
          Connect a chat
        </ButtonLink>
      ),
      children: (
        <>
          <form class="filters" method="get" action={CHATS}>
            <TextField
              name="org_id"
              label="Organization"
              value={c.req.query("org_id")}
              hint={scopeIn(c).kind === "org" ? `Empty: ${ownOf(scopeIn(c))}.` : "Its id."}
              search
            />
            <Button>Show</Button>
          </form>
          <Card flush>
            {rows.length > 0 ? (
              <ChatTable rows={rows} viewer={viewerOf(c)} />
            ) : (
              <Nothing owner={owner} add={add} />
            )}
          </Card>
        </>
      ),
    });
  });
}
