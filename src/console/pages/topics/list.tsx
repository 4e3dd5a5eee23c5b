import { body, listQuery, topicParam } from "../../../api/topics/schemas.ts";
import { putTopic } from "../../../events/topics/put.ts";
import { listTopics } from "../../../events/topics/read.ts";
import type { Topic } from "../../../events/topics/topic.ts";
import { authorOf } from "../../../http/author.ts";
import { fieldErrors } from "../../../http/field-errors.ts";
import { idAfter, paginateById } from "../../../http/id-cursor.ts";
import { ownerQuery } from "../../../http/owner.ts";
import type { FieldError } from "../../../lib/failure.ts";
import { ownerOf } from "../../../preferences/owner.ts";
import { type Console, type ConsoleContext, page, scopeIn } from "../../app-env.tsx";
import { Card, Pager, Table } from "../../components/boxes.tsx";
import { Button } from "../../components/buttons.tsx";
import { TextField } from "../../components/form.tsx";
import { Badge, Empty, Time } from "../../components/text.tsx";
import { fieldsOf } from "../../fields.ts";
import { queryIn, toldAt } from "../../input.ts";
import { done, noticeIn } from "../../notices.ts";
import { nameOfOwner, ownOf, pathFor, queryFor } from "../../owner.ts";
import { type Viewer, viewerOf } from "../../viewer.ts";
import { isOwn } from "./own.ts";

const PATH = "/console/topics";
const LIMIT = 25;
const query = listQuery.omit({ limit: true });

interface NewTopic {
  id: string;
  name: string;
  faults: readonly FieldError[];
}

const NONE: NewTopic = { id: "", name: "", faults: [] };

/** Whoever administers everything is led to where the topic is; others see it as their organization does. */
const addressOf = (c: ConsoleContext, owner: string, { id, org_id }: Topic): string =>
  pathFor(`${PATH}/${encodeURIComponent(id)}`, scopeIn(c).kind === "all" ? org_id : owner);

const Topics = ({
  c,
  owner,
  rows,
  viewer,
}: {
  c: ConsoleContext;
  owner: string;
  rows: readonly Topic[];
  viewer: Viewer;
}) => (
  <Table
    label="List of topics"
    rows={rows}
    columns={[
      { head: "Topic", cell: (topic) => <a href={addressOf(c, owner, topic)}>{topic.id}</a> },
      { head: "Name", cell: ({ name }) => name ?? <span class="muted">–</span> },
      {
        head: "Of",
        cell: ({ org_id }) => (
          <span class="row">
            {nameOfOwner(org_id)}
            {org_id !== owner && <Badge>inherited</Badge>}
          </span>
        ),
      },
      { head: "Changed", cell: ({ updated_at }) => <Time at={updated_at} viewer={viewer} /> },
    ]}
  />
);

const NewForm = ({ owner, id, name, faults }: NewTopic & { owner: string }) => (
  <Card title="New topic">
    <form class="form" method="post" action={pathFor(PATH, owner)}>
      <TextField
        name="topic"
        label="Id"
        value={id}
        required
        fault={toldAt(faults, "topic")}
        hint="As your programs name it, such as release_notes."
      />
      <TextField
        name="name"
        label="Name"
        value={name}
        fault={toldAt(faults, "/name")}
        hint="For people. May be empty."
      />
      <Button look="primary">Make it</Button>
    </form>
  </Card>
);

/** One round trip. */
async function show(
  c: ConsoleContext,
  { orgId, cursor, typed }: { orgId: string | undefined; cursor?: string | undefined; typed: NewTopic },
) {
  const scope = scopeIn(c);
  const owner = ownerOf(scope, orgId);
  const found = await listTopics(c.get("ctx"), scope, owner, { after: idAfter(cursor), limit: LIMIT });
  const { rows, pagination } = paginateById(LIMIT, found, ({ id }) => id);
  const { next_cursor } = pagination;
  return page(
    c,
    {
      title: "Topics",
      section: PATH,
      lead: `Groups of people, to whom events can be sent. Of ${nameOfOwner(owner)}, and inherited.`,
      notice: noticeIn(c),
      children: (
        <>
          <form class="filters" method="get" action={PATH}>
            <TextField
              name="org_id"
              label="Organization"
              value={orgId}
              hint={`Empty: ${ownOf(scope)}.`}
              search
            />
            <Button>Show</Button>
          </form>
          <div class="two">
            <Card flush>
              {rows.length > 0 ? (
                <Topics c={c} owner={owner} rows={rows} viewer={viewerOf(c)} />
              ) : (
                <Empty title="There is no topic yet">
                  Make one, add people to it, and send an event to all of them.
                </Empty>
              )}
              <Pager
                path={PATH}
                first={pathFor(PATH, owner)}
                isFirst={cursor === undefined}
                next={next_cursor === undefined ? null : queryFor(owner, { cursor: next_cursor })}
                names={["First", "Next"]}
              />
            </Card>
            <NewForm owner={owner} {...typed} />
          </div>
        </>
      ),
    },
    typed.faults.length > 0 ? 400 : 200,
  );
}

/** The checked id and name of a new topic, or what is wrong with them. */
function checked(id: string, name: string): { id: string; name: string | null } | { faults: FieldError[] } {
  const param = topicParam.safeParse({ topic: id });
  const named = body.safeParse({ name: name === "" ? null : name });
  if (param.success && named.success) return { id: param.data.topic, name: named.data.name };
  return {
    faults: [
      ...(param.success ? [] : fieldErrors(param.error, "param", { topic: id })),
      ...(named.success ? [] : fieldErrors(named.error, "json", { name })),
    ],
  };
}

export function register(pages: Console): void {
  pages.get("/topics", (c) => {
    const { org_id, cursor } = queryIn(c, query);
    return show(c, { orgId: org_id, cursor, typed: NONE });
  });

  pages.post("/topics", async (c) => {
    const { org_id: orgId } = queryIn(c, ownerQuery);
    const text = await fieldsOf(c);
    const [id, name] = [text("topic").trim(), text("name").trim()];
    const again = (faults: readonly FieldError[]) => show(c, { orgId, typed: { id, name, faults } });
    const made = checked(id, name);
    if ("faults" in made) return again(made.faults);
    const key = { id: made.id, owner: ownerOf(scopeIn(c), orgId) };
    // Making it again would rename it.
    if (await isOwn(c, key))
      return again([{ pointer: "topic", detail: "is the id of a topic that you have" }]);
    await putTopic(c.get("ctx"), authorOf(c), scopeIn(c), key, made.name);
    return done(c, pathFor(`${PATH}/${encodeURIComponent(made.id)}`, key.owner), "saved");
  });
}
