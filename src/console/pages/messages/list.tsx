import { invalid } from "../../../lib/failure.ts";
import type { Child } from "hono/jsx";
import { CHANNELS } from "../../../db/schema/index.ts";
import { parseDispatchId, printId } from "../../../lib/ids.ts";
import type { Linked } from "../../../log/read.ts";
import { searchLog } from "../../../log/search.ts";
import { type Console, type ConsoleContext, page, scopeIn } from "../../app-env.tsx";
import { Card, Pager } from "../../components/boxes.tsx";
import { Button, ButtonLink } from "../../components/buttons.tsx";
import { Select, TextField } from "../../components/form.tsx";
import { channelName } from "../../components/names.ts";
import { SearchPager } from "../../components/search-pager.tsx";
import { Empty } from "../../components/text.tsx";
import { type Fields, fieldsOf, queryOf } from "../../fields.ts";
import { noticeIn } from "../../notices.ts";
import { viewerOf } from "../../viewer.ts";
import { type Filters, filtersIn, isFiltered, isPrivate, queryFor, STATUS_CHOICES } from "./filters.ts";
import { MessageTable } from "./table.tsx";

const PATH = "/console/messages";
const SEARCH = `${PATH}/search`;

/** Messages of a page: with long titles and ids it stays below 60 KB. */
const PER_PAGE = 40;

export function register(pages: Console): void {
  pages.get("/messages", (c) => list(c, queryOf(c)));

  pages.post("/messages/search", async (c) => {
    const fields = await fieldsOf(c);
    const filters = filtersIn(fields, viewerOf(c).zone);
    const id = messageIn(filters.typed.q);
    if (id !== null) return c.redirect(`${PATH}/${id}`, 303);
    if (isPrivate(filters) || Object.keys(filters.faults).length > 0) return list(c, fields);
    return c.redirect(`${PATH}?${queryFor(filters).toString()}`, 303);
  });

  // A page that answered a form is opened by its address.
  pages.get("/messages/search", (c) => c.redirect(PATH, 303));
}

/** The printed id of a message that was typed as the log prints it. A bare UUID may be that of something else. */
function messageIn(text: string): string | null {
  const id = /^(dsp|notif)_/.test(text) ? parseDispatchId(text) : null;
  return id && printId("dsp", id);
}

/** The last message of the page before. @throws 400 */
function beforeIn(fields: Fields): string | null {
  const text = fields("before");
  const id = parseDispatchId(text);
  if (text !== "" && id === null) throw invalid([{ pointer: "before", detail: "is not an id of a message" }]);
  return id;
}

async function list(c: ConsoleContext, fields: Fields): Promise<Response> {
  const viewer = viewerOf(c);
  const filters = filtersIn(fields, viewer.zone);
  const before = beforeIn(fields);
  const days = c.get("deps").config.retentionDays;
  const isWrong = Object.keys(filters.faults).length > 0;
  const found = isWrong
    ? []
    : await searchLog(c.get("ctx"), scopeIn(c), filters.search, { limit: PER_PAGE, before });
  const shown = found.slice(0, PER_PAGE);
  const last = found.length > PER_PAGE ? shown.at(-1) : undefined;
  return page(
    c,
    {
      title: "Messages",
      section: PATH,
      lead: "Everything that was sent, is waiting, or has failed. Newest first.",
      notice: noticeIn(c),
      children: (
        <>
          <FilterForm filters={filters} />
          <Card flush>
            {shown.length > 0 ? (
              <MessageTable label="Messages" messages={shown} viewer={viewer} />
            ) : (
              <Nothing filters={filters} isWrong={isWrong} isEnd={before !== null} days={days} />
            )}
            <Further filters={filters} last={last} isFirst={before === null} />
          </Card>
        </>
      ),
    },
    isWrong ? 400 : 200,
  );
}

function FilterForm({ filters: { typed, faults } }: { filters: Filters }) {
  const isOpen = [typed.type, typed.org, typed.from, typed.to].some((text) => text !== "");
  return (
    <Card>
      <form class="form" method="post" action={SEARCH} role="search" data-filters>
        <div class="filters">
          <TextField
            name="q"
            label="Find"
            value={typed.q}
            search
            wide
            placeholder="User, address, or id of a message, batch or event"
          />
          <Select name="status" label="Status" value={typed.status} options={STATUS_CHOICES} />
          <Select
            name="channel"
            label="Channel"
            value={typed.channel}
            options={[
              ["", "Any channel"],
              ...CHANNELS.map((channel) => [channel, channelName(channel)] as const),
            ]}
          />
          <Button look="primary">Search</Button>
          <ButtonLink href={PATH} look="quiet">
            Clear
          </ButtonLink>
        </div>
        <details class="more" open={isOpen}>
          <summary>Type, organization and time</summary>
          <div class="filters">
            <TextField name="type" label="Type" value={typed.type} fault={faults.type} />
            <TextField name="org" label="Organization" value={typed.org} fault={faults.org} />
            <TextField type="date" name="from" label="First day" value={typed.from} fault={faults.from} />
            <TextField type="date" name="to" label="Last day" value={typed.to} fault={faults.to} />
          </div>
        </details>
      </form>
    </Card>
  );
}

/** What to do where nothing is shown. */
function Nothing({
  filters,
  isWrong,
  isEnd,
  days,
}: {
  filters: Filters;
  isWrong: boolean;
  isEnd: boolean;
  /** So long messages are kept. */
  days: number;
}): Child {
  if (isWrong) return <Empty title="This cannot be searched">See what is wrong with the fields above.</Empty>;
  if (isEnd) return <Empty title="There are no older messages">Messages are kept for {days} days.</Empty>;
  if (!isFiltered(filters))
    return (
      <Empty title="Nothing has been sent yet">
        Send a first message with <code>POST /api/v1/notifications</code>, or{" "}
        <a href="/console/events">send an event</a>.
      </Empty>
    );
  return (
    <Empty title="No message matches">
      {filters.typed.q === "" ? (
        <>
          Take away a filter, or <a href={PATH}>show all messages</a>.
        </>
      ) : (
        <>
          Take away a filter, or <a href="/console/people">find the person</a>: their page tells what was
          never made, and why.
        </>
      )}
    </Empty>
  );
}

const Further = ({
  filters,
  last,
  isFirst,
}: {
  filters: Filters;
  last: Linked | undefined;
  isFirst: boolean;
}) => {
  const before = last && printId("dsp", last.id);
  if (isPrivate(filters))
    return (
      <SearchPager
        action={SEARCH}
        label="Older"
        fields={before === undefined ? null : { ...filters.typed, before }}
      />
    );
  const query = queryFor(filters);
  const first = query.size === 0 ? PATH : `${PATH}?${query.toString()}`;
  const next = before === undefined ? null : new URLSearchParams([...query, ["before", before]]);
  return <Pager path={PATH} first={first} next={next} isFirst={isFirst} />;
};
