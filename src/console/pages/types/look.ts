import { z } from "zod";
import { eventData } from "../../../api/events/schemas.ts";
import { checkedFor, showFound, showWords } from "../../../api/wordings/words.ts";
import { fieldErrors } from "../../../http/field-errors.ts";
import { Failure, invalid, notFound } from "../../../lib/failure.ts";
import { isObject } from "../../../lib/objects.ts";
import { directoryId } from "../../../lib/text.ts";
import type { WordsPlace } from "../../../wordings/preview-source.ts";
import type { WordedType } from "../../../wordings/worded-type.ts";
import { type ConsoleContext, scopeIn } from "../../app-env.tsx";
import { byFirstPart, type Faults, faultsOfForm, NO_FAULTS, told } from "../../faults.ts";
import type { Fields } from "../../fields.ts";
import type { Look } from "./preview-pane.tsx";
import { typedJson } from "./type-values.ts";
import { isBlank, wordsTyped } from "./words-fields.ts";
import type { WordsAt } from "./words-place.ts";

/** Data as it was typed; undefined for nothing: the type's sample. @throws 400 */
function dataTyped(typed: Fields): Record<string, unknown> | undefined {
  const data = typedJson("data", typed("data"));
  if (data === null) return undefined;
  if (!isObject(data)) throw invalid([{ pointer: "/data", detail: "must be an object" }]);
  const given = { data };
  const parsed = withData.safeParse(given);
  if (parsed.success) return parsed.data.data;
  throw invalid([...fieldErrors(parsed.error, "json", given)]);
}

/** As deep and as large as an event's may be. */
const withData = z.object({ data: eventData });

/** A user's id as it was typed. @throws 400 */
function userTyped(typed: Fields): string | undefined {
  const id = typed("user_id").trim();
  if (id === "") return undefined;
  if (directoryId.safeParse(id).success) return id;
  throw new Failure("invalid_request", "user_id", {
    errors: [{ pointer: "/user_id", detail: "is no id of a user" }],
  });
}

/** What was typed, to be shown; nothing in the fields: what is stored, or inherited. @throws 400 */
export const wantedIn = ({ channel }: WordsAt["id"], typed: Fields) => ({
  data: dataTyped(typed),
  ...(!isBlank(channel, typed) && { fields: wordsTyped(channel, typed) }),
});

/** What cannot be drawn: where it is wrong is a part of the answer, since somebody is typing. @throws what is not about it */
export function lookOf(error: unknown): { look: Look; faults: Faults } {
  if (error instanceof Failure && error.problem === "not_found")
    return { look: { faults: [error.detail] }, faults: NO_FAULTS };
  const faults = faultsOfForm(error, (pointer) => byFirstPart(pointer.replace(/^\/fields/u, "")));
  return { look: { faults: listOf(error) }, faults };
}

/** Draws what was typed. @throws 404 unless it is the reader who is not there */
export async function lookAt(
  c: ConsoleContext,
  { id }: WordsAt,
  typed: Fields,
): Promise<{ look: Look; faults: Faults }> {
  try {
    const wanted = { ...wantedIn(id, typed), userId: userTyped(typed) };
    return {
      look: { shown: await showWords(c.get("ctx"), c.get("deps"), scopeIn(c), id, wanted) },
      faults: NO_FAULTS,
    };
  } catch (error) {
    if (error instanceof Failure && error.problem === "not_found" && !isAboutReader(error)) throw error;
    return lookOf(error);
  }
}

export const isAboutReader = ({ detail }: Failure): boolean => detail === notFound("user").detail;

/** What a failure says, for a list. */
const listOf = (error: unknown): string[] => {
  if (!(error instanceof Failure)) return [];
  const errors = [...(error.options.errors ?? [])];
  if (errors.length === 0) return [error.detail];
  return errors.map(({ pointer, detail }) =>
    pointer === "/fields"
      ? detail.replace(/^is required: /u, "There are no words: ")
      : told({ pointer: pointer.replace(/^\/fields/u, ""), detail }),
  );
};

/** The reader whom somebody has typed; null: nobody, or nobody who could be one. */
export const readerIn = (typed: Fields | null): string | null => {
  const id = typed?.("user_id").trim() ?? "";
  return directoryId.safeParse(id).success ? id : null;
};

/** Draws what was typed; null: the latest stored words, or those that are inherited, with the sample. */
export async function draw(
  c: ConsoleContext,
  { id }: WordsAt,
  worded: WordedType,
  place: WordsPlace,
  typed: Fields | null,
): Promise<Look> {
  try {
    if (typed !== null) userTyped(typed);
    const showable = checkedFor(worded, id, typed === null ? {} : wantedIn(id, typed));
    return { shown: await showFound(c.get("ctx"), c.get("deps"), id, worded, place, showable) };
  } catch (error) {
    return lookOf(error).look;
  }
}
