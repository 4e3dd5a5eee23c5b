import type { NotificationTypes } from "../../content/type.ts";
import type { Ctx } from "../../ctx.ts";
import type { Dispatch } from "../../db/schema/index.ts";
import type { Outcome } from "../../delivery/outcome.ts";
import { unmade } from "../unmade.ts";
import { NO_WORDS, speechesOf, type Words, wordsFor } from "../voice.ts";
import type { Loaded } from "./load.ts";
import type { ChatMessage } from "./message.ts";

/** What dispatches say; the outcome of one that has nothing to say. */
export type SaidChats = (dispatch: Dispatch) => ChatMessage | Outcome;

const EMPTY = {
  kind: "rejected",
  code: "no_content",
  message: "There is nothing to say",
} as const satisfies Outcome;

/** What messages say: the published words. One round trip where the isolate does not have them. */
export async function sayChats(
  ctx: Ctx,
  types: NotificationTypes,
  dispatches: readonly Dispatch[],
  loaded: Loaded,
): Promise<{ said: SaidChats; wordsOf: (dispatch: Dispatch) => Words<"chat"> | null }> {
  const wordsOf = await wordsFor(ctx, "chat", speechesOf(types, dispatches, loaded), loaded);
  const said = (dispatch: Dispatch): ChatMessage | Outcome => {
    try {
      return say(dispatch, wordsOf(dispatch), loaded);
    } catch (error) {
      return unmade(ctx, dispatch, error);
    }
  };
  return { said, wordsOf };
}

/** @throws if it cannot be made */
function say(dispatch: Dispatch, words: Words<"chat"> | null, { readers }: Loaded): ChatMessage | Outcome {
  if (words === null) return NO_WORDS;
  const { reader } = readers(dispatch.user_id);
  const message = words.render({ locale: reader?.locale ?? null, timezone: reader?.timezone ?? null });
  return message.title === "" && message.blocks.length === 0 && message.action === null ? EMPTY : message;
}
