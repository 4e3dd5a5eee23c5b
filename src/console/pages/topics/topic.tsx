import { body, subscribersQuery, userIds } from "../../../api/topics/schemas.ts";
import { putTopic } from "../../../events/topics/put.ts";
import { readTopic } from "../../../events/topics/read.ts";
import { removeTopic } from "../../../events/topics/remove.ts";
import { listSubscribers, subscribe, unsubscribe } from "../../../events/topics/subscribers.ts";
import type { Topic, TopicKey } from "../../../events/topics/topic.ts";
import { authorOf } from "../../../http/author.ts";
import { fieldErrors } from "../../../http/field-errors.ts";
import { idAfter, paginateById } from "../../../http/id-cursor.ts";
import { ownerQuery } from "../../../http/owner.ts";
import { notFound } from "../../../lib/failure.ts";
import { ownerOf } from "../../../preferences/owner.ts";
import { type Console, type ConsoleContext, page, scopeIn } from "../../app-env.tsx";
import { Card } from "../../components/boxes.tsx";
import { Button, ButtonLink, Confirm } from "../../components/buttons.tsx";
import { TextField } from "../../components/form.tsx";
import { Facts, Notice, Time } from "../../components/text.tsx";
import { figure } from "../../figures.ts";
import { type Fields, fieldsOf } from "../../fields.ts";
import { queryIn, toldAt } from "../../input.ts";
import { linesOf } from "../../lines.ts";
import { done, noticeIn } from "../../notices.ts";
import { nameOfOwner, pathFor } from "../../owner.ts";
import { type Viewer, viewerOf } from "../../viewer.ts";
import { isOwn } from "./own.ts";
import { addressOf, Many, Subscribers, TOPICS, type Trial } from "./subscribers.tsx";

const LIMIT = 50;
const query = subscribersQuery.omit({ limit: true });

const keyIn = (c: ConsoleContext): TopicKey => ({
  id: c.req.param("topic") ?? "",
  owner: ownerOf(scopeIn(c), queryIn(c, ownerQuery).org_id),
});

/** A topic that an organization has. Two round trips. */
async function show(c: ConsoleContext, key: TopicKey, trial: Trial | null = null): Promise<Response> {
  const scope = scopeIn(c);
  const topic = await readTopic(c.get("ctx"), scope, key);
  if (topic.org_id !== key.owner) return showInherited(c, topic);
  const { user_id: userId, cursor } = trial === null ? queryIn(c, query) : {};
  const filter = { userId, after: idAfter(cursor), limit: LIMIT };
  const found = await listSubscribers(c.get("ctx"), scope, key, filter);
  const { rows, pagination } = paginateById(LIMIT, found, (id) => id);
  const { next_cursor } = pagination;
  return page(
    c,
    {
      title: topic.name ?? topic.id,
      section: TOPICS,
      crumb: { href: pathFor(TOPICS, key.owner), name: "Topics" },
      notice: trial?.notice ?? noticeIn(c),
      actions: <Actions topicKey={key} />,
      children: (
        <div class="two">
          <Subscribers
            topicKey={key}
            rows={rows}
            userId={userId}
            isFirst={cursor === undefined}
            next={next_cursor}
          />
          <div class="stack">
            <Many topicKey={key} trial={trial} />
            <About topic={topic} trial={trial} viewer={viewerOf(c)} />
          </div>
        </div>
      ),
    },
    trial?.notice?.tone === "bad" ? 400 : 200,
  );
}

/** A topic of an organization above: there it can be changed, by those who administer that one. */
const showInherited = (c: ConsoleContext, topic: Topic): Promise<Response> =>
  page(c, {
    title: topic.name ?? topic.id,
    section: TOPICS,
    crumb: { href: TOPICS, name: "Topics" },
    children: (
      <Card>
        <Notice tone="info" title={`It is inherited from ${nameOfOwner(topic.org_id)}`}>
          Events can be sent to it. Those who administer {nameOfOwner(topic.org_id)} see its subscribers.
        </Notice>
        <Facts facts={[["Id", <code>{topic.id}</code>]]} />
        {scopeIn(c).kind === "all" && (
          <div class="row">
            <ButtonLink href={addressOf({ id: topic.id, owner: topic.org_id })}>Go there</ButtonLink>
          </div>
        )}
      </Card>
    ),
  });

