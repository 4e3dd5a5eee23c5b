import { rotation } from "../../../api/webhook-endpoints/schemas.ts";
import type { Endpoint } from "../../../channels/webhook/endpoint.ts";
import { rotateSecret } from "../../../channels/webhook/endpoints.ts";
import { authorOf } from "../../../http/author.ts";
import { countChange } from "../../../http/count-change.ts";
import { type ConsoleContext, scopeIn } from "../../app-env.tsx";
import { Button, Confirm } from "../../components/buttons.tsx";
import { Select } from "../../components/form.tsx";
import { fieldsOf } from "../../fields.ts";
import { checkedBy } from "../../input.ts";
import { showSecret } from "./new.tsx";
import { endpointPath } from "./paths.ts";
import { nameOf } from "./state.tsx";

/** For how long the former secret may sign, too. */
const OVERLAPS = [
  ["24", "for a day"],
  ["1", "for an hour"],
  ["168", "for a week"],
  ["0", "no more: it leaked"],
] as const;

/** What can be done with an endpoint. */
export const Actions = ({ endpoint }: { endpoint: Endpoint }) => {
  const { id, enabled } = endpoint;
  return (
    <>
      <form method="post" action={endpointPath(id, "/test")}>
        <Button look="primary">Send a test</Button>
      </form>
      <form method="post" action={endpointPath(id, enabled ? "/pause" : "/enable")}>
        <Button>{enabled ? "Pause" : "Enable"}</Button>
      </form>
      <Confirm
        id="rotate"
        action={endpointPath(id, "/rotate")}
        label="New secret"
        title="Make a new secret?"
        look="primary"
      >
        <p>It is shown once. Give it to your program while both sign.</p>
        <Select name="overlap_hours" label="The present secret signs" value="24" options={OVERLAPS} />
      </Confirm>
      <Confirm
        id="delete"
        action={endpointPath(id, "/delete")}
        label="Delete"
        title={`Delete ${nameOf(endpoint)}?`}
      >
        <p>It hears of nothing more, and what waits for it is not sent. This cannot be undone.</p>
      </Confirm>
    </>
  );
};

/** Gives an endpoint a new secret, and shows it. */
export async function rotate(c: ConsoleContext, id: string): Promise<Response> {
  const { overlap_hours: hours } = checkedBy(rotation, {
    overlap_hours: Number((await fieldsOf(c))("overlap_hours") || "24"),
  });
  await countChange(c);
  const made = await rotateSecret(c.get("ctx"), authorOf(c), scopeIn(c), id, hours);
  const about =
    hours === 0
      ? "The former one signs no more."
      : `The former one signs, too, for ${hours === 1 ? "an hour" : `${hours} hours`}.`;
  return showSecret(c, made, "A new secret", about);
}
