import type { WordsTest } from "../../../api/wordings/send-test.ts";
import { CHANNELS } from "../../../db/schema/index.ts";
import { requireToken } from "../../../http/access.ts";
import { wasSent } from "../../../log/read.ts";
import type { StoredWording } from "../../../wordings/read.ts";
import type { WordedType } from "../../../wordings/worded-type.ts";
import type { ConsoleContext } from "../../app-env.tsx";
import { Card } from "../../components/boxes.tsx";
import { Button } from "../../components/buttons.tsx";
import { TextArea, TextField } from "../../components/form.tsx";
import { channelName } from "../../components/names.ts";
import { Notice } from "../../components/text.tsx";
import type { Faults } from "../../faults.ts";
import type { Fields } from "../../fields.ts";
import type { PageProps } from "../../layout/page.tsx";
import { messagePath } from "../message/path.ts";
import type { WordsAt } from "./words-place.ts";

/** A test that is not sent: what was typed, and what is wrong with it. */
export interface TypedTest {
  typed: Fields;
  faults: Faults;
}

/** What became of a test to oneself, for the top of the page. */
export const noticeOfTest = ({ dispatch }: WordsTest): PageProps["notice"] =>
  wasSent(dispatch)
    ? { tone: "good", text: `The test is sent to you by ${channelName(dispatch.channel)}.` }
    : { tone: "bad", text: `The test could not be sent: ${dispatch.error ?? "nobody said why"}.` };

const GOES_TO: Readonly<Record<string, string>> = {
  push: "to your devices",
  email: "to your address, which must be verified",
  in_app: "to your inbox",
  sms: "to your number",
};

/**
 * Sends oneself what stands in the fields above: its button belongs to their form. Nothing where the service cannot send on
 * the channel. @param tried the test that was just sent
 */
export function TestMe({ c, at, tried }: { c: ConsoleContext; at: WordsAt; tried: WordsTest | null }) {
  const { channel } = at.id;
  if (!CHANNELS.some((one) => one === channel && c.get("ctx").channels.has(one))) return null;
  const { role } = requireToken(c.get("principal"));
  return (
    <Card title="Send yourself a test">
      <p class="small muted">
        In the words as they stand in the fields above, published or not, with their data: by{" "}
        {channelName(channel)} {GOES_TO[channel] ?? "to yourself"}, and to nobody else. If the fields are
        empty, in the words that are used without them. Five an hour.
      </p>
      {tried !== null && (
        <p>
          <a href={messagePath(tried.dispatch.id)}>What became of the test</a>
        </p>
      )}
      {role === "service" ? (
        <p class="small muted">You are signed in as a service, which is no user.</p>
      ) : (
        <div class="row">
          <input type="hidden" name="once" value={c.get("deps").ids.uuid()} form="words" />
          <button class="button" type="submit" form="words" formaction={at.path("/test-me")} formnovalidate>
            Send me a test
          </button>
        </div>
      )}
    </Card>
  );
}

/** Sends one user an event of a customer's type, in published words. @param test null: none was typed yet */
export function TestEvent({
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
  if (worded.isBuiltIn || !CHANNELS.some((one) => one === channel && c.get("ctx").channels.has(one)))
    return null;
  const { id, role } = requireToken(c.get("principal"));
  const isDraft = own !== null && own.published !== own.latest;
  return (
    <Card title="Send a user a real event">
      <form class="form" method="post" action={at.path("/test")}>
        <p class="small muted">
          An event of this type to one user, by {channelName(channel)} alone. It goes the usual way, so that
          quiet hours and opt-outs count, and says what is published in the user's language
          {isDraft && ": not the draft"}.
        </p>
        {test !== null && test.faults.others.length > 0 && (
          <Notice tone="bad">
            {test.faults.others.map((text) => (
              <p>{text}</p>
            ))}
          </Notice>
        )}
        <input type="hidden" name="once" value={c.get("deps").ids.uuid()} />
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
        <div class="row">
          <Button>Send the event</Button>
        </div>
      </form>
    </Card>
  );
}