const Actions = ({ topicKey }: { topicKey: TopicKey }) => (
  <Confirm
    id="delete"
    action={addressOf(topicKey, "/delete")}
    label="Delete the topic"
    title={`Delete the topic ${topicKey.id}?`}
  >
    <p>
      All its subscriptions end. Events to it that are still running go on without those who are left. This
      cannot be undone.
    </p>
  </Confirm>
);

const About = ({ topic, trial, viewer }: { topic: Topic; trial: Trial | null; viewer: Viewer }) => (
  <Card title="About it">
    <Facts
      facts={[
        ["Id", <code>{topic.id}</code>],
        ["Of", nameOfOwner(topic.org_id)],
        ["Made", <Time at={topic.created_at} viewer={viewer} />],
        ["Changed", <Time at={topic.updated_at} viewer={viewer} />],
      ]}
    />
    <form class="form" method="post" action={addressOf({ id: topic.id, owner: topic.org_id })}>
      <TextField
        name="name"
        label="Name"
        value={trial?.name ?? topic.name}
        fault={trial === null ? undefined : toldAt(trial.faults, "/name")}
      />
      <div class="row">
        <Button>Save</Button>
      </div>
    </form>
  </Card>
);

const FAULTY = "It is not done: some fields are missing or wrong.";

/** The ids that were typed, or what is wrong with them. */
function idsIn(text: Fields): { users: string; ids: readonly string[] } | Trial {
  const users = text("users");
  const given = { user_ids: linesOf(users).map((line) => line.text) };
  const parsed = userIds.safeParse(given);
  return parsed.success
    ? { users, ids: parsed.data.user_ids }
    : { users, faults: [...fieldErrors(parsed.error, "json", given)], notice: { tone: "bad", text: FAULTY } };
}

export function register(pages: Console): void {
  pages.get("/topics/:topic", (c) => show(c, keyIn(c)));

  pages.post("/topics/:topic", async (c) => {
    const key = keyIn(c);
    const name = (await fieldsOf(c))("name").trim();
    const given = { name: name === "" ? null : name };
    const parsed = body.safeParse(given);
    if (!parsed.success) {
      const faults = [...fieldErrors(parsed.error, "json", given)];
      return show(c, key, { users: "", name, faults, notice: { tone: "bad", text: FAULTY } });
    }
    // One that is inherited, or has been deleted meanwhile, is not made.
    if (!(await isOwn(c, key))) throw notFound("topic");
    await putTopic(c.get("ctx"), authorOf(c), scopeIn(c), key, parsed.data.name);
    return done(c, addressOf(key), "saved");
  });

  pages.post("/topics/:topic/subscribers", async (c) => {
    const key = keyIn(c);
    const typed = idsIn(await fieldsOf(c));
    if ("faults" in typed) return show(c, key, typed);
    const { added, unknown } = await subscribe(c.get("ctx"), authorOf(c), scopeIn(c), key, typed.ids);
    if (unknown.length === 0) return done(c, addressOf(key), "saved");
    // Those who could not be added are left in the field.
    const detail = "not in the directory, or not of your organizations";
    return show(c, key, {
      users: unknown.join("\n"),
      faults: [{ pointer: "/user_ids", detail }],
      notice: { tone: "warn", text: `${figure(added)} added. ${figure(unknown.length)} could not be added.` },
    });
  });

  pages.post("/topics/:topic/unsubscribe", async (c) => {
    const key = keyIn(c);
    const typed = idsIn(await fieldsOf(c));
    if ("faults" in typed) return show(c, key, typed);
    await unsubscribe(c.get("ctx"), authorOf(c), scopeIn(c), key, typed.ids);
    return done(c, addressOf(key), "saved");
  });

  pages.post("/topics/:topic/delete", async (c) => {
    const key = keyIn(c);
    await removeTopic(c.get("ctx"), authorOf(c), scopeIn(c), key);
    return done(c, pathFor(TOPICS, key.owner), "deleted");
  });
}
