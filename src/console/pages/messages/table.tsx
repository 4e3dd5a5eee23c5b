import { printId } from "../../../lib/ids.ts";
import type { Linked } from "../../../log/read.ts";
import { type Column, Table } from "../../components/boxes.tsx";
import { channelName, personPath, shortened } from "../../components/names.ts";
import { Badge, Status, Time } from "../../components/text.tsx";
import type { Viewer } from "../../viewer.ts";

/** A longer title is cut: the message's own page has it whole. */
const MAX_TITLE = 80;
const MAX_ID = 40;

const linkTo = ({ id }: Pick<Linked, "id">): string => `/console/messages/${printId("dsp", id)}`;

/** A list of messages. @param isOfOne all are to one person, who is not named again */
export function MessageTable({
  label,
  messages,
  viewer,
  isOfOne = false,
}: {
  label: string;
  messages: readonly Linked[];
  viewer: Viewer;
  isOfOne?: boolean;
}) {
  const recipient: Column<Linked> = {
    head: "To",
    cell: ({ user_id }) => <a href={personPath(user_id)}>{shortened(user_id, MAX_ID)}</a>,
  };
  const columns: readonly Column<Linked>[] = [
    {
      head: "Message",
      cell: (message) => (
        <>
          <a href={linkTo(message)}>{shortened(message.title ?? message.type, MAX_TITLE)}</a>
          {message.title !== null && <div class="small muted">{message.type}</div>}
        </>
      ),
    },
    {
      head: "Status",
      cell: ({ status, mark, error_code }) => (
        <>
          <span class="row">
            <Status status={status} />
            {mark !== null && <Badge>{mark}</Badge>}
          </span>
          {error_code !== null && <div class="small muted">{error_code}</div>}
        </>
      ),
    },
    { head: "Channel", cell: ({ channel }) => channelName(channel) },
    ...(isOfOne ? [] : [recipient]),
    {
      head: "Created",
      cell: ({ created_at }) => (
        <span class="nowrap">
          <Time at={created_at} viewer={viewer} />
        </span>
      ),
    },
  ];
  return <Table label={label} columns={columns} rows={messages} />;
}
