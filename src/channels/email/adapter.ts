import type { Ctx } from "../../ctx.ts";
import { Parsed } from "../../db/statement.ts";
import type { Dispatch } from "../../db/schema/index.ts";
import type { ChannelAdapter, Result } from "../../delivery/channel.ts";
import { NOTHING_TO_SAY, type Outcome } from "../../delivery/outcome.ts";
import { sendConcurrently } from "../../delivery/send-concurrently.ts";
import { chunks } from "../../lib/chunks.ts";
import type { Budget } from "../../rate-limit/limiter.ts";
import { compose, type Draft, type Letterhead } from "./compose.ts";
import type { EmailMessage, EmailProvider } from "./provider.ts";
import {
  isLateBound,
  type LateContents,
  type NotificationType,
  type NotificationTypes,
  readLateContents,
  saidBy,
} from "../../content/index.ts";
import { obstacleFor, type Recipient, recipientsOf, usersOf } from "./recipient.ts";
import { type Hold, holdOf } from "../../preferences/decide.ts";
import { localeWithWords } from "../../content/wording/index.ts";
import { localeOf, orgLinesOf } from "../../preferences/org-settings.ts";
import { type Readers, readersOf } from "../../preferences/readers.ts";
import { brandOf, WordingError } from "../../wordings/index.ts";
import {
  NO_WORDS,
  type Speech,
  typeOf,
  type Voice,
  voiceOf,
  type Words,
  WORDS_FAILED,
  wordsFor,
} from "../voice.ts";
import { outcomeOf, waitOf } from "../held.ts";

/** The recipients of the claimed dispatches, by user, and the late-bound content, by dispatch. */
interface Loaded extends Voice {
  recipients: ReadonlyMap<string, Recipient>;
  late: LateContents;
  /** What the users have chosen. */
  readers: Readers;
}

/** A dispatch and its message. */
interface EmailDelivery {
  dispatch: Dispatch;
  message: EmailMessage;
}

/** A dispatch that is not sent. */
interface Undelivered {
  dispatch: Dispatch;
  outcome: Outcome;
}

type Drafted = { dispatch: Dispatch; draft: Draft; now: number } | Undelivered;
type Prepared = EmailDelivery | Undelivered;

/** The outcome when a template throws: this e-mail loses an attempt, the others of the round lose nothing. */
function unmade(ctx: Ctx, { id, type }: Dispatch, error: unknown): Outcome {
  ctx.log.error("compose_failed", error, { dispatch: id, type });
  return error instanceof WordingError
    ? WORDS_FAILED
    : { kind: "retry", code: "compose_failed", message: "The e-mail could not be made" };
}

const speechOf = (drafted: Drafted): Speech[] =>
  "outcome" in drafted
    ? []
    : [{ dispatch: drafted.dispatch, type: drafted.draft.type, content: drafted.draft.said.content }];

const NO_CONTENT: Outcome = { kind: "rejected", code: "no_content", message: "There is nothing to say" };

/** What keeps a dispatch of a type from being sent now; null when nothing does. */
const holdFor = (type: NotificationType, dispatch: Dispatch, loaded: Loaded, now: number): Hold | null =>
  holdOf({
    ...loaded.readers(dispatch.user_id),
    obstacle: obstacleFor(type, loaded.recipients.get(dispatch.user_id)),
    earlier: loaded.events.earlier(dispatch),
    type,
    channel: "email",
    now,
  });

/** What to send for a dispatch, or the outcome if nothing is sent. @param now epoch ms; "in 30 days" counts from here */
function decide(types: NotificationTypes, dispatch: Dispatch, loaded: Loaded, now: number): Draft | Outcome {
  const { recipients, late, readers } = loaded;
  const recipient = recipients.get(dispatch.user_id);
  const type = typeOf(types, dispatch, loaded);
  if (type === undefined) return NO_CONTENT;
  const refused = outcomeOf(holdFor(type, dispatch, loaded, now));
  if (refused !== null) return refused;
  const isLate = isLateBound(type, dispatch);
  const lateContent = late.get(dispatch.id);
  if (isLate && lateContent === undefined) return NOTHING_TO_SAY;
  const said =
    isLate && lateContent !== undefined ? { type, content: lateContent } : saidBy(types, type, dispatch, now);
  if (said === null || recipient?.email == null) return NO_CONTENT;
  const { orgs } = readers(recipient.id);
  return {
    type,
    said,
    addressee: {
      ...recipient,
      email: recipient.email,
      locale: localeWithWords(said.type.words, recipient.locale, localeOf(orgs)),
    },
    brand: brandOf(orgs),
  };
}

