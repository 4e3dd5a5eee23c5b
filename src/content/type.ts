import type { SQL } from "drizzle-orm";
import type { z } from "zod";
import type { Channel, Dispatch, Preferences } from "../db/schema/index.ts";
import type { Parsed } from "../db/statement.ts";
import type { KeyForm } from "../outbox/dedupe-keys.ts";
import type { Message, Template, TemplateContext } from "./blocks.ts";
import { type Words, wordsIn } from "./wording/index.ts";

type Flag = { [K in keyof Preferences]: Preferences[K] extends boolean ? K : never }[keyof Preferences];

/** A column of the preferences that switches types on and off. */
export type Switch = Exclude<Flag, "email_notifications_enabled">;

/** What a notification type is, as data: all of this can stand in a row of a table. */
export interface TypeData<Id extends string = string> {
  readonly id: Id;
  /** What preferences group it under. */
  readonly category: string;
  /** The channels that its messages are sent on at the same time: one at least. */
  readonly channels: readonly [Channel, ...Channel[]];
  /** The channel that takes over when the first of these fails; null: none does. */
  readonly fallback: Channel | null;
  /** Critical types are sent even where the user has switched them off; never to an address that is suppressed. */
  readonly critical: boolean;
  /** The switch of the user-notifications contract; null: the user's list of opt-outs decides. */
  readonly preference: Switch | null;
  /** Its dedupe keys; null: it has none. */
  readonly dedupe: KeyForm | null;
  /** A message is worth sending for at most so long, in ms; null: for ever, or as long as its source says. */
  readonly goodForMs: number | null;
  /** A later message says what an earlier one of the same user would say by then: a cancelled one is not retried after it. */
  readonly supersedes: boolean;
  /** Counted in a budget of its own when it is asked for: its dispatches take no slot of their channel's budget. */
  readonly ownBudget: boolean;
  /** Counted in its organization's quota when it is asked for. Others are counted when they take their slot. */
  readonly chargedOnRequest: boolean;
  /** 1–255, in the unsubscribe links of mails that are never recalled: it is never changed and never used again. */
  readonly linkCode: number;
}

/** A type's texts in one language. */
export interface TypeWords {
  /** What it is called where a user can turn it off: "certification reminders", "the weekly digest". */
  readonly name: string;
  readonly email: object;
}

/**
 * Reads what messages say when they are sent, and not when they are queued: hours may lie between. A message of which
 * nothing is left is not sent.
 */
export interface LateBound<C extends object = object> {
  /** Whether a dispatch with this payload is late-bound; without this, every one is. */
  isFor?(payload: string | null): boolean;
  /** Reads the contents of claimed dispatches. A dispatch with nothing left to say is missing. @param claimed ids, as a subquery */
  read(claimed: SQL, now: number): Parsed<readonly (readonly [dispatchId: string, content: C])[]>;
}

/** What a message says: content of a type. */
export interface Said {
  readonly type: NotificationType;
  readonly content: object;
}

/** What only few types have. */
interface Special {
  /** The payload of a dispatch that keeps it elsewhere; null: it is where it always is. */
  payloadOf?(dispatch: Dispatch): object | null;
  /** The subject that a caller asked for; null: the template's. */
  subjectOf?(dispatch: Dispatch): string | null;
  /** The id of the type whose sample a dispatch shows; null: it shows none. */
  shows?(dispatch: Dispatch): string | null;
}

interface Definition<Id extends string, C extends object, W extends TypeWords> extends TypeData<Id>, Special {
  /** Of a payload: it makes strings harmless and cuts them, see fields.ts. */
  readonly payload: z.ZodType<C>;
  /**
   * Answers something just done: it has no unsubscribe link, and goes to an address that nobody has verified. There it says
   * `unverified` alone, which holds no word of a caller's: the address may be a stranger's.
   */
  readonly transactional: { readonly unverified: NoInfer<C> } | null;
  readonly words: Words<W>;
  readonly email: Template<NoInfer<C>, NoInfer<W>["email"]>;
  /** Content that shows the type at its most typical. @param now epoch ms */
  readonly sample: (now: number) => NoInfer<C>;
  readonly lateBound?: LateBound<NoInfer<C>>;
}

/** A notification type as the e-mail channel, previews and preferences see it: built in, or a customer's own. */
export interface NotificationType<Id extends string = string> extends TypeData<Id>, Special {
  readonly transactional: { readonly unverified: object } | null;
  readonly words: Words<TypeWords>;
  /** The content of a parsed payload; null when it is none of this type. */
  parse(payload: unknown): object | null;
  /** What an e-mail with this content says. Throws a ZodError when the content is none of this type. */
  message(content: object, context: Omit<TemplateContext, "words">): Message;
  sample(now: number): object;
  readonly lateBound?: LateBound;
}

/**
 * What a type says of a dispatch on its first channel that is made at `now` (epoch ms). A source adds to whom it goes, and
 * what it says. `expiresAt` is null when it never expires.
 */
export const fromType = ({ id, channels: [channel], fallback, goodForMs }: TypeData, now: number) => ({
  type: id,
  channel,
  fallback,
  expiresAt: goodForMs === null ? null : now + goodForMs,
});

/** A type from its parts, which fit each other: payload, template, words, sample and what is read late. */
export function defineType<const Id extends string, C extends object, W extends TypeWords>(
  definition: Definition<Id, C, W>,
): NotificationType<Id> {
  const { payload: schema, email, ...type } = definition;
  return {
    ...type,
    parse(payload) {
      const parsed = schema.safeParse(payload);
      return parsed.success ? parsed.data : null;
    },
    message: (content, context) =>
      email(schema.parse(content), {
        ...context,
        words: wordsIn(type.words, context.say.language).email,
      }),
  };
}

/** The types that there are. */
export interface NotificationTypes {
  readonly all: readonly NotificationType[];
  get(id: string): NotificationType | undefined;
  /** The type that an unsubscribe link names. */
  byLinkCode(code: number): NotificationType | undefined;
}

/** Throws when two types have the same id or link code. */
export function createTypes(all: readonly NotificationType[]): NotificationTypes {
  const byId = new Map(all.map((type) => [type.id, type]));
  const byCode = new Map(all.map((type) => [type.linkCode, type]));
  if (byId.size < all.length || byCode.size < all.length)
    throw new Error("Two notification types have the same id or link code");
  return { all, get: (id) => byId.get(id), byLinkCode: (code) => byCode.get(code) };
}

/** What the pipeline, which names no type, must know of these. */
export const traitsOf = ({ all }: NotificationTypes) => ({
  superseding: all.filter(({ supersedes }) => supersedes).map(({ id }) => id),
  ownBudget: all.filter(({ ownBudget }) => ownBudget).map(({ id }) => id),
  chargedOnRequest: all.filter(({ chargedOnRequest }) => chargedOnRequest).map(({ id }) => id),
  userKeys: all.flatMap(({ dedupe }) => (dedupe === null || dedupe.user === null ? [] : [dedupe])),
});
