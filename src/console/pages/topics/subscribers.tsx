import { MAX_USERS } from "../../../events/recipients.ts";
import type { TopicKey } from "../../../events/topics/topic.ts";
import type { FieldError } from "../../../lib/failure.ts";
import { SERVICE } from "../../../preferences/org-settings.ts";
import { Card, Pager, Table } from "../../components/boxes.tsx";
import { Button } from "../../components/buttons.tsx";
import { TextArea, TextField } from "../../components/form.tsx";
import { personPath } from "../../components/names.ts";
import { Empty } from "../../components/text.tsx";
import { figure } from "../../figures.ts";
import { toldAt } from "../../input.ts";
import { lineNamer } from "../../lines.ts";
import { pathFor, queryFor } from "../../owner.ts";

export const TOPICS = "/console/topics";

/** What somebody has typed, and what is wrong with it. */
export interface Trial {
  users: string;
  name?: string;
  faults: readonly FieldError[];
  notice: { tone: "warn" | "bad"; text: string } | null;
}

/** The address of a topic's page, or of one below it. */
export const addressOf = ({ id, owner }: TopicKey, below = ""): string =>
  pathFor(`${TOPICS}/${encodeURIComponent(id)}${below}`, owner);

/** A page of who subscribes, each with a button that ends it. */
export const Subscribers = ({
  topicKey,
  rows,
  userId,
  isFirst,
  next,
}: {
  topicKey: TopicKey;
  rows: readonly string[];
  userId: string | undefined;
  isFirst: boolean;
  next: string | undefined;
}) => (
  <Card title="Subscribers" flush>
    <div class="pad">
      <form class="filters" method="get" action={addressOf(topicKey)}>
        {topicKey.owner !== SERVICE && <input type="hidden" name="org_id" value={topicKey.owner} />}
        <TextField name="user_id" label="User" value={userId} search />
        <Button>Look up</Button>
      </form>
    </div>
    {rows.length > 0 ? (
      <form method="post" action={addressOf(topicKey, "/unsubscribe")}>
        <Table
          label="List of subscribers"
          rows={rows}
          columns={[
            { head: "User", cell: (id) => <a href={personPath(id)}>{id}</a> },
            {
              head: "Subscription",
              numeric: true,
              cell: (id) => (
                <Button look="quiet" small name="users" value={id}>
                  Remove<span class="visually-hidden"> {id}</span>
                </Button>
              ),
            },
          ]}
        />
      </form>
    ) : userId === undefined ? (
      <Empty title="Nobody subscribes yet">Add people by their ids.</Empty>
    ) : (
      <Empty title="This user does not subscribe">
        <a href={addressOf(topicKey)}>Show all subscribers</a>
      </Empty>
    )}
    <Pager
      path={`${TOPICS}/${encodeURIComponent(topicKey.id)}`}
      first={addressOf(topicKey)}
      isFirst={isFirst}
      next={next === undefined ? null : queryFor(topicKey.owner, { cursor: next })}
      names={["First", "Next"]}
    />
  </Card>
);

/** Adds or removes many at once. */
export const Many = ({ topicKey, trial }: { topicKey: TopicKey; trial: Trial | null }) => (
  <Card title="Add or remove">
    <form class="form" method="post" action={addressOf(topicKey, "/subscribers")}>
      <TextArea
        name="users"
        label="Ids of users"
        code
        rows={6}
        value={trial?.users}
        fault={trial === null ? undefined : toldAt(trial.faults, "/user_ids", lineNamer(trial.users))}
        hint={`One on each line, up to ${figure(MAX_USERS)}.`}
      />
      <div class="row">
        <Button look="primary">Add</Button>
        <Button action={addressOf(topicKey, "/unsubscribe")}>Remove</Button>
      </div>
    </form>
  </Card>
);
