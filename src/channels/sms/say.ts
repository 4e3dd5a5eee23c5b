import type { NotificationTypes } from "../../content/index.ts";
import { cleanText } from "../../content/clean.ts";
import type { Ctx } from "../../ctx.ts";
import type { Dispatch } from "../../db/schema/index.ts";
import type { Outcome } from "../../delivery/outcome.ts";
import { unmade } from "../unmade.ts";
import { NO_WORDS, speechesOf, type Voiced, type Words, wordsFor } from "../voice.ts";

/** What a text message says. */
export interface SaidText {
  text: string;
}

/** No-break spaces look like spaces, but GSM's alphabet has none of them: one would more than double the price of the text. */
const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/gu, " ");

/**
 * What text messages say: the words of the event's type; for a built-in type the customer's words, or else the title and the
 * body that the dispatch was made with. One round trip where the isolate does not have the words.
 */
export async function sayTexts(
  ctx: Ctx,
  types: NotificationTypes,
  dispatches: readonly Dispatch[],
  loaded: Voiced,
): Promise<{
  said: (dispatch: Dispatch) => SaidText | Outcome;
  wordsOf: (dispatch: Dispatch) => Words<"sms"> | null;
}> {
  const wordsOf = await wordsFor(ctx, "sms", speechesOf(types, dispatches, loaded), loaded);
  return {
    wordsOf,
    said: (dispatch) => {
      try {
        return say(dispatch, wordsOf(dispatch), loaded);
      } catch (error) {
        return unmade(ctx, dispatch, error);
      }
    },
  };
}

/** @throws if it cannot be made */
function say(
  dispatch: Dispatch,
  words: Words<"sms"> | null,
  { events, readers }: Voiced,
): SaidText | Outcome {
  if (words !== null) {
    const { reader } = readers(dispatch.user_id);
    const { text } = words.render({ locale: reader?.locale ?? null, timezone: reader?.timezone ?? null });
    return text === "" ? NO_WORDS : { text: plain(text) };
  }
  const made = [dispatch.title, dispatch.body].flatMap((part) => cleanText(part ?? "") || []);
  if (events.of(dispatch) !== undefined || made.length === 0) return NO_WORDS;
  return { text: plain(made.join("\n")) };
}
