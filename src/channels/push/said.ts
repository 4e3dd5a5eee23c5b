import type { NotificationTypes } from "../../content/type.ts";
import type { Ctx } from "../../ctx.ts";
import type { Dispatch } from "../../db/schema/index.ts";
import type { Outcome } from "../../delivery/outcome.ts";
import { printId } from "../../lib/ids.ts";
import type { SentEvent } from "../../types/sent-events.ts";
import { unmade } from "../unmade.ts";
import { NO_WORDS, speechesOf, type Words, wordsFor } from "../voice.ts";
import type { Loaded } from "./load.ts";
import { MAX_PUSH_BYTES, parseData, parseOptions, pushPayloadBytes } from "./options.ts";
import type { PushMessage } from "./provider.ts";

/** What a push says, on each of its devices. */
export type PushContent = Pick<PushMessage, "title" | "body" | "data" | "options">;

/** What dispatches say; the outcome of one that has nothing to say. */
export type SaidPushes = (dispatch: Dispatch) => PushContent | Outcome;

/**
 * What pushes say: the words of the event's type; for a built-in type the customer's words, or else what the dispatch was
 * made with. One round trip where the isolate does not have the words.
 */
export async function sayPushes(
  ctx: Ctx,
  types: NotificationTypes,
  dispatches: readonly Dispatch[],
  loaded: Loaded,
): Promise<{ said: SaidPushes; wordsOf: (dispatch: Dispatch) => Words<"push"> | null }> {
  const wordsOf = await wordsFor(ctx, "push", speechesOf(types, dispatches, loaded), loaded);
  const said = new Map(
    dispatches.map((dispatch) => [dispatch.id, saySafely(ctx, dispatch, wordsOf(dispatch), loaded)]),
  );
  return { said: ({ id }) => said.get(id) ?? NO_WORDS, wordsOf };
}

function saySafely(
  ctx: Ctx,
  dispatch: Dispatch,
  words: Words<"push"> | null,
  loaded: Loaded,
): PushContent | Outcome {
  try {
    const content = say(dispatch, words, loaded);
    // A provider's request holds many messages: data that cannot become JSON would fail all of them.
    if (!("kind" in content)) JSON.stringify(content.data);
    return content;
  } catch (error) {
    return unmade(ctx, dispatch, error);
  }
}

/** @throws if it cannot be made */
function say(
  dispatch: Dispatch,
  words: Words<"push"> | null,
  { events, readers }: Loaded,
): PushContent | Outcome {
  const { title, body } = dispatch;
  const event = events.of(dispatch);
  const options = parseOptions(dispatch.options);
  if (words === null)
    return event === undefined ? { title, body, options, data: parseData(dispatch.data) } : NO_WORDS;
  const { reader } = readers(dispatch.user_id);
  const rendered = words.render({ locale: reader?.locale ?? null, timezone: reader?.timezone ?? null });
  const data = event === undefined ? parseData(dispatch.data) : dataOf(event, rendered);
  return { ...rendered, options, data };
}

/** What the app gets of an event. Its data are left out where the push would become too big with them. */
function dataOf(event: SentEvent, text: { title: string; body: string }): Record<string, unknown> {
  const id = { type: event.type.id, event_id: printId("evt", event.id) };
  const whole = { ...id, data: event.data };
  return pushPayloadBytes({ ...text, data: whole }) <= MAX_PUSH_BYTES ? whole : id;
}

/** The outcome of a push that has nothing to say; null for one that has. */
export const unsaid = (said: PushContent | Outcome): Outcome | null => ("kind" in said ? said : null);

/** The title that was rendered. */
export const titleOf = (said: PushContent | Outcome): string | null => ("kind" in said ? null : said.title);
