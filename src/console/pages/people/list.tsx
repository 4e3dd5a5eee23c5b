import { invalid } from "../../../lib/failure.ts";
import type { Child } from "hono/jsx";
import type { Person } from "../../../directory/search.ts";
import { searchPage } from "../../../directory/search-page.ts";
import { addressKey } from "../../../lib/address.ts";
import { type Console, type ConsoleContext, page, scopeIn } from "../../app-env.tsx";
import { Card, Table } from "../../components/boxes.tsx";
import { Button } from "../../components/buttons.tsx";
import { TextField } from "../../components/form.tsx";
import { personPath, shortened } from "../../components/names.ts";
import { SearchPager } from "../../components/search-pager.tsx";
import { Badge, Empty } from "../../components/text.tsx";
import { fieldsOf } from "../../fields.ts";
import { noticeIn } from "../../notices.ts";

const PATH = "/console/people";
const SEARCH = `${PATH}/search`;

/** People of a page: with long names and addresses it stays below 60 KB. */
const PER_PAGE = 30;

const MAX_SHOWN = 60;

/** Names and addresses belong into no URL, so that the search is a form that is posted, and its pages, too. */
export function register(pages: Console): void {
  pages.get("/people", (c) => list(c, "", null));

  pages.post("/people/search", async (c) => {
    const fields = await fieldsOf(c);
    return list(c, fields("q"), fields("after") || null);
  });

  // A page that answered a form is opened by its address.
  pages.get("/people/search", (c) => c.redirect(PATH, 303));
}

/** @throws 400 for a cursor that is not one of this search */
async function list(c: ConsoleContext, text: string, cursor: string | null): Promise<Response> {
  const found = await searchPage(c.get("ctx"), scopeIn(c), text, { limit: PER_PAGE, cursor });
  if (found === null) throw invalid([{ pointer: "after", detail: "is no page of this search" }]);
  const { people, next } = found;
  const [only, ...others] = people;
  if (only !== undefined && others.length === 0 && next === null && cursor === null && isMeant(only, text))
    return c.redirect(personPath(only.id), 303);
  return page(c, {
    title: "People",
    section: PATH,
    lead: "Whom Tidings notifies, as the directory has them.",
    notice: noticeIn(c),
    children: (
      <>
        <Card>
          <form class="filters" method="post" action={SEARCH} role="search">
            <TextField
              name="q"
              label="Find"
              value={text}
              search
              placeholder="The beginning of a name, last name, address or id"
            />
            <Button look="primary">Search</Button>
          </form>
        </Card>
        <Card flush>
          {people.length > 0 ? (
            <PeopleTable people={people} />
          ) : (
            <Nobody text={text} isMore={next !== null} isEnd={cursor !== null} />
          )}
          <SearchPager
            action={SEARCH}
            label={people.length === 0 ? "Look further" : "Next"}
            fields={next === null ? null : { q: text, after: next }}
          />
        </Card>
      </>
    ),
  });
}

/** Whether a text says exactly whom it means. */
const isMeant = ({ id, email }: Person, text: string): boolean =>
  text.trim() === id || (email !== null && addressKey(text.trim()) === addressKey(email));

const PeopleTable = ({ people }: { people: readonly Person[] }) => (
  <Table
    label="People"
    rows={people}
    columns={[
      {
        head: "Name",
        cell: ({ id, name }) => <a href={personPath(id)}>{shortened(name ?? id, MAX_SHOWN)}</a>,
      },
      {
        head: "Address",
        cell: ({ email, email_verified }) =>
          email === null ? (
            <span class="muted">none</span>
          ) : (
            <span class="row">
              {shortened(email, MAX_SHOWN)}
              {email_verified === 0 && <Badge tone="warn">not verified</Badge>}
            </span>
          ),
      },
      { head: "Organization", cell: ({ org_id }) => org_id ?? <span class="muted">none</span> },
      { head: "Id", cell: ({ id }) => <code>{shortened(id, MAX_SHOWN)}</code> },
    ]}
  />
);

function Nobody({ text, isMore, isEnd }: { text: string; isMore: boolean; isEnd: boolean }): Child {
  if (isMore)
    return (
      <Empty title="Nobody so far">
        There are many with such a name elsewhere. Type more of it, or look further.
      </Empty>
    );
  if (isEnd) return <Empty title="There is nobody else" />;
  if (text.trim() !== "")
    return (
      <Empty title="Nobody is found">
        The search knows how a name, a last name, an address or an id begins.{" "}
        <a href={PATH}>Show everybody</a>.
      </Empty>
    );
  return (
    <Empty title="There are no people yet">
      Put them into the directory with <code>PUT /api/v1/directory/users/{"{id}"}</code>, or let them register
      a device.
    </Empty>
  );
}
