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
import { orgLinesOf } from "../../preferences/org-settings.ts";
import { type Readers, readersOf } from "../../preferences/readers.ts";
import { eventsOf, type SentEvents } from "../../types/sent-events.ts";
import { outcomeOf, waitOf } from "../held.ts";

/** The recipients of the claimed dispatches, by user, and the late-bound content, by dispatch. */
interface Loaded {
  recipients: ReadonlyMap<string, Recipient>;
  late: LateContents;
  /** What the users have chosen. */
  readers: Readers;
  /** The events that they are messages of. */
  events: SentEvents;
}

/** A dispatch and its message. */
interface EmailDelivery {
  dispatch: Dispatch;
  message: EmailMessage;
}

type Prepared = EmailDelivery | { dispatch: Dispatch; outcome: Outcome };

/** The outcome when a template throws: this e-mail loses an attempt, the others of the round lose nothing. */
const UNMADE: Outcome = { kind: "retry", code: "compose_failed", message: "The e-mail could not be made" };

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
  const { recipients, late } = loaded;
  const recipient = recipients.get(dispatch.user_id);
  const type = types.get(dispatch.type);
  if (type === undefined) return NO_CONTENT;
  const refused = outcomeOf(holdFor(type, dispatch, loaded, now));
  if (refused !== null) return refused;
  const isLate = isLateBound(type, dispatch);
  const lateContent = late.get(dispatch.id);
  if (isLate && lateContent === undefined) return NOTHING_TO_SAY;
  const said =
    isLate && lateContent !== undefined ? { type, content: lateContent } : saidBy(types, type, dispatch, now);
  if (said === null || recipient?.email == null) return NO_CONTENT;
  return { type, said, addressee: { ...recipient, email: recipient.email } };
}

/** The e-mail channel: it sends messages of these types, each to one address. */
export function createEmailChannel(
  providers: readonly EmailProvider[],
  budget: Budget,
  letterhead: Letterhead,
  types: NotificationTypes,
): ChannelAdapter<Loaded> {
  const byName = new Map(providers.map((provider) => [provider.name, provider]));

  async function prepare(ctx: Ctx, dispatch: Dispatch, loaded: Loaded): Promise<Prepared> {
    // A repeat must have the text of the first try: providers recognize it by its key, and refuse another text.
    const now = dispatch.chunk_id === null ? ctx.clock.now() : (dispatch.sent_at ?? ctx.clock.now());
    const draft = decide(types, dispatch, loaded, now);
    if ("kind" in draft) return { dispatch, outcome: draft };
    return { dispatch, message: await compose(letterhead, dispatch, draft, now) };
  }

  async function prepareSafely(ctx: Ctx, dispatch: Dispatch, loaded: Loaded): Promise<Prepared> {
    try {
      return await prepare(ctx, dispatch, loaded);
    } catch (error) {
      ctx.log.error("compose_failed", error, { dispatch: dispatch.id, type: dispatch.type });
      return { dispatch, outcome: UNMADE };
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
          events: eventsOf(claimed),
        },
        ({ recipients, lines, late, events }) => ({
          recipients: new Map(recipients.map((recipient) => [recipient.id, recipient])),
          readers: readersOf(recipients, lines),
          late,
          events,
        }),
      ),
    refusal(dispatch, loaded, now) {
      const draft = decide(types, dispatch, loaded, now);
      return "kind" in draft ? draft : null;
    },
    waitFor(dispatch, loaded, now) {
      const type = types.get(dispatch.type);
      return type === undefined ? null : waitOf(holdFor(type, dispatch, loaded, now));
    },
    async send(ctx, name, dispatches, loaded, terms) {
      const provider = byName.get(name);
      if (!provider) throw new Error(`No e-mail provider is called ${name}`);
      const prepared = await Promise.all(dispatches.map((dispatch) => prepareSafely(ctx, dispatch, loaded)));
      const toSend = prepared.filter((one): one is EmailDelivery => "message" in one);
      const requests = requestsOf(toSend, provider.maxPerRequest);
      const { outcomes, health } = await sendConcurrently(ctx, terms, requests, (request) =>
        provider.send(request.map((delivery) => delivery.message)),
      );
      const refused = prepared.flatMap((one) => ("outcome" in one ? [unattempted(one)] : []));
      const sent = requests.flatMap((request) => {
        const chunk = chunkOf(ctx, request);
        return request.flatMap((delivery) => attempted(delivery, outcomes.get(delivery), chunk));
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
): Result[] =>
  outcome === undefined
    ? []
    : [
        {
          ...nothingDelivered,
          dispatch,
          outcome,
          attempted: outcome.kind !== "deferred",
          ...(outcome.kind === "retry" && { chunk }),
          toAddress: message.to.address,
          subject: message.subject,
        },
      ];
