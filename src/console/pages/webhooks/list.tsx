import type { Endpoint } from "../../../channels/webhook/endpoint.ts";
import { EVENT_TYPES } from "../../../channels/webhook/events.ts";
import { listEndpoints, MAX_ENDPOINTS } from "../../../channels/webhook/endpoints.ts";
import { NO_TRAFFIC, readTraffic, type Traffic } from "../../../channels/webhook/traffic.ts";
import { type Console, page, scopeIn } from "../../app-env.tsx";
import { Card, Table } from "../../components/boxes.tsx";
import { Button, ButtonLink } from "../../components/buttons.tsx";
import { TextField } from "../../components/form.tsx";
import { shortened } from "../../components/names.ts";
import { Empty, Time } from "../../components/text.tsx";
import { noticeIn } from "../../notices.ts";
import { nameOfOwner, ownerIn, ownOf } from "../../owner.ts";
import { type Viewer, viewerOf } from "../../viewer.ts";
import { endpointPath, WEBHOOKS } from "./paths.ts";
import { backlogOf, EndpointState, nameOf } from "./state.tsx";

/** Longer URLs are cut. */
const MAX_URL = 80;

const Endpoints = ({
  rows,
  viewer,
}: {
  rows: readonly { endpoint: Endpoint; traffic: Traffic }[];
  viewer: Viewer;
}) => (
  <Table
    label="List of endpoints"
    rows={rows}
    columns={[
      {
        head: "Endpoint",
        cell: ({ endpoint }) => (
          <>
            <a href={endpointPath(endpoint.id)}>{nameOf(endpoint)}</a>
            <br />
            <span class="small muted">{shortened(endpoint.url, MAX_URL)}</span>
          </>
        ),
      },
      { head: "State", cell: (row) => <EndpointState {...row} /> },
      {
        head: "Last success",
        cell: ({ traffic }) => (
          <span class="nowrap">
            <Time at={traffic.lastSuccessAt} viewer={viewer} />
          </span>
        ),
      },
      {
        head: "Failing since",
        cell: ({ endpoint }) => (
          <span class="nowrap">
            <Time at={endpoint.failing_since} viewer={viewer} />
          </span>
        ),
      },
      { head: "Waiting", numeric: true, cell: ({ traffic }) => backlogOf(traffic) },
      {
        head: "Hears of",
        cell: ({ endpoint: { types } }) =>
          types === null ? "everything" : `${types.length} of ${EVENT_TYPES.length} types`,
      },
    ]}
  />
);

export function register(pages: Console): void {
  // Two round trips; an owner has no more endpoints than fit on a page.
  pages.get("/webhooks", async (c) => {
    const [ctx, scope, owner] = [c.get("ctx"), scopeIn(c), ownerIn(c)];
    const endpoints = await listEndpoints(ctx, scope, owner.id, { after: "", limit: MAX_ENDPOINTS });
    const traffic =
      endpoints.length === 0
        ? new Map<string, Traffic>()
        : await readTraffic(
            ctx,
            scope,
            endpoints.map(({ id }) => id),
          );
    const rows = endpoints.map((endpoint) => ({
      endpoint,
      traffic: traffic.get(endpoint.id) ?? NO_TRAFFIC,
    }));
    const add = owner.path(`${WEBHOOKS}/new`);
    return page(c, {
      title: "Webhooks",
      section: WEBHOOKS,
      lead: `Your programs that hear what becomes of messages. Of ${nameOfOwner(owner.id)}.`,
      notice: noticeIn(c),
      actions: (
        <ButtonLink href={add} look="primary">
          New endpoint
        </ButtonLink>
      ),
      children: (
        <>
          <form class="filters" method="get" action={WEBHOOKS}>
            <TextField
              name="org_id"
              label="Organization"
              value={owner.asked}
              hint={`Empty: ${ownOf(scope)}.`}
              search
            />
            <Button>Show</Button>
          </form>
          <Card flush>
            {rows.length > 0 ? (
              <Endpoints rows={rows} viewer={viewerOf(c)} />
            ) : (
              <Empty title="No program hears of anything yet">
                <a href={add}>Add an endpoint</a>: the URL of a program of yours. It is called when a message
                is sent, delivered or read, when one fails, and when a person changes what they want.
              </Empty>
            )}
          </Card>
        </>
      ),
    });
  });
}
