import type { SQL } from "drizzle-orm";
import { z } from "zod";
import type { Channel, Dispatch, Preferences } from "../db/schema/index.ts";
import type { Parsed } from "../db/statement.ts";
import type { KeyForm } from "../outbox/dedupe-keys.ts";
import type { Message, Template, TemplateContext } from "./blocks.ts";
import { type Words, wordsIn } from "./wording/index.ts";

type Flag = {
  [K in keyof Preferences]: Preferences[K] extends boolean | null ? K : never;
}[keyof Preferences];

/** A column of the preferences that switches types on and off. */
export type Switch = Exclude<Flag, "email_notifications_enabled">;

/** The data of a notification type. All of it could be stored in a table. */
export interface TypeData<Id extends string = string> {
  readonly id: Id;
  /** A name that groups types. Nothing in the code depends on it. */
  readonly category: string;
  /** Its messages are sent on all of these at once: one at least. */
  readonly channels: readonly [Channel, ...Channel[]];
  /** The channel that is tried when the first of `channels` has failed; null: none. */
  readonly fallback: Channel | null;
  /** Sent even if the user has switched it off, but never to a suppressed address. */
  readonly critical: boolean;
  /** The preference that switches it off; null: the user's list of opt-outs decides. */
  readonly preference: Switch | null;
  /** Its dedupe keys; null: it has none. */
  readonly dedupe: KeyForm | null;
  /** A message expires this long (ms) after it is made; null: never, or when its source says. */
  readonly goodForMs: number | null;
  /** Whether a later message to the same user makes an earlier one obsolete: a cancelled one can then not be retried. */
  readonly supersedes: boolean;
  /** Whether requests for it count in a budget of its own. Then its dispatches take no slot in their channel's budget. */
  readonly ownBudget: boolean;
  /** Whether requests for it count in the organization's quota. Other types count when they take their slot. */
  readonly chargedOnRequest: boolean;
  /**
   * 1–255. Unsubscribe links contain it and work for ever, so never change it and never use it for another type. 0 for a
   * customer's type: its links name its category.
   */
  readonly linkCode: number;
}

/** A type's texts in one language. */
export interface TypeWords {
  /** Its name where a user can turn it off: "certification reminders", "the weekly digest". */
  readonly name: string;
  readonly email: object;
}

/**
 * Reads the content of messages when they are sent, because it may have changed since they were queued. A message with
 * nothing left to say is not sent.
 */
export interface LateBound<C extends object = object> {
  /** Whether a dispatch with this payload is late-bound; without this, every one is. */
  isFor?(payload: string | null): boolean;
  /** Reads the content of claimed dispatches. A dispatch with nothing left to say is missing. @param claimed ids, as a subquery */
  read(claimed: SQL, now: number): Parsed<readonly (readonly [dispatchId: string, content: C])[]>;
}

/** Words that a customer has written in place of a type's own. */
export interface OwnWords {
  /** BCP 47: the language of the words. */
  readonly locale: string;
  /** Throws if the words cannot be rendered. */
  message(reader: { locale: string | null; timezone: string | null }): Message;
}

/** The content of a message, and the type that it fits. */
export interface Said {
  readonly type: NotificationType;
  readonly content: object;
  /** Left out: the type's own words. */
  readonly ownWords?: OwnWords;
}

/** Words on trial: a message in them goes to whoever tries them, before they are published. */
export interface Trial {
  /** BCP 47: their language. */
  readonly locale: string;
  /** JSON: the fields of the channel; null: the type's own words. */
  readonly fields: string | null;
  /** What the message tells. */
  readonly data: Readonly<Record<string, unknown>>;
  /** JSON: the customer's type; null: a built-in one. */
  readonly own: string | null;
}

/** The type whose message a dispatch shows. `trial`: null for its sample in published words. */
export interface ShownType {
  readonly id: string;
  readonly trial: Trial | null;
}

/** Functions that only few types need. */
interface Special {
  /** Reads the payload of a dispatch that is not in the column `payload`; null: it is in the column. */
  payloadOf?(dispatch: Dispatch): object | null;
  /** The subject that a caller asked for; null: the template's. */
  subjectOf?(dispatch: Dispatch): string | null;
  /** The type whose message it shows; null: it shows its own. */
  shows?(dispatch: Pick<Dispatch, "payload">): ShownType | null;
}

interface Definition<Id extends string, C extends object, W extends TypeWords> extends TypeData<Id>, Special {
  /** The schema of a payload. It cleans and cuts strings, see fields.ts. */
  readonly payload: z.ZodType<C>;
  /**
   * Not null if its mails answer something that the user has just done. Such a mail has no unsubscribe link, and also goes to
   * an unverified address. There its content is `unverified`, without any text from callers: it may be a stranger's address.
   */
  readonly transactional: { readonly unverified: NoInfer<C> } | null;
  readonly words: Words<W>;
  readonly email: Template<NoInfer<C>, NoInfer<W>["email"]>;
  /** Typical content, for previews and tests. @param now epoch ms */
  readonly sample: (now: number) => NoInfer<C>;
  readonly lateBound?: LateBound<NoInfer<C>>;
}

/** A notification type as the e-mail channel, previews and preferences see it: built in, or a customer's own. */
export interface NotificationType<Id extends string = string> extends TypeData<Id>, Special {
  readonly transactional: { readonly unverified: object } | null;
  readonly words: Words<TypeWords>;
  /** The content in a stored payload; null when it does not fit this type. */
  parse(payload: unknown): object | null;
  /** The e-mail for this content. Throws a ZodError when the content does not fit this type. */
  message(content: object, context: Omit<TemplateContext, "words">): Message;
  sample(now: number): object;
  readonly lateBound?: LateBound;
  /** JSON Schema (2020-12) of its content: what its words may use. Missing where a type has none. */
  schema?(): Record<string, unknown>;
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

/** Defines a type. The compiler checks that payload, template, words, sample and late-bound content fit each other. */
export function defineType<const Id extends string, C extends object, W extends TypeWords>(
  definition: Definition<Id, C, W>,
): NotificationType<Id> {
  const { payload: schema, email, ...type } = definition;
  let shape: Record<string, unknown> | undefined;
  return {
    ...type,
    parse(payload) {
      const parsed = schema.safeParse(payload);
      return parsed.success ? parsed.data : null;
    },
    // Made once an isolate, when somebody asks.
    schema: () => (shape ??= { ...z.toJSONSchema(schema, { io: "output", unrepresentable: "any" }) }),
    message: (content, context) =>
      email(schema.parse(content), {
        ...context,
        words: wordsIn(type.words, context.say.language).email,
      }),
  };
}

/** All types, by id and by link code. */
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
  const wrong = all.find(({ linkCode }) => !Number.isInteger(linkCode) || linkCode < 1 || linkCode > 255);
  if (wrong !== undefined) throw new Error(`The link code of ${wrong.id} is not one of 1 to 255`);
  return { all, get: (id) => byId.get(id), byLinkCode: (code) => byCode.get(code) };
}

/** What the pipeline must know about the types, since it names none. @param further dedupe keys of no built-in type */
export const traitsOf = ({ all }: NotificationTypes, further: readonly KeyForm[] = []) => ({
  superseding: all.filter(({ supersedes }) => supersedes).map(({ id }) => id),
  ownBudget: all.filter(({ ownBudget }) => ownBudget).map(({ id }) => id),
  chargedOnRequest: all.filter(({ chargedOnRequest }) => chargedOnRequest).map(({ id }) => id),
  userKeys: [...all.flatMap(({ dedupe }) => dedupe ?? []), ...further].filter(({ user }) => user !== null),
});
