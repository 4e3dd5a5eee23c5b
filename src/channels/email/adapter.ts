import type { Ctx } from "../../ctx.ts";
import type { Dispatch } from "../../db/schema/index.ts";
import type { ChannelAdapter, Result } from "../../delivery/channel.ts";
import type { Outcome } from "../../delivery/outcome.ts";
import { sendConcurrently } from "../../delivery/send-concurrently.ts";
import { chunks } from "../../lib/chunks.ts";
import type { Budget } from "../../rate-limit/limiter.ts";
import { compose, type Draft, type Letterhead, type SignLink, unsigned } from "./compose.ts";
import {
  contentRuling,
  decide,
  draftOf,
  findingsFor,
  holdFor,
  type Loaded,
  loadFor,
  NO_CONTENT,
} from "./draft.ts";
import type { EmailMessage, EmailProvider } from "./provider.ts";
import { resolveLocale } from "../../content/locale.ts";
import type { NotificationTypes } from "../../content/index.ts";
import {
  headFor,
  NO_WORDS,
  renderingRuling,
  type Speech,
  typeOf,
  type Words,
  wordingRuling,
  wordsFor,
} from "../voice.ts";
import { unmade } from "../unmade.ts";
import { waitOf } from "../held.ts";

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

const speechOf = (drafted: Drafted): Speech[] =>
  "outcome" in drafted
    ? []
    : [{ dispatch: drafted.dispatch, type: drafted.draft.type, content: drafted.draft.said.content }];

/** The e-mail channel: it sends messages of these types, each to one address. */
export function createEmailChannel(
  providers: readonly EmailProvider[],
  budget: Budget,
  letterhead: Letterhead,
  types: NotificationTypes,
): ChannelAdapter<Loaded> {
  const byName = new Map(providers.map((provider) => [provider.name, provider]));

  function draft(ctx: Ctx, dispatch: Dispatch, make: (now: number) => Draft | Outcome): Drafted {
    // A repeat must have the text of the first try: providers recognize it by its key, and refuse another text.
    const now = dispatch.chunk_id === null ? ctx.clock.now() : (dispatch.sent_at ?? ctx.clock.now());
    try {
      const decided = make(now);
      return "kind" in decided ? { dispatch, outcome: decided } : { dispatch, draft: decided, now };
    } catch (error) {
      return { dispatch, outcome: unmade(ctx, dispatch, error) };
    }
  }

  /** The same, whether or not anything keeps it from being sent. */
  function draftAnyway(ctx: Ctx, dispatch: Dispatch, loaded: Loaded): Drafted {
    const type = typeOf(types, dispatch, loaded);
    if (type === undefined) return { dispatch, outcome: NO_CONTENT };
    return draft(ctx, dispatch, (now) => draftOf(types, type, dispatch, loaded, now));
  }

  async function prepare(
    ctx: Ctx,
    drafted: Drafted,
    words: Words<"email"> | null,
    sign?: SignLink,
  ): Promise<Prepared> {
    if ("outcome" in drafted) return drafted;
    const { dispatch, draft: plain, now } = drafted;
    if (words === null && plain.type.linkCode === 0) return { dispatch, outcome: NO_WORDS };
    const said =
      words === null
        ? plain.said
        : { ...plain.said, ownWords: { locale: words.locale, message: words.render } };
    try {
      return { dispatch, message: await compose(letterhead, dispatch, { ...plain, said }, now, sign) };
    } catch (error) {
      return { dispatch, outcome: unmade(ctx, dispatch, error) };
    }
  }

  return {
    channel: "email",
    queue: "email",
    bulkQueue: "bulk",
    budget,
    isPerDevice: false,
    canFollow: true,
    announce: null,
    providers,
    load: loadFor(types),
    refusal(dispatch, loaded, now) {
      const draft = decide(types, dispatch, loaded, now);
      return "kind" in draft ? draft : null;
    },
    waitFor(dispatch, loaded, now) {
      const type = typeOf(types, dispatch, loaded);
      return type === undefined ? null : waitOf(holdFor(type, dispatch, loaded, now));
    },
    rules(dispatch, loaded, now) {
      const type = typeOf(types, dispatch, loaded);
      if (type === undefined) return [contentRuling(() => NO_CONTENT)];
      const found = findingsFor(type, dispatch, loaded, now);
      if (loaded.recipients.get(dispatch.user_id)?.email == null) return found;
      return [...found, contentRuling(() => draftOf(types, type, dispatch, loaded, now))];
    },
    words: (ctx, dispatch, loaded) => headFor(speechOf(draftAnyway(ctx, dispatch, loaded)), loaded),
    async preview(ctx, dispatch, loaded) {
      const drafted = draftAnyway(ctx, dispatch, loaded);
      if ("outcome" in drafted) return { rulings: [], rendering: null };
      const words = (await wordsFor(ctx, "email", speechOf(drafted), loaded))(dispatch);
      const wording = wordingRuling(dispatch, words, loaded, resolveLocale(drafted.draft.addressee.locale));
      if (wording.verdict !== "pass") return { rulings: [wording], rendering: null };
      const prepared = await prepare(ctx, drafted, words, unsigned);
      if ("outcome" in prepared)
        return { rulings: [wording, renderingRuling(prepared.outcome)], rendering: null };
      const { subject, html, text, from, replyTo } = prepared.message;
      const rendering = { subject, html, text, from, reply_to: replyTo };
      return { rulings: [wording, renderingRuling(null)], rendering };
    },
    async send(ctx, name, dispatches, loaded, terms) {
      const provider = byName.get(name);
      if (!provider) throw new Error(`No e-mail provider is called ${name}`);
      const drafts = dispatches.map((dispatch) =>
        draft(ctx, dispatch, (now) => decide(types, dispatch, loaded, now)),
      );
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
