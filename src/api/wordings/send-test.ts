import type { Scope } from "../../auth/scope.ts";
import { requireToken } from "../../http/access.ts";
import type { Trial } from "../../content/index.ts";
import type { Ctx } from "../../ctx.ts";
import { type Channel, CHANNELS } from "../../db/schema/index.ts";
import { deliverTest } from "../../delivery/deliver.ts";
import { type Subject, subjectOf } from "../../directory/subject.ts";
import type { IdempotencyKey } from "../../idempotency/once.ts";
import { Failure, invalid, notFound } from "../../lib/failure.ts";
import { sendTest, type TestOutcome } from "../../notifications/test/send.ts";
import type { OwnTypeData } from "../../types/own-type.ts";
import type { WordingId } from "../../wordings/fields.ts";
import { wordsPlace, type WordsFound } from "../../wordings/preview-source.ts";
import { wordedType } from "../../wordings/worded-type.ts";
import { checkedFor, requireChannel, showFound, type ShowWanted, type WordsDeps } from "./words.ts";

/** What came of a test, and which words it was in. */
export interface WordsTest extends TestOutcome {
  found: WordsFound;
}

/** The largest data, as JSON: that of an event. */
const MAX_DATA_BYTES = 32_768;

/** Why nobody can send a test to themselves whom the directory does not know, or not in the caller's scope. */
const NO_USER =
  "A test goes to yourself alone, and the directory has no user with your id whom you may reach.";

/** Who gets a test: the caller, within the scope in which its message is seen. @throws 403 `no_user` for a service */
export function testerOf(principal: Parameters<typeof requireToken>[0], scope: Scope): Subject {
  const { id } = subjectOf(requireToken(principal));
  return { id, scope, create: null };
}

/**
 * Sends a message in words as they stand, published or not, to the caller alone, at once and by the code that sends all
 * others. Which words: as with `showWords`. By e-mail to a verified address only, since they may say anything.
 * At most eight round trips: what the words are, and a test's own.
 * @throws as `showWords` and `sendTest`; 400 for a channel on which nothing can be sent; 404 where the directory does not know
 * the caller
 */
export async function testWords(
  ctx: Ctx,
  deps: WordsDeps,
  caller: Subject,
  key: IdempotencyKey | null,
  id: WordingId,
  wanted: Omit<ShowWanted, "userId">,
): Promise<WordsTest> {
  const { scope } = caller;
  const worded = await wordedType(ctx, deps.types, scope, id.org_id, id.type);
  requireChannel(worded, id.channel);
  const channel = CHANNELS.find((one) => one === id.channel && ctx.channels.has(one));
  if (channel === undefined)
    throw invalid([{ pointer: "channel", detail: "is not configured: nothing can be sent on it" }]);
  const checked = checkedFor(worded, id, wanted);
  const { fields, version, data } = checked;
  if (new TextEncoder().encode(JSON.stringify(data)).length > MAX_DATA_BYTES)
    throw invalid([{ pointer: "/data", detail: `must have at most ${MAX_DATA_BYTES} bytes as JSON` }]);
  const asked = { userId: caller.id, version, isDraft: fields !== null };
  const { place } = await ctx.db.read({ place: wordsPlace(scope, id, asked) }).catch(explainUser);
  const found = await showFound(ctx, deps, id, worded, place, checked);
  const own = worded.own === null ? null : JSON.stringify(plainType(worded.own, channel));
  const trial: Trial = { locale: found.words?.locale ?? id.locale, fields: found.fields, data, own };
  const outcome = await sendTest(ctx, deliverTest, key, caller, { channel, id: id.type, trial });
  return { ...outcome, found };
}

function explainUser(error: unknown): never {
  if (error instanceof Failure && error.problem === "not_found" && error.detail === notFound("user").detail)
    throw new Failure("not_found", NO_USER, { code: "no_user" });
  throw error;
}

/** A type without what its message does not depend upon, so that the message stays small. */
const plainType = ({ id, org_id, name, category, critical }: OwnTypeData, channel: Channel): OwnTypeData => ({
  id,
  org_id,
  name,
  category,
  critical,
  channels: [{ channel }],
  schema: null,
  sample: null,
  dedupe: "event",
  batch: null,
  throttle: null,
  expires_after: null,
});
