import { actorOf } from "../../../auth/principal.ts";
import type { Channel, WordingChannel } from "../../../db/schema/index.ts";
import { CHANNELS } from "../../../db/schema/index.ts";
import { deliverOn } from "../../../delivery/deliver.ts";
import { subjectOf } from "../../../directory/subject.ts";
import { sendEvent } from "../../../events/send.ts";
import { requireToken } from "../../../http/access.ts";
import { type IdempotencyKey, keyOf } from "../../../idempotency/once.ts";
import { invalid } from "../../../lib/failure.ts";
import { printId } from "../../../lib/ids.ts";
import { isObject } from "../../../lib/objects.ts";
import { directoryId } from "../../../lib/text.ts";
import { sendTest } from "../../../notifications/test/send.ts";
import { type Console, type ConsoleContext, scopeIn } from "../../app-env.tsx";
import { done } from "../../notices.ts";
import { type Fields, fieldsOf } from "../../fields.ts";
import { typedJson } from "./type-values.ts";
import { WORDS, type WordsAt, wordsAt } from "./words-place.ts";

export function register(pages: Console): void {
  pages.post(`${WORDS}/test`, async (c) => {
    const at = wordsAt(c);
    const typed = await fieldsOf(c);
    const userId = userIn(typed);
    const isBuiltIn = c.get("deps").types.get(at.id.type) !== undefined;
    return isBuiltIn ? testBuiltIn(c, at, typed, userId) : testOwn(c, at, typed, userId);
  });
}

/** @throws 400 */
function userIn(typed: Fields): string {
  const id = typed("test_user_id").trim();
  if (directoryId.safeParse(id).success) return id;
  throw invalid([{ pointer: "/test_user_id", detail: "must be the id of a user" }]);
}

/** The form's own key: two clicks send one test, and another test is another key. */
async function keyIn(c: ConsoleContext, typed: Fields, body: unknown): Promise<IdempotencyKey | null> {
  const once = typed("once");
  if (!/^[\w-]{1,64}$/u.test(once)) return null;
  const actor = actorOf(c.get("principal"));
  return keyOf([actor, "console", c.req.path, once, JSON.stringify(body)], body, c.get("deps").clock.now());
}

/** @throws 400 for a channel on which nothing can be sent */
function channelOf(channel: WordingChannel): Channel {
  const found = CHANNELS.find((one) => one === channel);
  if (found === undefined) throw invalid([{ pointer: "channel", detail: "sends no messages yet" }]);
  return found;
}

/** Sends an event of a customer's type to one user, on this channel alone. Its page shows what comes of it. */
async function testOwn(c: ConsoleContext, { id, owner }: WordsAt, typed: Fields, userId: string) {
  const data = typedJson("test_data", typed("test_data")) ?? {};
  if (!isObject(data)) throw invalid([{ pointer: "/test_data", detail: "must be an object" }]);
  const channels = [channelOf(id.channel)];
  const input = {
    type: id.type,
    orgId: owner.id === "" ? undefined : owner.id,
    to: { kind: "users" as const, ids: [userId], facts: new Map() },
    data,
    key: null,
    sendAt: null,
    expiresAt: null,
    channels,
    actor: null,
    isDryRun: false,
  };
  const key = await keyIn(c, typed, { userId, data, channels });
  const actor = actorOf(c.get("principal"));
  const { event } = await sendEvent(c.get("ctx"), scopeIn(c), actor, key, input, () => false);
  return done(c, `/console/events/${printId("evt", event.id)}`, "tested");
}

/** Sends the test e-mail with a built-in type's sample. The message's page shows what comes of it. */
async function testBuiltIn(c: ConsoleContext, { id }: WordsAt, typed: Fields, userId: string) {
  if (id.channel !== "email")
    throw invalid([
      { pointer: "channel", detail: "must be email: other channels have no test of built-in types" },
    ]);
  const subject = subjectOf(requireToken(c.get("principal")), userId);
  const ctx = c.get("ctx");
  const key = await keyIn(c, typed, { userId, type: id.type });
  const { dispatch } = await sendTest(
    ctx,
    async (ctx, ids) => deliverOn(ctx, "email", [[...ids]]),
    key,
    subject,
    { type: id.type },
  );
  return done(c, `/console/messages/${printId("dsp", dispatch.id)}`, "tested");
}
