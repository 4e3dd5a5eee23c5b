import { builtInView, ownView } from "../../../api/types/view.ts";
import type { WordingChannel } from "../../../db/schema/index.ts";
import { readType } from "../../../types/read.ts";
import { ownWordChannels, wordChannelsOf } from "../../../wordings/worded-type.ts";
import { type ConsoleContext, scopeIn } from "../../app-env.tsx";
import type { Owner } from "../../owner.ts";

/** A type as the API shows it. */
export type TypeView = ReturnType<typeof ownView>;

/** A type, and where its words can be written. */
export interface Shown {
  view: TypeView;
  channels: readonly WordingChannel[];
  /** The languages of its built-in words. */
  builtIn: readonly string[];
}

/** Reads a type. One round trip for an own one. @throws 404 */
export async function readShown(c: ConsoleContext, owner: Owner, id: string): Promise<Shown> {
  const { types, clock } = c.get("deps");
  const type = types.get(id);
  if (type !== undefined)
    return {
      view: builtInView(type, clock.now()),
      channels: wordChannelsOf(type),
      builtIn: Object.keys(type.words),
    };
  const view = ownView(await readType(c.get("ctx"), scopeIn(c), owner.id, id));
  return { view, channels: ownWordChannels(view), builtIn: [] };
}
