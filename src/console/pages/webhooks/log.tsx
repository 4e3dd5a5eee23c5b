import { MESSAGE_STATUSES } from "../../../api/webhook-endpoints/message-schemas.ts";
import { messageView } from "../../../api/webhook-endpoints/view.ts";
import type { Dispatch } from "../../../db/schema/index.ts";
import { Card, Pager, Table } from "../../components/boxes.tsx";
import { Empty, Status, Time } from "../../components/text.tsx";
import { figure } from "../../figures.ts";
import type { Viewer } from "../../viewer.ts";
import { endpointPath, webhookPath } from "./paths.ts";

/** How long an answer took: "84 ms". */
export const took = (ms: number | undefined): string => (ms === undefined ? "–" : `${figure(ms)} ms`);

/** How a receiver has answered an attempt. */
export const answerOf = ({
  status,
  code,
}: {
  status?: number | undefined;
  code?: string | undefined;
}): string => (status === undefined ? (code ?? "–") : String(status));

/** What an endpoint was sent, newest first. */
export function Log({
  endpointId,
  rows,
  status,
  isFirst,
  next,
  viewer,
}: {
  endpointId: string;
  rows: readonly Dispatch[];
  status: string | undefined;
  isFirst: boolean;
  next: string | undefined;
  viewer: Viewer;
}) {
  const path = endpointPath(endpointId);
  return (
    <Card title="Webhooks" flush actions={<Filter path={path} status={status} />}>
      {rows.length === 0 ? (
        <Nothing status={status} path={path} />
      ) : (
        <Table
          label="List of webhooks"
          rows={rows.map((row) => ({ row, view: messageView(row) }))}
          columns={[
            {
              head: "Type",
              cell: ({ row }) => <a href={webhookPath(endpointId, row.id)}>{row.type}</a>,
            },
            { head: "Status", cell: ({ view }) => <Status status={view.status} /> },
            { head: "Answer", cell: ({ view }) => answerOf(view.attempts.at(-1) ?? {}) },
            { head: "Took", numeric: true, cell: ({ view }) => took(view.attempts.at(-1)?.duration_ms) },
            { head: "Attempts", numeric: true, cell: ({ view }) => figure(view.attempts.length) },
            {
              head: "Next attempt",
              cell: ({ row, view }) => (
                <span class="nowrap">
                  <Time at={view.next_attempt_at === null ? null : row.due_at} viewer={viewer} />
                </span>
              ),
            },
            {
              head: "Made",
              cell: ({ row }) => (
                <span class="nowrap">
                  <Time at={row.created_at} viewer={viewer} />
                </span>
              ),
            },
          ]}
        />
      )}
      <Pager
        path={path}
        first={status === undefined ? path : `${path}?status=${status}`}
        isFirst={isFirst}
        next={
          next === undefined
            ? null
            : new URLSearchParams({ ...(status !== undefined && { status }), cursor: next })
        }
      />
    </Card>
  );
}

const Nothing = ({ status, path }: { status: string | undefined; path: string }) =>
  status === undefined ? (
    <Empty title="Nothing was sent to it yet">
      Send a test above. What happens from now on comes here, and is kept for a week.
    </Empty>
  ) : (
    <Empty title="None has this status">
      <a href={path}>Show all</a>
    </Empty>
  );

const Filter = ({ path, status }: { path: string; status: string | undefined }) => (
  <nav class="segments" aria-label="Status">
    {[undefined, ...MESSAGE_STATUSES].map((one) => (
      <a
        href={one === undefined ? path : `${path}?status=${one}`}
        aria-current={one === status ? "true" : undefined}
      >
        {one ?? "all"}
      </a>
    ))}
  </nav>
);
