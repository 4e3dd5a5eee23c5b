import { z } from "zod";
import type { NotificationType, NotificationTypes } from "../content/index.ts";
import type { Ctx } from "../ctx.ts";
import type { Dispatch, WordingChannel, WordingHead } from "../db/schema/index.ts";
import { Parsed } from "../db/statement.ts";
import { parseJson } from "../lib/objects.ts";
import type { Outcome } from "../delivery/outcome.ts";
import type { Ruling } from "../delivery/ruling.ts";
import type { Refused } from "./held.ts";
import type { Messages } from "../outbox/messages.ts";
import { idsOf, localeOf, SERVICE } from "../preferences/org-settings.ts";
import type { ReaderFacts, Readers } from "../preferences/readers.ts";
import { notificationTypeOf } from "../types/notification-type.ts";
import { trialOf, trialVariables } from "./trial.ts";
import { eventsOf, type SentEvent, type SentEvents } from "../types/sent-events.ts";
import {
  variablesOfLine,
  chooseWording,
  headsOf,
  localesToTry,
  type RenderedWording,
  type Variables,
  wordingKey,
  type WordingReader,
} from "../wordings/index.ts";

/** What is read with a claim to say its messages in customers' words. */
export interface Voice {
  /** The events that the dispatches are messages of. */
  events: SentEvents;
  /** The words that are published for their types, without their text. */
  heads: readonly WordingHead[];
}

/** The same with those who read them. */
export type Voiced = Voice & { readers: Readers };

/** Reads it: three statements. */
export const voiceOf = (messages: Messages, channel: WordingChannel): Parsed<Voice> =>
  Parsed.of({ events: eventsOf(messages), heads: headsOf(messages, channel) }, (found) => found);

/** The type of a dispatch: of its event, or built in; undefined for one that this version does not know. */
export function typeOf(
  types: Pick<NotificationTypes, "get">,
  dispatch: Pick<Dispatch, "type" | "batch_id">,
  { events }: Pick<Voice, "events">,
): NotificationType | undefined {
  const event = events.of(dispatch);
  return event === undefined ? types.get(dispatch.type) : notificationTypeOf(event.type);
}

/** The outcome of an event's message for which nobody has written words. */
export const NO_WORDS: Refused = {
  kind: "rejected",
  code: "no_words",
  message: "The type has no published words for this channel",
};

/** The content in the payload of a dispatch; null where it has none that fits its type, or none that can be read. */
const contentOf = (type: NotificationType, { payload }: Pick<Dispatch, "payload">): object | null =>
  payload === null ? null : type.parse(parseJson(payload));

/** What a batching window has collected. */
const collected = z.object({
  count: z.int().min(1).catch(1),
  items: z.array(z.record(z.string(), z.unknown())).catch([]),
});

/** A customer's words for a dispatch. */
export interface Words<C extends WordingChannel> {
  /** Whose they are, and which version; null: they are on trial. */
  head: WordingHead | null;
  /** BCP 47: their language. */
  locale: string;
  /** Says them, with what the dispatch is about. @throws WordingError, and others if the dispatch cannot be read */
  render(reader: WordingReader): RenderedWording[C];
}

/** What decides upon the words of a dispatch. */
export interface Speech {
  dispatch: Dispatch;
  type: NotificationType;
  /** The content of a built-in type's message. What an event's message tells are the event's data. */
  content: object | null;
}

/** The same of dispatches whose content is in their payload. One that cannot be read is left out: who makes it learns why. */
export const speechesOf = (
  types: Pick<NotificationTypes, "get">,
  dispatches: readonly Dispatch[],
  loaded: Pick<Voice, "events">,
): Speech[] =>
  dispatches.flatMap((dispatch) => {
    try {
      const type = typeOf(types, dispatch, loaded);
      if (type === undefined) return [];
      const isOfEvent = loaded.events.of(dispatch) !== undefined;
      return [{ dispatch, type, content: isOfEvent ? null : contentOf(type, dispatch) }];
    } catch {
      return [];
    }
  });

/**
 * Customers' words for dispatches. The texts come from the isolate's cache; those that it does not have take one round trip
 * together.
 * @returns the words of a dispatch; null where its type's own are used, or where there are none
 */
export async function wordsFor<C extends WordingChannel>(
  ctx: Ctx,
  channel: C,
  speeches: readonly Speech[],
  loaded: Voiced,
): Promise<(dispatch: Pick<Dispatch, "id">) => Words<C> | null> {
  const chosen = chosenFor(speeches, loaded);
  const trials = speeches.flatMap((speech) => {
    const trial = trialOf(speech.type, speech.dispatch);
    return trial === null || trial.fields === null ? [] : [{ speech, trial, fields: trial.fields }];
  });
  if (chosen.length + trials.length === 0) return () => null;
  const { isFor, loadWordings, parseStored, renderWording } = await import("../wordings/rendering.ts");
  const texts = await loadWordings(
    ctx,
    chosen.map(({ head }) => head),
  );
  const words = new Map<string, Words<C>>();
  for (const { speech, facts, head } of chosen) {
    const parsed = texts.get(wordingKey(head));
    if (parsed === undefined || !isFor(parsed, channel)) continue;
    words.set(speech.dispatch.id, {
      head,
      locale: parsed.locale,
      // Its payload is read here, so that one that cannot be read fails its own message.
      render: (reader) => renderWording(parsed, variablesOf(ctx, speech, facts, loaded.events), reader),
    });
  }
  for (const { speech, trial, fields } of trials) {
    const render = (reader: WordingReader) => {
      const parsed = parseStored(channel, trial.locale, fields);
      const facts = loaded.readers(speech.dispatch.user_id);
      return renderWording(parsed, trialVariables(trial, speech, facts, ctx.clock.now()), reader);
    };
    words.set(speech.dispatch.id, { head: null, locale: trial.locale, render });
  }
  return ({ id }) => words.get(id) ?? null;
}

