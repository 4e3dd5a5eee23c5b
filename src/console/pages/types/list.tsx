import { builtInView, ownView } from "../../../api/types/view.ts";
import { listOwnTypes } from "../../../types/read.ts";
import { ownWordsFor, type WordsHead } from "../../../wordings/overview.ts";
import { type Console, page, scopeIn } from "../../app-env.tsx";
import { Card, Table } from "../../components/boxes.tsx";
import { Button, ButtonLink } from "../../components/buttons.tsx";
import { TextField } from "../../components/form.tsx";
import { Badge, Empty } from "../../components/text.tsx";
import { noticeIn } from "../../notices.ts";
import { nameOfOwner, type Owner, ownerIn } from "../../owner.ts";

/** Types on a page, beside the built-in ones. */
const LIMIT = 50;

type Listed = ReturnType<typeof ownView>;

export function register(pages: Console): void {
  pages.get("/types", async (c) => {
    const [ctx, scope, owner] = [c.get("ctx"), scopeIn(c), ownerIn(c)];
    const after = c.req.query("after") ?? "";
    const found = await listOwnTypes(ctx, scope, owner.id, { after, limit: LIMIT });
    const own = found.slice(0, LIMIT).map(ownView);
    const { types, clock } = c.get("deps");
    const builtIns = after === "" ? types.all.map((type) => builtInView(type, clock.now())) : [];
    const ids = [...own, ...builtIns].map(({ id }) => id);
    const { words, line } = await ownWordsFor(ctx, scope, owner.id, ids);
    const byType = Map.groupBy(words, ({ type }) => type);
    const name = line.find(({ orgId }) => orgId === owner.id)?.name ?? null;
    const last = own.at(-1)?.id ?? "";
    return page(c, {
      title: "Types and words",
      section: "/console/types",
      lead: `Of ${nameOfOwner(owner.id)}${name === null ? "" : ` (${name})`}, with what it inherits.`,
      actions: (
        <>
          <ButtonLink href={owner.path("/console/brand")}>Brand</ButtonLink>
          <ButtonLink look="primary" href={owner.path("/console/types/new-type")}>
            New type
          </ButtonLink>
        </>
      ),
      notice: noticeIn(c),
      children: (
        <>
          <OwnerForm owner={owner} />
          <Card title="Own types" flush>
            {own.length === 0 && after === "" ? (
              <Empty title="No types of your own yet">
                A type says on which channels something is told, and what it is about. Make one with “New
                type”, write its words, then send events of it.
              </Empty>
            ) : (
              <TypesTable label="Types that it has or inherits" rows={own} owner={owner} words={byType} />
            )}
            <Next owner={owner} after={after} last={found.length > LIMIT ? last : null} />
          </Card>
          {builtIns.length > 0 && (
            <Card title="Built in" flush>
              <TypesTable label="Built-in types" rows={builtIns} owner={owner} words={byType} />
            </Card>
          )}
        </>
      ),
    });
  });
}

/** Chooses the organization. */
const OwnerForm = ({ owner }: { owner: Owner }) => (
  <form class="filters" method="get" action="/console/types">
    <TextField
      name="org_id"
      label="Organization"
      value={owner.asked}
      search
      placeholder={nameOfOwner(owner.id)}
    />
    <Button>Show</Button>
  </form>
);

function Next({ owner, after, last }: { owner: Owner; after: string; last: string | null }) {
  if (after === "" && last === null) return null;
  return (
    <nav class="pager" aria-label="Pages">
      {after === "" ? <span /> : <a href={owner.path("/console/types")}>First page</a>}
      {last !== null && (
        <a href={owner.path("/console/types", { after: last })} rel="next">
          Next page
        </a>
      )}
    </nav>
  );
}

const TypesTable = ({
  label,
  rows,
  owner,
  words,
}: {
  label: string;
  rows: readonly Listed[];
  owner: Owner;
  words: ReadonlyMap<string, readonly WordsHead[]>;
}) => (
  <Table
    label={label}
    rows={rows}
    columns={[
      {
        head: "Type",
        cell: ({ id, name }) => (
          <>
            <a href={owner.path(`/console/types/${id}`)}>{name}</a>
            <br />
            <code class="muted nowrap">{id}</code>
          </>
        ),
      },
      { head: "Category", cell: ({ category }) => <code>{category}</code> },
      {
        head: "Channels",
        cell: ({ channels, critical }) => (
          <span class="row">
            {channels.map(({ channel }) => (
              <Badge>{channel}</Badge>
            ))}
            {critical && <Badge tone="warn">critical</Badge>}
          </span>
        ),
      },
      { head: "Words of its own", cell: ({ id }) => <OwnWords words={words.get(id) ?? []} /> },
      {
        head: "Whose",
        cell: ({ org_id, built_in }) =>
          built_in ? (
            <span class="muted">built in</span>
          ) : (org_id ?? "") === owner.id ? (
            "own"
          ) : (
            `from ${nameOfOwner(org_id ?? "")}`
          ),
      },
    ]}
  />
);

/** So many languages of a channel are named. */
const SHOWN = 8;

function OwnWords({ words }: { words: readonly WordsHead[] }) {
  if (words.length === 0) return <span class="muted">none</span>;
  return (
    <>
      {[...Map.groupBy(words, ({ channel }) => channel)].map(([channel, heads]) => (
        <div class="small">
          {channel}:{" "}
          {heads
            .slice(0, SHOWN)
            .map(({ locale, published }) => (published === null ? `${locale} (draft)` : locale))
            .join(", ")}
          {heads.length > SHOWN && ` and ${heads.length - SHOWN} more`}
        </div>
      ))}
    </>
  );
}