/** The e-mail channel: it sends messages of these types, each to one address. */
export function createEmailChannel(
  providers: readonly EmailProvider[],
  budget: Budget,
  letterhead: Letterhead,
  types: NotificationTypes,
): ChannelAdapter<Loaded> {
  const byName = new Map(providers.map((provider) => [provider.name, provider]));

  function draft(ctx: Ctx, dispatch: Dispatch, loaded: Loaded): Drafted {
    // A repeat must have the text of the first try: providers recognize it by its key, and refuse another text.
    const now = dispatch.chunk_id === null ? ctx.clock.now() : (dispatch.sent_at ?? ctx.clock.now());
    try {
      const decided = decide(types, dispatch, loaded, now);
      return "kind" in decided ? { dispatch, outcome: decided } : { dispatch, draft: decided, now };
    } catch (error) {
      return { dispatch, outcome: unmade(ctx, dispatch, error) };
    }
  }

  async function prepare(ctx: Ctx, drafted: Drafted, words: Words<"email"> | null): Promise<Prepared> {
    if ("outcome" in drafted) return drafted;
    const { dispatch, draft: plain, now } = drafted;
    if (words === null && plain.type.linkCode === 0) return { dispatch, outcome: NO_WORDS };
    const said =
      words === null
        ? plain.said
        : { ...plain.said, ownWords: { locale: words.locale, message: words.render } };
    try {
      return { dispatch, message: await compose(letterhead, dispatch, { ...plain, said }, now) };
    } catch (error) {
      return { dispatch, outcome: unmade(ctx, dispatch, error) };
    }
  }

  return {
    channel: "email",
    queue: "email",
    budget,
    isPerDevice: false,
    canFollow: true,
    announce: null,
    providers,
    load: (claimed, now) =>
      Parsed.of(
        {
          recipients: recipientsOf(usersOf(claimed), now),
          lines: orgLinesOf(usersOf(claimed)),
          late: readLateContents(types, claimed, now),
          voice: voiceOf(claimed, "email"),
        },
        ({ recipients, lines, late, voice }) => ({
          ...voice,
          recipients: new Map(recipients.map((recipient) => [recipient.id, recipient])),
          readers: readersOf(recipients, lines),
          late,
        }),
      ),
    refusal(dispatch, loaded, now) {
      const draft = decide(types, dispatch, loaded, now);
      return "kind" in draft ? draft : null;
    },
    waitFor(dispatch, loaded, now) {
      const type = typeOf(types, dispatch, loaded);
      return type === undefined ? null : waitOf(holdFor(type, dispatch, loaded, now));
    },
    async send(ctx, name, dispatches, loaded, terms) {
      const provider = byName.get(name);
      if (!provider) throw new Error(`No e-mail provider is called ${name}`);
      const drafts = dispatches.map((dispatch) => draft(ctx, dispatch, loaded));
      const wordsOf = await wordsFor(ctx, "email", drafts.flatMap(speechOf), loaded);
      const prepared = await Promise.all(drafts.map((one) => prepare(ctx, one, wordsOf(one.dispatch))));
      const toSend = prepared.filter((one): one is EmailDelivery => "message" in one);
      const requests = requestsOf(toSend, provider.maxPerRequest);
      const { outcomes, took, health } = await sendConcurrently(ctx, terms, requests, (request) =>
        provider.send(request.map((delivery) => delivery.message)),
      );
      const refused = prepared.flatMap((one) => ("outcome" in one ? [unattempted(one)] : []));
      const sent = requests.flatMap((request) => {
        const chunk = chunkOf(ctx, request);
        return request.flatMap((delivery) =>
          attempted(delivery, outcomes.get(delivery), chunk, took.get(delivery)),
        );
      });
      return { results: [...refused, ...sent], health };
    },
  };
}

/** Groups messages into requests. Messages of a request whose outcome is unknown are sent as the same request again. */
function requestsOf(toSend: readonly EmailDelivery[], size: number): EmailDelivery[][] {
  const fresh = toSend.filter(({ dispatch }) => dispatch.chunk_id === null);
  const repeated = toSend.filter(({ dispatch }) => dispatch.chunk_id !== null);
  const again = Map.groupBy(repeated, ({ dispatch }) => dispatch.chunk_id);
  return [...[...again.values()].flatMap((chunk) => chunks(chunk, size)), ...chunks(fresh, size)];
}

/** The id under which a request would be repeated: the one of the first try, or a new one. */
const chunkOf = (ctx: Ctx, [first]: readonly EmailDelivery[]): string =>
  first?.dispatch.chunk_id ?? ctx.ids.uuid();

const nothingDelivered = { targets: 1, deliveries: [], gone: [] };

const unattempted = ({ dispatch, outcome }: { dispatch: Dispatch; outcome: Outcome }): Result => ({
  ...nothingDelivered,
  dispatch,
  outcome,
  attempted: false,
});

const attempted = (
  { dispatch, message }: EmailDelivery,
  outcome: Outcome | undefined,
  chunk: string,
  ms: number | undefined,
): Result[] =>
  outcome === undefined
    ? []
    : [
        {
          ...nothingDelivered,
          dispatch,
          outcome,
          attempted: outcome.kind !== "deferred",
          ms,
          ...(outcome.kind === "retry" && { chunk }),
          toAddress: message.to.address,
          subject: message.subject,
        },
      ];
