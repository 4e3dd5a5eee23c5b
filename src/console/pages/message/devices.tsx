import type { DeviceDelivery } from "../../../log/timeline/read.ts";
import { Card, Table } from "../../components/boxes.tsx";
import { Badge, Time } from "../../components/text.tsx";
import { clockTime, type Viewer } from "../../viewer.ts";

/** So many devices are listed: the page stays small. */
const MOST_DEVICES = 30;

const DELIVERY_TONES = { accepted: "good", retry: "warn", failed: "bad" } as const;

/** What became of a push on each device. */
export function DevicesCard({
  deliveries,
  viewer,
}: {
  deliveries: readonly DeviceDelivery[];
  viewer: Viewer;
}) {
  if (deliveries.length === 0) return null;
  const shown = deliveries.slice(0, MOST_DEVICES);
  return (
    <Card title="Devices" flush>
      <Table
        label="Deliveries by device"
        rows={shown}
        columns={[
          { head: "Device", cell: ({ device_id }) => device_id },
          {
            head: "Status",
            cell: ({ status, error }) => (
              <>
                <Badge tone={DELIVERY_TONES[status]}>{status}</Badge>
                {error !== null && <div class="small muted">{error}</div>}
              </>
            ),
          },
          { head: "Provider", cell: ({ provider }) => provider },
          {
            head: "Accepted",
            cell: ({ accepted_at, receipt_due_at }) => (
              <>
                <Time at={accepted_at} viewer={viewer} />
                {receipt_due_at !== null && (
                  <div class="small muted">Receipt from {clockTime(receipt_due_at, viewer)}</div>
                )}
              </>
            ),
          },
        ]}
      />
      {deliveries.length > MOST_DEVICES && (
        <p class="pager small muted">
          The first {MOST_DEVICES} of {deliveries.length}.
        </p>
      )}
    </Card>
  );
}
