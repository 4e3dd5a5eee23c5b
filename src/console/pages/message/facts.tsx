import type { Child } from "hono/jsx";
import { printId } from "../../../lib/ids.ts";
import { parseJson } from "../../../lib/objects.ts";
import { Card } from "../../components/boxes.tsx";
import { channelName, personPath, shortened, typePath } from "../../components/names.ts";
import { Badge, Facts, Id, Status, Time } from "../../components/text.tsx";
import type { Viewer } from "../../viewer.ts";
import { Pretty } from "../explain/rendering.tsx";
import { eventPath } from "./happened.tsx";
import { messagePath } from "./path.ts";
import type { Message } from "./read.ts";

/** A longer body is cut. */
const MAX_BODY = 2_000;
const MAX_KEYS = 5;

/** What the row of a message says. */
export function FactsCard({ message, viewer }: { message: Message; viewer: Viewer }) {
  const { dispatch, keys } = message;
  const time = (at: number | null): Child => (at === null ? null : <Time at={at} viewer={viewer} />);
  return (
    <Card title="Facts">
      <Facts
        facts={[
          ["Id", <Id id={printId("dsp", dispatch.id)} />],
          ["Status", <StatusOf message={message} />],
          ["Why", whyOf(message)],
          ["Channel", channelName(dispatch.channel)],
          ["Type", <a href={typePath(dispatch.type, dispatch.org_id)}>{dispatch.type}</a>],
          ["To", <To message={message} />],
          ["Organization", organizationOf(message)],
          ...sourceOf(message),
          ["Follows", dispatch.follows == null ? null : <MessageLink id={dispatch.follows} />],
          ["Followed by", dispatch.followed_by == null ? null : <MessageLink id={dispatch.followed_by} />],
          ["Made", time(dispatch.created_at)],
          ["Planned for", time(dispatch.scheduled_at)],
          ["Looked at next", dispatch.status === "queued" ? time(dispatch.due_at) : null],
          ["Worth nothing after", time(dispatch.expires_at)],
          ["Last attempt", time(dispatch.sent_at)],
          ["Delivered", time(dispatch.delivered_at)],
          ["Read", time(dispatch.read_at)],
          ["Attempts", dispatch.attempts > 0 ? dispatch.attempts : null],
          ["Provider", dispatch.provider],
          ["Provider's id", dispatch.provider_message_id && <code>{dispatch.provider_message_id}</code>],
          ["Deduplicated by", keys === null || keys.length === 0 ? null : <Keys keys={keys} />],
          ["Title", dispatch.title],
          ["Body", dispatch.body && shortened(dispatch.body, MAX_BODY)],
        ]}
      />
      <Pretty
        title="Data"
        value={dispatch.data === null ? null : (parseJson(dispatch.data) ?? dispatch.data)}
      />
    </Card>
  );
}

/** The status and the mark that a person has set. */
export const StatusOf = ({ message: { dispatch } }: { message: Pick<Message, "dispatch"> }) => (
  <span class="row">
    <Status status={dispatch.status} />
    {dispatch.mark !== null && <Badge>{dispatch.mark}</Badge>}
  </span>
);

/** Why it is as it is, in words and as a code. */
function whyOf({ dispatch: { error, error_code } }: Message): Child {
  if (error_code === null) return error;
  return (
    <>
      {error ?? ""} <code>{error_code}</code>
    </>
  );
}

const To = ({ message: { dispatch, addressee } }: { message: Message }) => (
  <a href={personPath(dispatch.user_id)}>
    {addressee?.name == null ? dispatch.user_id : `${addressee.name} (${dispatch.user_id})`}
  </a>
);

const organizationOf = ({ dispatch: { org_id }, addressee }: Message): string | null =>
  org_id === null || addressee?.org_name == null ? org_id : `${addressee.org_name} (${org_id})`;

function sourceOf({ dispatch, event }: Message): (readonly [string, Child])[] {
  if (event !== null) return [["Event", <a href={eventPath(event.id)}>{printId("evt", event.id)}</a>]];
  if (dispatch.batch_id === null) return [];
  const batch = printId("batch", dispatch.batch_id);
  return [["Batch", <a href={`/console/messages?q=${batch}`}>{batch}</a>]];
}

const MessageLink = ({ id }: { id: string }) => <a href={messagePath(id)}>{printId("dsp", id)}</a>;

const Keys = ({ keys }: { keys: readonly string[] }) => (
  <>
    {keys.slice(0, MAX_KEYS).map((key) => (
      <div>
        <code>{shortened(key, 120)}</code>
      </div>
    ))}
    {keys.length > MAX_KEYS && <span class="small muted">and {keys.length - MAX_KEYS} more</span>}
  </>
);
