import { sendBody } from "../../../api/events/schemas.ts";
import { sendInput } from "../../../api/events/send-input.ts";
import { testerOf, testWords, type WordsTest } from "../../../api/wordings/send-test.ts";
import { actorOf } from "../../../auth/principal.ts";
import { sendEvent } from "../../../events/send.ts";
import { fieldErrors } from "../../../http/field-errors.ts";
import { type IdempotencyKey, keyOf } from "../../../idempotency/once.ts";
import { invalid } from "../../../lib/failure.ts";
import { printId } from "../../../lib/ids.ts";
import { type Console, type ConsoleContext, scopeIn } from "../../app-env.tsx";
import { type Faults, faultsOfForm } from "../../faults.ts";
import { type Fields, fieldsOf } from "../../fields.ts";
import { done } from "../../notices.ts";
import { showTest, showTried, showUntried } from "./editor.tsx";
import { wantedIn } from "./look.ts";
import { typedJson } from "./type-values.ts";
import { WORDS, type WordsAt, wordsAt } from "./words-place.ts";

export function register(pages: Console): void {
  // In the words as they stand in the fields, to oneself.
  pages.post(`${WORDS}/test-me`, async (c) => {
    const at = wordsAt(c);
    const typed = await fieldsOf(c);
    try {
      return await showTried(c, at, typed, await testMyself(c, at, typed));
    } catch (error) {
      return showUntried(c, at, typed, error);
    }
  });

  // In the published words, to any user: an event of a customer's type.
  pages.post(`${WORDS}/test`, async (c) => {
    const at = wordsAt(c);
    const typed = await fieldsOf(c);
    try {
      return await testOwn(c, at, typed);
    } catch (error) {
      return showTest(c, at, { typed, faults: faultsIn(error) });
    }
  });
}

/** Sends what stands in the fields to the one who is signed in; where nothing stands there, what is stored or inherited. */
async function testMyself(c: ConsoleContext, { id }: WordsAt, typed: Fields): Promise<WordsTest> {
  const wanted = wantedIn(id, typed);
  const caller = testerOf(c.get("principal"), scopeIn(c));
  const key = await keyIn(c, typed, { id, wanted });
  return testWords(c.get("ctx"), c.get("deps"), caller, key, id, wanted);
}

/** What is wrong with a test, by the card's fields. @throws what a person cannot mend there */
function faultsIn(error: unknown): Faults {
  return faultsOfForm(error, (pointer) => {
    const [, first = "", ...rest] = pointer.split("/");
    if (first === "recipients") return { field: "test_user_id" };
    if (first !== "data" && first !== "test_data") return null;
    return { field: "test_data", ...(rest.length > 0 && { at: `/${rest.join("/")}` }) };
  });
}

/** The form's own key: two clicks send one test, and another test is another key. */
async function keyIn(c: ConsoleContext, typed: Fields, body: unknown): Promise<IdempotencyKey | null> {
  const once = typed("once");
  if (!/^[\w-]{1,64}$/u.test(once)) return null;
  const actor = actorOf(c.get("principal"));
  return keyOf([actor, "console", c.req.path, once, JSON.stringify(body)], body, c.get("deps").clock.now());
}

/**
 * Sends an event of a customer's type to one user, on this channel alone. Its page shows what comes of it. The body is
 * checked as the API checks it: deeper or larger data could not be sent.
 */
async function testOwn(c: ConsoleContext, { id, owner }: WordsAt, typed: Fields): Promise<Response> {
  const given = {
    type: id.type,
    ...(owner.id !== "" && { org_id: owner.id }),
    recipients: { users: [typed("test_user_id").trim()] },
    data: typedJson("test_data", typed("test_data")) ?? {},
    channels: [id.channel],
  };
  const parsed = sendBody.safeParse(given);
  if (!parsed.success) throw invalid([...fieldErrors(parsed.error, "json", given)]);
  const key = await keyIn(c, typed, parsed.data);
  const actor = actorOf(c.get("principal"));
  const scope = scopeIn(c);
  const input = sendInput(parsed.data, scope);
  const { event } = await sendEvent(c.get("ctx"), scope, actor, key, input, () => false);
  return done(c, `/console/events/${printId("evt", event.id)}`, "tested");
}
