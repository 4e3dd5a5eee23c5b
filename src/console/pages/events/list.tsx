import { listQuery } from "../../../api/events/schemas.ts";
import { type Scope } from "../../../auth/scope.ts";
import { EVENT_STATUSES, type Event } from "../../../db/schema/index.ts";
import { listEvents } from "../../../events/read.ts";
import { readSkipped } from "../../../events/skipped.ts";
import { idAfter, nextPage } from "../../../http/id-cursor.ts";
import { ownerField } from "../../../http/owner.ts";
import { printId } from "../../../lib/ids.ts";
import { SERVICE } from "../../../preferences/org-settings.ts";
import { readOwnType } from "../../../types/own-type.ts";
import { type Console, page, scopeIn } from "../../app-env.tsx";
import { Card, type Column, Pager, Table } from "../../components/boxes.tsx";
import { Button, ButtonLink } from "../../components/buttons.tsx";
import { Select, TextField } from "../../components/form.tsx";
import { Badge, Empty, Status, Time } from "../../components/text.tsx";
import { figure, sumOf } from "../../figures.ts";
import { queryIn } from "../../input.ts";
import { noticeIn } from "../../notices.ts";
import { nameOfOwner, pathFor, queryFor } from "../../owner.ts";
import { type Viewer, viewerOf } from "../../viewer.ts";

const PATH = "/console/events";
const LIMIT = 25;
const query = listQuery.omit({ limit: true }).extend(ownerField);

const columns = (viewer: Viewer, now: number): readonly Column<Event>[] => [
  {
    head: "Event",
    cell: (event) => (
      <>
        <a href={`${PATH}/${printId("evt", event.id)}`}>{readOwnType(event.type_data).name}</a>
        <br />
        <code class="muted">{event.type}</code>
      </>
    ),
  },
  {
    head: "Status",
    cell: ({ status, dry_run, send_at }) => (
      <span class="row">
        <Status status={status} />
        {dry_run && <Badge>dry run</Badge>}
        {!dry_run && status !== "cancelled" && (send_at ?? 0) > now && <Badge tone="warn">scheduled</Badge>}
      </span>
    ),
  },
  { head: "Recipients", numeric: true, cell: ({ recipient_count }) => figure(recipient_count) },
  { head: "Messages", numeric: true, cell: ({ message_count }) => figure(message_count) },
  {
    head: "Skipped",
    numeric: true,
    cell: ({ skipped }) =>
      figure(Object.values(readSkipped(skipped)).reduce((sum, reasons) => sum + sumOf(reasons), 0)),
  },
  { head: "When", cell: ({ created_at }) => <Time at={created_at} viewer={viewer} /> },
  { head: "Organization", cell: ({ org_id }) => nameOfOwner(org_id) },
];

export function register(pages: Console): void {
  pages.get("/events", async (c) => {
    const { type, status, org_id, cursor } = queryIn(c, query);
    const scope = scopeIn(c);
    // Who administers everything may look at one organization and those below it.
    const seen: Scope = scope.kind === "all" && org_id !== undefined ? { kind: "org", orgId: org_id } : scope;
    const filter = { type, status, before: idAfter(cursor), limit: LIMIT };
    const { rows, next } = await listEvents(c.get("ctx"), seen, filter);
    const { next_cursor } = nextPage(LIMIT, next);
    const owner = seen === scope ? SERVICE : (org_id ?? SERVICE);
    const isFiltered = type !== undefined || status !== undefined || seen !== scope;
    return page(c, {
      title: "Events",
      section: PATH,
      lead: "What has happened, and who was told.",
      notice: noticeIn(c),
      actions: (
        <ButtonLink look="primary" href={`${PATH}/new`}>
          Send an event
        </ButtonLink>
      ),
      children: (
        <>
          <form class="filters" method="get" action={PATH} data-filters>
            <TextField name="type" label="Type" value={type} search />
            <Select
              name="status"
              label="Status"
              value={status}
              options={[["", "Any"], ...EVENT_STATUSES.map((one) => [one, one] as const)]}
            />
            {scope.kind === "all" && (
              <TextField name="org_id" label="Organization and those below" value={org_id} />
            )}
            <Button>Show</Button>
          </form>
          <Card flush>
            {rows.length > 0 ? (
              <Table
                label="List of events"
                columns={columns(viewerOf(c), c.get("ctx").clock.now())}
                rows={rows}
              />
            ) : (
              <Nothing isFiltered={isFiltered} isMore={next !== null} />
            )}
            <Pager
              path={PATH}
              first={pathFor(PATH, owner, { type, status })}
              isFirst={cursor === undefined}
              next={next_cursor === undefined ? null : queryFor(owner, { type, status, cursor: next_cursor })}
            />
          </Card>
        </>
      ),
    });
  });
}

const Nothing = ({ isFiltered, isMore }: { isFiltered: boolean; isMore: boolean }) =>
  isMore ? (
    <Empty title="None among the newest">Older ones may fit: go on with “Older”.</Empty>
  ) : isFiltered ? (
    <Empty title="No event fits">
      <a href={PATH}>Show all events</a>
    </Empty>
  ) : (
    <Empty title="No event has been sent yet">
      Your programs send them with <code>POST /api/v1/events</code>. To try one by hand,{" "}
      <a href={`${PATH}/new`}>send an event</a>.
    </Empty>
  );
