import { requireToken } from "../../../http/access.ts";
import type { StoredWording } from "../../../wordings/read.ts";
import type { WordedType } from "../../../wordings/worded-type.ts";
import type { ConsoleContext } from "../../app-env.tsx";
import { Card } from "../../components/boxes.tsx";
import { Button } from "../../components/buttons.tsx";
import { TextArea, TextField } from "../../components/form.tsx";
import { Notice } from "../../components/text.tsx";
import type { Faults } from "../../faults.ts";
import type { Fields } from "../../fields.ts";
import type { WordsAt } from "./words-place.ts";

/** A test that is not sent: what was typed, and what is wrong with it. */
export interface TypedTest {
  typed: Fields;
  faults: Faults;
}

/** Sends one user a test. Nothing where there is no way to send one. @param test null: none was typed yet */
export function TestCard({
  c,
  at,
  worded,
  own,
  test,
}: {
  c: ConsoleContext;
  at: WordsAt;
  worded: WordedType;
  own: StoredWording | null;
  test: TypedTest | null;
}) {
  const { channel } = at.id;
  if (channel === "sms" || (worded.isBuiltIn && channel !== "email")) return null;
  const { id, role } = requireToken(c.get("principal"));
  const isToNobody = worded.isBuiltIn && role === "service";
  const about = worded.isBuiltIn
    ? "The test e-mail with this type's sample, to yourself: to the user who has your id in the directory. It is in the built-in words: words of your own are for real messages only."
    : `A real event of this type to one user, by ${channel} alone. It goes the usual way, so that quiet hours and opt-outs count, and says what is published in the user's language${
        own !== null && own.published !== own.latest ? ": not the draft" : ""
      }.`;
  return (
    <Card title="Send a test">
      <form class="form" method="post" action={at.path("/test")}>
        <p class="small muted">{about}</p>
        {test !== null && test.faults.others.length > 0 && (
          <Notice tone="bad">
            {test.faults.others.map((text) => (
              <p>{text}</p>
            ))}
          </Notice>
        )}
        <input type="hidden" name="once" value={c.get("deps").ids.uuid()} />
        {!worded.isBuiltIn && (
          <div class="columns">
            <TextField
              name="test_user_id"
              label="To the user"
              required
              value={test?.typed("test_user_id") ?? (role === "service" ? "" : id)}
              fault={test?.faults.of.get("test_user_id")}
              hint="The id of a user whom you may reach; at first your own."
            />
            <TextArea
              name="test_data"
              label="Data of the event"
              value={
                test?.typed("test_data") ??
                (worded.sample === null ? "{}" : JSON.stringify(worded.sample, null, 2))
              }
              fault={test?.faults.of.get("test_data")}
              code
              rows={4}
            />
          </div>
        )}
        {isToNobody ? (
          <p class="small muted">You are signed in as a service, which is no user.</p>
        ) : (
          <div class="row">
            <Button>Send a test</Button>
          </div>
        )}
      </form>
    </Card>
  );
}