/** The words that are published for dispatches; those that have their type's own, or none, are left out. */
function chosenFor(speeches: readonly Speech[], { events, heads, readers }: Voiced) {
  const byType = Map.groupBy(heads, ({ type }) => type);
  return speeches.flatMap((speech) => {
    const { dispatch, type, content } = speech;
    if (content === null && events.of(dispatch) === undefined) return [];
    const facts = readers(dispatch.user_id);
    const builtIn = events.of(dispatch) === undefined ? Object.keys(type.words) : [];
    const line = lineFor(facts, events.of(dispatch));
    const head = chooseFor(facts, line, byType.get(dispatch.type) ?? [], builtIn);
    return head === null ? [] : [{ speech, facts, head }];
  });
}

/** The published words that `wordsFor` takes for a dispatch; null where it takes none. */
export const headFor = (speeches: readonly Speech[], loaded: Voiced): WordingHead | null =>
  chosenFor(speeches, loaded)[0]?.head ?? null;

/**
 * Whose words a reader may get, the nearest first. Organizations side by side may have types with the same id, so those of
 * an event's type count from its owner downwards alone; a reader outside gets the owner's.
 */
function lineFor({ orgs }: ReaderFacts, event: SentEvent | undefined): string[] {
  const line = idsOf(orgs);
  if (event === undefined) return line;
  const owner = event.type.org_id;
  return line.includes(owner) ? line.slice(0, line.indexOf(owner) + 1) : [owner];
}

/** The words that a reader gets. @param builtIn the languages of the type's own words */
function chooseFor(
  { reader, orgs }: ReaderFacts,
  line: readonly string[],
  heads: readonly WordingHead[],
  builtIn: readonly string[],
): WordingHead | null {
  if (heads.length === 0) return null;
  return chooseWording(heads, line, localesFor({ reader, orgs }), builtIn);
}

/** The languages in which words are looked for, in order. */
const localesFor = ({ reader, orgs }: ReaderFacts): string[] =>
  localesToTry(reader?.locale ?? null, localeOf(orgs));

/**
 * Whose words a message has, and what was looked for.
 * @param words those that `wordsFor` found
 * @param plain the language of the type's own words; null: the message has the words that it was made with
 */
export function wordingRuling(
  dispatch: Dispatch,
  words: Pick<Words<WordingChannel>, "head" | "locale"> | null,
  { events, readers }: Voiced,
  plain: string | null,
): Ruling {
  const rule = "wording";
  const tried = localesFor(readers(dispatch.user_id));
  if (words !== null) {
    const { head, locale } = words;
    const owner = head && { org_id: head.org_id === SERVICE ? null : head.org_id, version: head.version };
    const details = { source: head === null ? "trial" : "written", ...owner, locale, tried };
    return { rule, verdict: "pass", details };
  }
  if (events.of(dispatch) !== undefined)
    return { rule, verdict: "reject", code: NO_WORDS.code, message: NO_WORDS.message, details: { tried } };
  const details = plain === null ? { source: "message" } : { source: "built_in", locale: plain, tried };
  return { rule, verdict: "pass", details };
}

/** What the rule about rendering says. @param outcome null: the message could be rendered */
export const renderingRuling = (outcome: Outcome | null): Ruling =>
  outcome === null || !("code" in outcome)
    ? { rule: "rendering", verdict: "pass" }
    : { rule: "rendering", verdict: "reject", code: outcome.code, message: outcome.message };

function variablesOf(
  ctx: Ctx,
  { dispatch, content }: Speech,
  { reader, orgs }: ReaderFacts,
  events: SentEvents,
): Variables {
  const event = events.of(dispatch);
  const { count, items } = collected.parse(JSON.parse(dispatch.payload ?? "{}"));
  return {
    data: event?.data ?? { ...content },
    user: { id: dispatch.user_id, name: reader?.name ?? null, locale: reader?.locale ?? null },
    actor: event?.actor ?? null,
    ...variablesOfLine(orgs),
    event: event === undefined ? null : { id: event.id, type: event.type.id, created_at: event.createdAt },
    count: event === undefined ? 1 : count,
    items: event === undefined ? [] : items.length === 0 ? [event.data] : items,
    now: ctx.clock.now(),
  };
}
