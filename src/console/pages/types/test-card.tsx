import { requireToken } from "../../../http/access.ts";
import type { StoredWording } from "../../../wordings/read.ts";
import type { WordedType } from "../../../wordings/worded-type.ts";
import type { ConsoleContext } from "../../app-env.tsx";
import { Card } from "../../components/boxes.tsx";
import { Button, TextArea, TextField } from "../../components/form.tsx";
import type { WordsAt } from "./words-place.ts";

/** Sends one user a test. Nothing where there is no way to send one. */
export function TestCard({
  c,
  at,
  worded,
  own,
}: {
  c: ConsoleContext;
  at: WordsAt;
  worded: WordedType;
  own: StoredWording | null;
}) {
  const { channel } = at.id;
  if (channel === "sms" || (worded.isBuiltIn && channel !== "email")) return null;
  const { id, role } = requireToken(c.get("principal"));
  return (
    <Card title="Send a test">
      <form class="form" method="post" action={at.path("/test")}>
        <p class="small muted">
          {worded.isBuiltIn
            ? "The test e-mail with this type's sample, in its built-in words: words of your own are for real messages only."
            : `A real event of this type to one user, by ${channel} alone. It goes the usual way, so that quiet hours and opt-outs count, and says what is published in the user's language${
                own !== null && own.published !== own.latest ? ": not the draft" : ""
              }.`}
        </p>
        <input type="hidden" name="once" value={c.get("deps").ids.uuid()} />
        <div class="columns">
          <TextField
            name="test_user_id"
            label="To the user"
            required
            value={role === "service" ? "" : id}
            hint="The id of a user whom you may reach; at first your own."
          />
          {!worded.isBuiltIn && (
            <TextArea
              name="test_data"
              label="Data of the event"
              value={worded.sample === null ? "{}" : JSON.stringify(worded.sample, null, 2)}
              code
              rows={4}
            />
          )}
        </div>
        <div class="row">
          <Button>Send a test</Button>
        </div>
      </form>
    </Card>
  );
}
