import { printId } from "../../../lib/ids.ts";
import { Card, Stat, Table } from "../../components/boxes.tsx";
import { channelName } from "../../components/names.ts";
import { Status } from "../../components/text.tsx";
import { figure } from "../../figures.ts";
import { Reasons } from "./reasons.tsx";
import { again, barOf, channelsOf, isMoving, type Seen, stateOf } from "./state.ts";

/**
 * How an event does, by channel. It asks again while it moves; when it is done, it has the list of messages shown again.
 * @param isUpdate whether it takes the place of an earlier one
 */
export function Progress({ seen, now, isUpdate = false }: { seen: Seen; now: number; isUpdate?: boolean }) {
  const { event } = seen;
  const path = `/console/events/${printId("evt", event.id)}`;
  const moves = isMoving(seen, now);
  const rows = channelsOf(seen);
  const skipped = rows.reduce((sum, row) => sum + row.skipped, 0);
  return (
    <div class="stack" id="progress" {...(moves && again(`${path}/progress`))}>
      <Card title="Progress" actions={<Status status={event.status} />}>
        <p role="status">{stateOf(seen, now)}</p>
        <progress class="progress" aria-label="How much is done" {...barOf(seen)} />
        <div class="stats">
          <Stat name="Recipients handled" value={figure(event.recipient_count)} />
          <Stat name="Messages made" value={figure(event.message_count)} />
          <Stat name="Skipped" value={figure(skipped)} />
        </div>
      </Card>
      <Card title="By channel" flush>
        <Table
          label="Channels"
          rows={rows}
          columns={[
            { head: "Channel", cell: ({ channel }) => channelName(channel) },
            { head: "Made", numeric: true, cell: ({ made }) => figure(made) },
            {
              head: "Their status",
              cell: ({ statuses }) =>
                statuses.length === 0 ? (
                  <span class="muted">–</span>
                ) : (
                  <span class="row">
                    {statuses.map(([status, n]) => (
                      <span class="nowrap">
                        <Status status={status} /> {figure(n)}
                      </span>
                    ))}
                  </span>
                ),
            },
            { head: "Skipped", numeric: true, cell: ({ skipped: n }) => figure(n) },
          ]}
        />
      </Card>
      <Reasons seen={seen} />
      {isUpdate && !moves && (
        <div
          hx-get={path}
          hx-trigger="load"
          hx-select="#messages"
          hx-target="#messages"
          hx-swap="outerHTML"
        />
      )}
    </div>
  );
}
