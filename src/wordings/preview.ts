import type { Block } from "../content/blocks.ts";
import { stripIsolates } from "../content/clean.ts";
import { type NotificationType, renderEmail } from "../content/index.ts";
import { renderBlocks } from "../content/render-text.ts";
import type { WordingChannel } from "../db/schema/index.ts";
import type { OrgSettings } from "../preferences/org-settings.ts";
import { brandOf, variablesOfLine } from "./brand.ts";
import { isFor, ownWords } from "./rendering.ts";
import type { ParsedWording } from "./parse.ts";
import { renderWording } from "./render.ts";
import type { Variables } from "./variables.ts";

/** For whom words are shown. */
export interface PreviewReader {
  id: string;
  name: string | null;
  locale: string | null;
  timezone: string | null;
}

/** What is shown. */
export interface Previewed {
  type: NotificationType;
  isBuiltIn: boolean;
  /** Null: the built-in words. */
  words: ParsedWording | null;
  data: Readonly<Record<string, unknown>>;
  reader: PreviewReader;
  /** The settings of the owner and of those above. */
  line: readonly OrgSettings[];
  /** Where the product's name leads. */
  home: string;
  now: number;
}

/** Words as a reader gets them: the fields of the channel, an e-mail as subject, HTML and text. */
export type Preview = Partial<Record<"subject" | "html" | "text" | "title" | "body", string>> & {
  action_label?: string | null;
  action_url?: string | null;
  /** Of a chat message: what `body` is the text of. */
  blocks?: readonly Block[];
};

/** What the words may use. */
function variablesOf({ type, isBuiltIn, data, reader, line, now }: Previewed): Variables {
  const { timezone: _, ...user } = reader;
  return {
    data,
    user,
    actor: null,
    ...variablesOfLine(line),
    event: isBuiltIn ? null : { id: "evt_preview", type: type.id, created_at: now },
    count: 1,
    items: isBuiltIn ? [] : [data],
    now,
  };
}

/** Renders words for one reader. A pure function. @throws WordingError; null: nobody has written words */
export function preview(channel: WordingChannel, previewed: Previewed): Preview | null {
  const { words, reader } = previewed;
  if (channel === "email") return previewEmail(previewed);
  if (words === null) return null;
  const variables = variablesOf(previewed);
  if (isFor(words, "push")) return renderWording(words, variables, reader);
  if (isFor(words, "sms")) return renderWording(words, variables, reader);
  if (isFor(words, "chat")) {
    const { title, blocks, action } = renderWording(words, variables, reader);
    const body = stripIsolates(renderBlocks(blocks, ": "));
    return { title, body, action_label: action?.label ?? null, action_url: action?.url ?? null, blocks };
  }
  if (!isFor(words, "in_app")) return null;
  const { actionUrl, ...shown } = renderWording(words, variables, reader);
  return { ...shown, action_url: actionUrl };
}

function previewEmail(previewed: Previewed): Preview | null {
  const { type, isBuiltIn, words, data, reader, line, home, now } = previewed;
  if (words === null && !isBuiltIn) return null;
  const own =
    words !== null && isFor(words, "email") ? { ownWords: ownWords(words, variablesOf(previewed)) } : {};
  const unsubscribe = type.transactional === null ? `${home}/unsubscribe/preview` : null;
  return renderEmail({ type, content: data, ...own }, reader, { unsubscribe, home }, now, brandOf(line));
}
