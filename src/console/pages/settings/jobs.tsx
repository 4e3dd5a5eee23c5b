import type { JobRun } from "../../../insight/health.ts";
import { Card, Table } from "../../components/boxes.tsx";
import { Badge, Empty, Time, type Tone } from "../../components/text.tsx";
import type { Viewer } from "../../viewer.ts";

const TONES = { ok: "good", failed: "bad", late: "warn" } as const satisfies Record<JobRun["state"], Tone>;

const lasting = ({ startedAt, finishedAt }: JobRun): string =>
  finishedAt === null ? "–" : `${Math.max(0, finishedAt - startedAt)}\u00a0ms`;

/** When each job of the cron last ran. */
export const Jobs = ({ jobs, viewer, now }: { jobs: readonly JobRun[]; viewer: Viewer; now: number }) => (
  <Card title="Jobs" flush>
    {jobs.length === 0 ? (
      <Empty title="No job has run yet">
        The cron starts them every minute. If this stays empty, the Worker has no cron triggers: deploy it
        with those of <code>wrangler.toml</code>.
      </Empty>
    ) : (
      <Table
        label="Last runs"
        rows={jobs}
        columns={[
          { head: "Job", cell: ({ job }) => <code class="nowrap">{job}</code> },
          {
            head: "Last run",
            cell: ({ startedAt }) => (
              <span class="nowrap">
                <Time at={startedAt} viewer={viewer} now={now} />
              </span>
            ),
          },
          { head: "Took", numeric: true, cell: lasting },
          { head: "State", cell: ({ state }) => <Badge tone={TONES[state]}>{state}</Badge> },
        ]}
      />
    )}
  </Card>
);
