import type { Costs, CostLine } from "../../../insight/costs.ts";
import type { Health } from "../../../insight/health.ts";
import type { GateView } from "../../../insight/trouble/service.ts";
import { Card, Table } from "../../components/boxes.tsx";
import { Badge, Facts, Time } from "../../components/text.tsx";
import { channelName } from "../../components/names.ts";
import type { Viewer } from "../../viewer.ts";
import { counted, dollars, percent } from "./labels.ts";

const UNITS = [
  ["GB", 1e9],
  ["MB", 1e6],
] as const;

/** A size in the unit that fits: 12.3 MB. */
function size(bytes: number): string {
  const [unit, each] = UNITS.find((one) => bytes >= one[1]) ?? ["KB", 1e3];
  return `${(bytes / each).toFixed(unit === "GB" ? 2 : 1)}\u00a0${unit}`;
}

const Gate = ({ state }: Pick<GateView, "state">) => {
  if (state === null) return <Badge tone="bad">does not answer</Badge>;
  if (state.circuit === "open") return <Badge tone="bad">rests</Badge>;
  if (state.circuit === "half_open") return <Badge tone="warn">is tried again</Badge>;
  return state.restsUntil === null ? <Badge tone="good">works</Badge> : <Badge tone="warn">pauses</Badge>;
};

/** How the service itself does. */
export const Service = ({
  health,
  gates,
  viewer,
  now,
}: {
  health: Health;
  gates: readonly GateView[];
  viewer: Viewer;
  now: number;
}) => (
  <Card title="The service">
    <Facts
      facts={[
        [
          "Cron",
          <span class="row">
            {health.isCronLate ? <Badge tone="bad">late</Badge> : <Badge tone="good">runs</Badge>}
            <span class="small muted">
              last tick <Time at={health.lastTickAt} viewer={viewer} now={now} />
            </span>
          </span>,
        ],
        [
          "Oldest overdue",
          health.overdueMs === null ? (
            "none"
          ) : (
            <Badge
              tone={health.isOverdue ? "bad" : "info"}
            >{`${counted(Math.ceil(health.overdueMs / 1_000))} s late`}</Badge>
          ),
        ],
        ...gates.map(
          ({ channel, provider, state }) =>
            [
              `${channelName(channel)}: ${provider}`,
              <span class="row">
                <Gate state={state} />
                {state?.restsUntil != null && (
                  <span class="small muted">
                    until <Time at={state.restsUntil} viewer={viewer} />
                  </span>
                )}
              </span>,
            ] as const,
        ),
        [
          "Database",
          <>
            {`${size(health.database.sizeBytes)} of ${size(health.database.limitBytes)}, ${percent(health.database.sizeBytes, health.database.limitBytes)}`}
            <progress
              class="progress"
              aria-label="Database"
              max={health.database.limitBytes}
              value={health.database.sizeBytes}
            />
          </>,
        ],
      ]}
    />
  </Card>
);

/** What the month costs, and why. */
export const MonthCosts = ({ costs }: { costs: Costs }) => (
  <Card title="Cost this month">
    <p>
      <b class="figure">{dollars(costs.dollars)}</b>{" "}
      <span class="small muted">
        for {counted(costs.messages)} messages, {dollars(costs.plan)} of it the plan
      </span>
    </p>
    <details>
      <summary class="small">What it is made of</summary>
      <Table<CostLine>
        label="Costs"
        rows={[...costs.lines, ...costs.providers]}
        columns={[
          { head: "Item", cell: ({ what }) => what },
          { head: "Used", numeric: true, cell: ({ used }) => counted(used) },
          { head: "Included", numeric: true, cell: ({ included }) => counted(included) },
          { head: "Cost", numeric: true, cell: ({ dollars: sum }) => dollars(sum) },
        ]}
      />
    </details>
    <p class="small muted">
      An estimate: what a message and an idle minute cost was counted, and list prices of {costs.pricesOf} are
      applied. Requests that only read are not in it. Beyond what is included, a thousand pushes cost{" "}
      {dollars(costs.perThousand.push)} and a thousand e-mails {dollars(costs.perThousand.email)}, without the
      provider.
    </p>
  </Card>
);
