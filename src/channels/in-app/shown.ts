import { sql } from "drizzle-orm";
import type { NotificationTypes } from "../../content/type.ts";
import type { Ctx } from "../../ctx.ts";
import type { Dispatch } from "../../db/schema/index.ts";
import { Parsed } from "../../db/statement.ts";
import type { Ruling } from "../../delivery/ruling.ts";
import { printId } from "../../lib/ids.ts";
import { parseObject } from "../../lib/objects.ts";
import type { Messages } from "../../outbox/messages.ts";
import { findings } from "../../preferences/decide.ts";
import { readReaders } from "../../preferences/readers.ts";
import { traitsAmong } from "../../preferences/traits.ts";
import type { Refused } from "../held.ts";
import { inAppBytes, MAX_IN_APP_BYTES } from "../push/options.ts";
import { unmade, type Unmade } from "../unmade.ts";
import { NO_WORDS, typeOf, type Voiced, voiceOf, type Words } from "../voice.ts";

/** Reads it. */
export const loadInApp = (messages: Messages): Parsed<Voiced> =>
  Parsed.of(
    {
      voice: voiceOf(messages, "in_app"),
      readers: readReaders(sql`(SELECT user_id FROM ${messages.rows} WHERE id IN ${messages.ids})`),
    },
    ({ voice, readers }) => ({ ...voice, readers }),
  );

/** What each rule says of an in-app message. Everybody has an inbox. */
export function findingsFor(
  types: NotificationTypes,
  dispatch: Dispatch,
  loaded: Voiced,
  now: number,
): Ruling[] {
  const type = typeOf(types, dispatch, loaded) ?? traitsAmong(types)(dispatch);
  const earlier = loaded.events.earlier(dispatch);
  return findings({
    ...loaded.readers(dispatch.user_id),
    reach: [],
    type,
    channel: "in_app",
    earlier,
    now,
  });
}

/** What an inbox shows of a message. */
interface Shown {
  title: string | null;
  body: string | null;
  /** JSON. */
  data: string | null;
}

/** What a message says: its words, or what it was made with; the outcome of one that has nothing to say. */
export function shownBy(
  ctx: Ctx,
  dispatch: Dispatch,
  { events, readers }: Voiced,
  words: Words<"in_app"> | null,
): Shown | Refused | Unmade {
  try {
    const event = events.of(dispatch);
    if (words === null) {
      const { title, body, data } = dispatch;
      return event === undefined ? { title, body, data } : NO_WORDS;
    }
    const { reader } = readers(dispatch.user_id);
    const { title, body, actionUrl } = words.render({
      locale: reader?.locale ?? null,
      timezone: reader?.timezone ?? null,
    });
    const id =
      event === undefined ? parseObject(dispatch.data ?? "{}") : { event_id: printId("evt", event.id) };
    const whole = event === undefined ? id : { ...id, data: event.data };
    // A page of the inbox holds a hundred messages.
    const fits = inAppBytes({ title, body, data: whole }) <= MAX_IN_APP_BYTES;
    return { title, body, data: JSON.stringify({ ...(fits ? whole : id), action_url: actionUrl }) };
  } catch (error) {
    return unmade(ctx, dispatch, error);
  }
}
