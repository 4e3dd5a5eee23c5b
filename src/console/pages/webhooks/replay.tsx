import { endpointIdOf, endpointPath } from "./paths.ts";
import type { Endpoint } from "../../../channels/webhook/endpoint.ts";
import { replaySince } from "../../../channels/webhook/replay.ts";
import { authorOf } from "../../../http/author.ts";
import { countChange } from "../../../http/count-change.ts";
import { parseId, printId } from "../../../lib/ids.ts";
import { type ConsoleContext, scopeIn } from "../../app-env.tsx";
import { Card } from "../../components/boxes.tsx";
import { Button } from "../../components/buttons.tsx";
import { Check, TextField } from "../../components/form.tsx";
import { type Fields, fieldsOf, queryOf } from "../../fields.ts";
import { done } from "../../notices.ts";
import { typedAs, typedTime, type Viewer, viewerOf } from "../../viewer.ts";

/** Since when an endpoint is to get again what it missed, as it was typed. */
export interface TypedReplay {
  since: string;
  withSent: boolean;
  /** The last webhook that was sent again; `""`: none. */
  after: string;
  fault: string | undefined;
}

const replayIn = (text: Fields): TypedReplay => ({
  since: text("since"),
  withSent: text("include_sent") === "on",
  after: text("after"),
  fault: undefined,
});

/** Sends again what an endpoint missed; the typed text again where it is no time. */
export async function replay(c: ConsoleContext): Promise<Response | TypedReplay> {
  const id = endpointIdOf(c.req.param("id") ?? "");
  const typed = replayIn(await fieldsOf(c));
  const since = typedTime(typed.since, viewerOf(c));
  if (since === null) return { ...typed, fault: "must be a date and a time" };
  const after = typed.after === "" ? "" : (parseId("whm", typed.after) ?? "");
  const wanted = { since, until: undefined, withSent: typed.withSent, after };
  await countChange(c);
  const { next } = await replaySince(c.get("ctx"), authorOf(c), scopeIn(c), id, wanted);
  if (next === null) return done(c, endpointPath(id), "replayed");
  const rest = new URLSearchParams({
    since: typed.since,
    ...(typed.withSent && { include_sent: "on" }),
    after: printId("whm", next),
  });
  return done(c, endpointPath(id, `?${rest.toString()}`), "replayed_some");
}

/** Sends again what an endpoint missed. @param typed null: nothing was typed yet */
export function ReplayCard({
  c,
  endpoint: { id, enabled, failing_since, disabled_at },
  typed,
}: {
  c: ConsoleContext;
  endpoint: Endpoint;
  typed: TypedReplay | null;
}) {
  if (!enabled)
    return (
      <Card title="Send again what it missed">
        <p class="small muted">Enable it first.</p>
      </Card>
    );
  const { since, withSent, after, fault } = typed ?? replayIn(queryOf(c));
  return (
    <Card title="Send again what it missed" id="replay">
      <form class="form" method="post" action={endpointPath(id, "/replay")}>
        <TextField
          name="since"
          label="Since"
          type="datetime-local"
          required
          value={since || firstMissed(failing_since ?? disabled_at, viewerOf(c))}
          fault={fault}
          hint="What happened from this time on, and was not taken. Webhooks are kept for a week."
        />
        <Check
          name="include_sent"
          label="Also those that it took: it must leave out what it has seen"
          checked={withSent}
        />
        {after !== "" && <input type="hidden" name="after" value={after} />}
        <div class="row">
          <Button>{after === "" ? "Send again" : "Go on"}</Button>
        </div>
      </form>
    </Card>
  );
}

const firstMissed = (at: number | null, viewer: Viewer): string => (at === null ? "" : typedAs(at, viewer));
