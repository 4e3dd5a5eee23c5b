import { eventView } from "../../../api/events/view.ts";
import type { Event } from "../../../db/schema/index.ts";
import { cancelEvent } from "../../../events/cancel.ts";
import { getEvent, listMessages } from "../../../events/read.ts";
import { authorOf } from "../../../http/author.ts";
import { idAfter } from "../../../http/id-cursor.ts";
import { pathIdOf } from "../../../http/path-id.ts";
import { parseId, printId } from "../../../lib/ids.ts";
import { readOwnType } from "../../../types/own-type.ts";
import { type Console, fragment, page, scopeIn } from "../../app-env.tsx";
import { Card } from "../../components/boxes.tsx";
import { Confirm } from "../../components/buttons.tsx";
import { channelName } from "../../components/names.ts";
import { Badge, Facts, Id, Time } from "../../components/text.tsx";
import { figure } from "../../figures.ts";
import { queryIn } from "../../input.ts";
import { done, noticeIn } from "../../notices.ts";
import { nameOfOwner, pathFor } from "../../owner.ts";
import { type Viewer, viewerOf } from "../../viewer.ts";
import { DryRun } from "./dry-run.tsx";
import { MESSAGES, Messages, messagesOfPage, type Shown } from "./messages.tsx";
import { Progress } from "./progress.tsx";
import { isUnfinished, type Seen } from "./state.ts";

const PATH = "/console/events";
const idOf = pathIdOf("event", (text) => parseId("evt", text));

const Recipients = ({ event }: { event: Event }) => {
  const { user_count, topic, org_id, include_sub_orgs, connection_count } = eventView(event).recipients;
  if (connection_count !== undefined)
    return <>{`${figure(connection_count)} chat connection${connection_count === 1 ? "" : "s"}`}</>;
  if (user_count !== undefined) return <>{`${figure(user_count)} named by their ids`}</>;
  if (topic !== undefined)
    return (
      <>
        The topic <a href={pathFor(`/console/topics/${encodeURIComponent(topic)}`, event.org_id)}>{topic}</a>
      </>
    );
  return <>{`Everybody in ${org_id}${include_sub_orgs === true ? " and those below it" : ""}`}</>;
};

const About = ({ event, viewer }: { event: Event; viewer: Viewer }) => {
  const { channels, key } = eventView(event);
  const type = readOwnType(event.type_data);
  return (
    <Card title="About it">
      <Facts
        facts={[
          ["Id", <Id id={printId("evt", event.id)} />],
          [
            "Type",
            <a href={pathFor(`/console/types/${encodeURIComponent(event.type)}`, event.org_id)}>
              {event.type}
            </a>,
          ],
          ["On behalf of", nameOfOwner(event.org_id)],
          ["Recipients", <Recipients event={event} />],
          ["Channels", (channels ?? type.channels.map(({ channel }) => channel)).map(channelName).join(", ")],
          ["Key", key],
          ["Caused by", event.actor],
          ["Sent by", event.created_by],
          [
            "Reaches",
            event.sender_org_id === null ? null : `users of ${event.sender_org_id} and those below it`,
          ],
          ["Made", <Time at={event.created_at} viewer={viewer} />],
          ["Not before", event.send_at === null ? null : <Time at={event.send_at} viewer={viewer} />],
          ["Not after", event.expires_at === null ? null : <Time at={event.expires_at} viewer={viewer} />],
          ["Last change", <Time at={event.updated_at} viewer={viewer} />],
        ]}
      />
    </Card>
  );
};

/** Data may have 32 KB, and more when it is laid out. */
const DATA_CHARS = 4_000;

/** What was stored, before its depth was checked, may not be printable: then it is shown as it is stored. */
function laidOutOf(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

const Data = ({ json }: { json: string }) => {
  const laidOut = laidOutOf(json);
  const isCut = laidOut.length > DATA_CHARS;
  return (
    <Card title="Data">
      <pre>{isCut ? `${laidOut.slice(0, DATA_CHARS).toWellFormed()}…` : laidOut}</pre>
      {isCut && <p class="small muted">{`The first ${figure(DATA_CHARS)} characters.`}</p>}
    </Card>
  );
};

const Cancel = ({ id }: { id: string }) => (
  <Confirm
    id="cancel"
    action={`${PATH}/${id}/cancel`}
    label="Cancel what is not sent"
    title="Cancel this event?"
  >
    <p>
      No further message is made, and those that still wait are cancelled. What has been sent, or is being
      sent right now, stays. This cannot be undone.
    </p>
  </Confirm>
);

function EventPage({ seen, shown, viewer, now }: { seen: Seen; shown: Shown; viewer: Viewer; now: number }) {
  const { event } = seen;
  const id = printId("evt", event.id);
  return (
    <>
      <div class="two">
        <Progress seen={seen} now={now} />
        <div class="stack">
          <About event={event} viewer={viewer} />
          <Data json={event.data} />
        </div>
      </div>
      {!event.dry_run && <Messages id={id} shown={shown} viewer={viewer} />}
    </>
  );
}

export function register(pages: Console): void {
  pages.get("/events/:id", async (c) => {
    const id = idOf(c.req.param("id"));
    const { status, channel, cursor } = queryIn(c, messagesOfPage);
    const [ctx, scope] = [c.get("ctx"), scopeIn(c)];
    const [seen, messages] = await Promise.all([
      getEvent(ctx, scope, id),
      listMessages(ctx, scope, id, { status, channel, after: idAfter(cursor), limit: MESSAGES }),
    ]);
    const { event } = seen;
    return page(c, {
      title: readOwnType(event.type_data).name,
      section: PATH,
      crumb: { href: PATH, name: "Events" },
      lead: event.dry_run ? <Badge>dry run</Badge> : undefined,
      notice: noticeIn(c),
      actions: isUnfinished(seen) && <Cancel id={printId("evt", id)} />,
      children: (
        <EventPage
          seen={seen}
          shown={{ messages, status, channel, cursor }}
          viewer={viewerOf(c)}
          now={ctx.clock.now()}
        />
      ),
    });
  });

  pages.get("/events/:id/progress", async (c) => {
    const seen = await getEvent(c.get("ctx"), scopeIn(c), idOf(c.req.param("id")));
    return fragment(c, <Progress seen={seen} now={c.get("ctx").clock.now()} isUpdate />);
  });

  pages.get("/events/:id/dry-run", async (c) => {
    const seen = await getEvent(c.get("ctx"), scopeIn(c), idOf(c.req.param("id")));
    return fragment(c, <DryRun seen={seen} now={c.get("ctx").clock.now()} />);
  });

  pages.post("/events/:id/cancel", async (c) => {
    const id = idOf(c.req.param("id"));
    await cancelEvent(c.get("ctx"), scopeIn(c), authorOf(c), id);
    return done(c, `${PATH}/${printId("evt", id)}`, "cancelled");
  });
}
