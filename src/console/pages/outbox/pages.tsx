import type { Ctx } from "../../../ctx.ts";
import { clearOutbox } from "../../../dev-outbox/cleared.ts";
import { findInOutbox, listOutbox, type OutboxFilter } from "../../../dev-outbox/list.ts";
import { CONTENTS, type OutboxMessage } from "../../../dev-outbox/message.ts";
import { OPERATOR_ROLES, requireToken } from "../../../http/access.ts";
import { Failure, notFound } from "../../../lib/failure.ts";
import { keysOf } from "../../../lib/objects.ts";
import { type Console, type ConsoleContext, fragment, page } from "../../app-env.tsx";
import { Card, Pager } from "../../components/boxes.tsx";
import { Button, ButtonLink, Confirm } from "../../components/buttons.tsx";
import { Select, TextField } from "../../components/form.tsx";
import { done, noticeIn } from "../../notices.ts";
import { previewed } from "../../security.ts";
import { viewerOf } from "../../viewer.ts";
import { CHANNEL_NAMES } from "./channels.ts";
import { Feed } from "./feed.tsx";
import { messagePage } from "./message.tsx";

const PATH = "/console/outbox";
const PER_PAGE = 30;

export function register(pages: Console): void {
  pages.get("/outbox", list);

  // What the list asks for every two seconds. It is left as it is while there is nothing new, so that nobody loses their place.
  pages.get("/outbox/messages", async (c) => {
    const ctx = contextFor(c);
    const query = queryIn(c);
    const { shown } = await read(ctx, query);
    return c.req.query("seen") === (shown[0]?.id ?? "")
      ? c.body(null, 204)
      : fragment(c, feedOf(c, query, shown));
  });

  pages.post("/outbox/empty", async (c) => {
    await clearOutbox(contextFor(c));
    return done(c, PATH, "emptied");
  });

  pages.get("/outbox/:id", async (c) => messagePage(c, await found(c)));

  pages.get("/outbox/:id/html", async (c) => {
    const { content } = await found(c);
    if (content.channel !== "email") throw notFound("mail");
    // A link opens a window of its own: in the frame the policy of the page would refuse it.
    return previewed(c, content.message.html.replace(/<head\b[^>]*>/iu, '$&<base target="_blank">'));
  });
}

/** It shows everybody's messages, and only in development. @throws Failure 404, 403 */
function contextFor(c: ConsoleContext): Ctx {
  if (c.get("deps").config.environment !== "development") throw notFound("page");
  const { role } = requireToken(c.get("principal"));
  if (!OPERATOR_ROLES.some((one) => one === role))
    throw new Failure(
      "forbidden",
      `The outbox shows everybody's messages: it is for ${OPERATOR_ROLES.join(" and ")}.`,
    );
  return c.get("ctx");
}

async function found(c: ConsoleContext): Promise<OutboxMessage> {
  const message = await findInOutbox(contextFor(c), c.req.param("id") ?? "");
  if (message === null) throw notFound("message in the outbox");
  return message;
}

interface Query {
  /** An address, a device's token or the id of a user. */
  who: string;
  channel: OutboxFilter["channel"];
  /** The last message of the page before. */
  before: string | null;
}

const channelIn = (text: string | undefined): OutboxFilter["channel"] =>
  keysOf(CONTENTS).find((channel) => channel === text);

const queryIn = (c: ConsoleContext): Query => ({
  who: c.req.query("who")?.trim() ?? "",
  channel: channelIn(c.req.query("channel")),
  before: c.req.query("before") ?? null,
});

async function read(ctx: Ctx, { who, channel, before }: Query) {
  const filter = { channel, ...(who !== "" && { who }) };
  const messages = await listOutbox(ctx, filter, { limit: PER_PAGE, before });
  return { shown: messages.slice(0, PER_PAGE), isMore: messages.length > PER_PAGE };
}

const paramsOf = ({ who, channel }: Query, more: Record<string, string> = {}) =>
  new URLSearchParams({ ...(who !== "" && { who }), ...(channel !== undefined && { channel }), ...more });

const feedOf = (c: ConsoleContext, query: Query, messages: readonly OutboxMessage[]) => (
  <Feed
    path={PATH}
    // An older page does not change.
    more={
      query.before === null
        ? `${PATH}/messages?${paramsOf(query, { seen: messages[0]?.id ?? "" }).toString()}`
        : null
    }
    isFiltered={query.who !== "" || query.channel !== undefined}
    messages={messages}
    viewer={viewerOf(c)}
  />
);

async function list(c: ConsoleContext): Promise<Response> {
  const query = queryIn(c);
  const { shown, isMore } = await read(contextFor(c), query);
  const last = shown.at(-1);
  const next = isMore && last !== undefined ? paramsOf(query, { before: last.id }) : null;
  return page(c, {
    title: "Outbox",
    section: PATH,
    lead: (
      <>
        What this machine would have sent, newest first. As JSON: <code>/dev/outbox</code>.
      </>
    ),
    actions: (
      <Confirm id="empty" action={`${PATH}/empty`} label="Empty the outbox" title="Empty the outbox?">
        <p>The messages stay in the log. Only this list forgets them.</p>
      </Confirm>
    ),
    notice: noticeIn(c),
    children: (
      <>
        <Card>
          <form class="filters" method="get" action={PATH} role="search" data-filters>
            <TextField
              name="who"
              label="For whom"
              value={query.who}
              search
              placeholder="Address, user id or device token"
            />
            <Select
              name="channel"
              label="Channel"
              value={query.channel}
              options={[["", "Any channel"], ...Object.entries(CHANNEL_NAMES)]}
            />
            <Button look="primary">Search</Button>
            <ButtonLink href={PATH} look="quiet">
              Clear
            </ButtonLink>
          </form>
        </Card>
        <Card flush>
          {feedOf(c, query, shown)}
          <Pager path={PATH} next={next} isFirst={query.before === null} />
        </Card>
      </>
    ),
  });
}
