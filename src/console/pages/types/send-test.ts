import { sendBody } from "../../../api/events/schemas.ts";
import { sendInput } from "../../../api/events/send-input.ts";
import { actorOf } from "../../../auth/principal.ts";
import { deliverOn } from "../../../delivery/deliver.ts";
import { type Subject, subjectOf } from "../../../directory/subject.ts";
import { sendEvent } from "../../../events/send.ts";
import { requireToken } from "../../../http/access.ts";
import { fieldErrors } from "../../../http/field-errors.ts";
import { type IdempotencyKey, keyOf } from "../../../idempotency/once.ts";
import { Failure, invalid } from "../../../lib/failure.ts";
import { printId } from "../../../lib/ids.ts";
import { sendTest } from "../../../notifications/test/send.ts";
import { type Console, type ConsoleContext, scopeIn } from "../../app-env.tsx";
import { type Faults, faultsOfForm } from "../../faults.ts";
import { type Fields, fieldsOf } from "../../fields.ts";
import { done } from "../../notices.ts";
import { showTest } from "./editor.tsx";
import { typedJson } from "./type-values.ts";
import { WORDS, type WordsAt, wordsAt } from "./words-place.ts";

export function register(pages: Console): void {
  pages.post(`${WORDS}/test`, async (c) => {
    const at = wordsAt(c);
    const typed = await fieldsOf(c);
    const isBuiltIn = c.get("deps").types.get(at.id.type) !== undefined;
    try {
      return isBuiltIn ? await testBuiltIn(c, at, typed) : await testOwn(c, at, typed);
    } catch (error) {
      return showTest(c, at, { typed, faults: faultsIn(error) });
    }
  });
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

/**
 * Sends the test e-mail with a built-in type's sample to the one who is signed in, as the API does: nobody else gets mail
 * that they have not asked for. The message's page shows what comes of it.
 */
async function testBuiltIn(c: ConsoleContext, { id }: WordsAt, typed: Fields): Promise<Response> {
  if (id.channel !== "email")
    throw invalid([
      { pointer: "channel", detail: "must be email: other channels have no test of built-in types" },
    ]);
  const { id: userId } = subjectOf(requireToken(c.get("principal")));
  // Within the scope, since the message's page is seen in it.
  const caller: Subject = { id: userId, scope: scopeIn(c), create: null };
  const key = await keyIn(c, typed, { userId, type: id.type });
  const { dispatch } = await sendToSelf(c, key, caller, id.type);
  if (dispatch.error_code === "no_address") throw invalid([{ pointer: "", detail: NO_ADDRESS }]);
  return done(c, `/console/messages/${printId("dsp", dispatch.id)}`, "tested");
}

/** @throws 400 where the one who is signed in is no user in scope */
async function sendToSelf(c: ConsoleContext, key: IdempotencyKey | null, caller: Subject, type: string) {
  try {
    return await sendTest(
      c.get("ctx"),
      async (ctx, ids) => deliverOn(ctx, "email", [[...ids]]),
      key,
      caller,
      { type },
    );
  } catch (error) {
    if (!(error instanceof Failure) || error.problem !== "not_found") throw error;
    throw invalid([{ pointer: "", detail: NO_USER }]);
  }
}

const NO_USER =
  "The test e-mail goes to yourself alone, and the directory has no user with your id whom you may reach.";
const NO_ADDRESS =
  "The test e-mail goes to yourself alone, and the directory has no e-mail address of yours.";
