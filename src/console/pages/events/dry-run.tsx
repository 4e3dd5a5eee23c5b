import { printId } from "../../../lib/ids.ts";
import { Card, Table } from "../../components/boxes.tsx";
import { channelName } from "../../components/names.ts";
import { Badge } from "../../components/text.tsx";
import { figure } from "../../figures.ts";
import { Reasons } from "./reasons.tsx";
import { again, channelsOf, isMoving, type Seen } from "./state.ts";

/** What a dry run has found: how many would get it, and why others would not. It asks again while it runs. */
export function DryRun({ seen, now }: { seen: Seen; now: number }) {
  const { event } = seen;
  const moves = isMoving(seen, now);
  return (
    <div
      class="stack"
      id="dry-run"
      {...(moves && again(`/console/events/${printId("evt", event.id)}/dry-run`))}
    >
      <Card title="Dry run" actions={<Badge tone="info">nothing is sent</Badge>}>
        <p role="status">
          {moves ? "It is still going through the recipients. So far, of " : "Of "}
          {figure(event.recipient_count)} {event.recipient_count === 1 ? "recipient" : "recipients"}{" "}
          {figure(event.message_count)} {event.message_count === 1 ? "message" : "messages"} would be made.
        </p>
        {moves && <progress class="progress" aria-label="It is counting" />}
      </Card>
      <Card title="By channel" flush>
        <Table
          label="Channels"
          rows={channelsOf(seen)}
          columns={[
            { head: "Channel", cell: ({ channel }) => channelName(channel) },
            { head: "Would get it", numeric: true, cell: ({ made }) => figure(made) },
            { head: "Would not", numeric: true, cell: ({ skipped }) => figure(skipped) },
          ]}
        />
      </Card>
      <Reasons seen={seen} />
    </div>
  );
}
