import { messagesQuery } from "../../../api/events/schemas.ts";
import { CHANNELS, STATUSES } from "../../../db/schema/index.ts";
import type { PageById } from "../../../events/read.ts";
import { nextPage } from "../../../http/id-cursor.ts";
import { printId } from "../../../lib/ids.ts";
import type { Linked } from "../../../log/read.ts";
import { SERVICE } from "../../../preferences/org-settings.ts";
import { Card, Pager, Table } from "../../components/boxes.tsx";
import { Button } from "../../components/buttons.tsx";
import { Select } from "../../components/form.tsx";
import { channelName, personPath } from "../../components/names.ts";
import { Empty, Status, Time } from "../../components/text.tsx";
import { pathFor, queryFor } from "../../owner.ts";
import type { Viewer } from "../../viewer.ts";

/** Messages on a page. */
export const MESSAGES = 25;

/** Which messages an event's page shows. */
export const messagesOfPage = messagesQuery.omit({ limit: true });

/** The messages that a page shows, and which of them were asked for. */
export interface Shown {
  messages: PageById<Linked>;
  status: string | undefined;
  channel: string | undefined;
  cursor: string | undefined;
}

/** An event's messages, page by page. @param id as it is printed */
export const Messages = ({ id, shown, viewer }: { id: string; shown: Shown; viewer: Viewer }) => {
  const { messages, status, channel, cursor } = shown;
  const path = `/console/events/${id}`;
  const { next_cursor } = nextPage(MESSAGES, messages.next);
  const isFiltered = status !== undefined || channel !== undefined;
  return (
    <Card title="Messages" id="messages" flush>
      <div class="pad">
        <form class="filters" method="get" action={path} data-filters>
          <Select
            name="status"
            label="Status"
            value={status}
            options={[["", "Any"], ...STATUSES.map((one) => [one, one] as const)]}
          />
          <Select
            name="channel"
            label="Channel"
            value={channel}
            options={[["", "Any"], ...CHANNELS.map((one) => [one, channelName(one)] as const)]}
          />
          <Button>Show</Button>
        </form>
      </div>
      {messages.rows.length > 0 ? (
        <Table
          label="List of messages"
          rows={messages.rows}
          columns={[
            {
              head: "Message",
              cell: (one) => {
                const printed = printId("dsp", one.id);
                return (
                  <a href={`/console/messages/${printed}`}>
                    <code>{printed}</code>
                  </a>
                );
              },
            },
            {
              head: "Recipient",
              cell: ({ user_id }) => <a href={personPath(user_id)}>{user_id}</a>,
            },
            { head: "Channel", cell: (one) => channelName(one.channel) },
            { head: "Status", cell: (one) => <Status status={one.status} /> },
            { head: "Due", cell: ({ due_at }) => <Time at={due_at} viewer={viewer} /> },
            { head: "Sent", cell: ({ sent_at }) => <Time at={sent_at} viewer={viewer} /> },
            {
              head: "Reason",
              cell: ({ error, error_code }) => error_code && <span title={error ?? ""}>{error_code}</span>,
            },
          ]}
        />
      ) : messages.next !== null ? (
        <Empty title="None among these">Later ones may fit: go on with “Next”.</Empty>
      ) : isFiltered ? (
        <Empty title="No message fits">
          <a href={path}>Show all messages</a>
        </Empty>
      ) : (
        <Empty title="It has no messages">The reasons above say why.</Empty>
      )}
      <Pager
        path={path}
        first={pathFor(path, SERVICE, { status, channel })}
        isFirst={cursor === undefined}
        next={next_cursor === undefined ? null : queryFor(SERVICE, { status, channel, cursor: next_cursor })}
        names={["First", "Next"]}
      />
    </Card>
  );
};
