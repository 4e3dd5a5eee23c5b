import type { NotificationTypes } from "../../content/type.ts";
import type { Ctx } from "../../ctx.ts";
import type { ChatConnection, Dispatch } from "../../db/schema/index.ts";
import type { ChannelAdapter, ChannelReport, Result } from "../../delivery/channel.ts";
import type { Outcome } from "../../delivery/outcome.ts";
import { type Hold, holdAmong, type Ruling } from "../../delivery/ruling.ts";
import { sendToReceivers } from "../../delivery/send-to-receivers.ts";
import type { Outbox } from "../../dev-outbox/message.ts";
import { SECOND } from "../../lib/clock.ts";
import { printId } from "../../lib/ids.ts";
import { findings } from "../../preferences/decide.ts";
import { traitsAmong } from "../../preferences/traits.ts";
import type { Budget } from "../../rate-limit/limiter.ts";
import { outcomeOf, waitOf } from "../held.ts";
import type { Fetch } from "../send-kit/http.ts";
import { headFor, renderingRuling, speechesOf, wordingRuling } from "../voice.ts";
import { secretOf } from "./connections.ts";
import { chosenAmong, connectionsFor, deletedConnection, load, type Loaded, reachOf } from "./load.ts";
import { type ChatFacts, plainText } from "./message.ts";
import { PACES } from "./paces.ts";
import { sayChats } from "./said.ts";
import {
  brokenBy,
  type ChatDelivery,
  keepSent,
  markBroken,
  reportOf,
  sendOne,
  UNREADABLE_SECRET,
} from "./send.ts";

const CHANNEL = "chat";

/** A dispatch that a connection has refused for ever goes to the user's next one so much later. */
const NEXT_AFTER_MS = SECOND;

/** What the channel is made of. */
interface Tools {
  fetch: Fetch;
  /** Where what is sent is kept on a machine for development. */
  outbox: Outbox | null;
}

/**
 * The chat channel: a user's messages go to the user's oldest connection that works, those to an organization's connection
 * there. Each connection has a gate of its own. A chat has no key for repeats: after a time-out a message may come twice,
 * but a program of the customer's can tell by the `webhook-id`.
 */
export function createChatChannel(
  budget: Budget,
  types: NotificationTypes,
  { fetch, outbox }: Tools,
): ChannelAdapter<Loaded> {
  const traitsOf = traitsAmong(types);

  const findingsFor = (dispatch: Dispatch, loaded: Loaded, now: number): Ruling[] => {
    const gone = deletedConnection(dispatch, loaded);
    if (gone !== null) return [gone];
    return findings({
      ...loaded.readers(dispatch.user_id),
      reach: [reachOf(connectionsFor(dispatch, loaded))],
      type: loaded.events.of(dispatch)?.type ?? traitsOf(dispatch),
      channel: CHANNEL,
      earlier: loaded.events.earlier(dispatch),
      now,
    });
  };

  const holdFor = (dispatch: Dispatch, loaded: Loaded, now: number): Hold | null =>
    holdAmong(findingsFor(dispatch, loaded, now));

  const factsOf = ({ id, type, batch_id }: Dispatch): ChatFacts => ({
    id: printId("dsp", id),
    type,
    eventId: batch_id === null ? null : printId("evt", batch_id),
  });

  /** What is to be sent, or why nothing is. */
  async function prepare(
    ctx: Ctx,
    dispatches: readonly Dispatch[],
    loaded: Loaded,
  ): Promise<(ChatDelivery | Result)[]> {
    const now = ctx.clock.now();
    const { said } = await sayChats(ctx, types, dispatches, loaded);
    const secrets = new Map<string, ReturnType<typeof secretOf>>();
    const opened = (connection: ChatConnection) => {
      const secret = secrets.get(connection.id) ?? secretOf(ctx, connection);
      secrets.set(connection.id, secret);
      return secret;
    };
    return Promise.all(
      dispatches.map(async (dispatch) => {
        const message = said(dispatch);
        // What cannot be made says so, before the rules ask what cannot be read.
        if ("kind" in message) return unsent(dispatch, message);
        const refusal = outcomeOf(holdFor(dispatch, loaded, now));
        const connection = chosenAmong(connectionsFor(dispatch, loaded));
        if (refusal !== null || connection === undefined)
          return unsent(dispatch, refusal ?? UNREADABLE_SECRET);
        const secret = await opened(connection);
        if (secret === null) return unsent(dispatch, UNREADABLE_SECRET);
        const receiver = { name: connection.id, pace: PACES[connection.kind] };
        const owner = connection.org_id ?? connection.user_id ?? connection.id;
        return { dispatch, connection, secret, message, facts: factsOf(dispatch), receiver, owner };
      }),
    );
  }

  return {
    channel: CHANNEL,
    queue: "hooks",
    bulkQueue: "hooks",
    budget,
    isPerDevice: false,
    canFollow: true,
    announce: null,
    providers: [],
    load,
    refusal: (dispatch, loaded, now) => outcomeOf(holdFor(dispatch, loaded, now)),
    waitFor: (dispatch, loaded, now) => waitOf(holdFor(dispatch, loaded, now)),
    rules: findingsFor,
    words: (_ctx, dispatch, loaded) => headFor(speechesOf(types, [dispatch], loaded), loaded),
    async preview(ctx, dispatch, loaded) {
      const { said, wordsOf } = await sayChats(ctx, types, [dispatch], loaded);
      const wording = wordingRuling(dispatch, wordsOf(dispatch), loaded, null);
      if (wording.verdict !== "pass") return { rulings: [wording], rendering: null };
      const message = said(dispatch);
      if ("kind" in message) return { rulings: [wording, renderingRuling(message)], rendering: null };
      const { title, action } = message;
      const text = plainText({ ...message, title: "", action: null });
      const to = chosenAmong(connectionsFor(dispatch, loaded));
      const rendering = { title, text, action, kind: to?.kind ?? null, connection: to?.name ?? null };
      return { rulings: [wording, renderingRuling(null)], rendering };
    },
    async send(ctx, _provider, dispatches, loaded, terms): Promise<ChannelReport> {
      const prepared = await prepare(ctx, dispatches, loaded);
      const items = prepared.filter((one) => "connection" in one);
      const { outcomes, took } = await sendToReceivers(ctx, CHANNEL, terms, items, async (item) =>
        reportOf(await sendOne(ctx, fetch, item, item.dispatch.created_at)),
      );
      const taken = items.filter((item) => outcomes.get(item)?.kind === "accepted");
      const broken = items.flatMap((item) => {
        const outcome = outcomes.get(item);
        return outcome === undefined ? [] : brokenBy(item.connection, outcome);
      });
      await Promise.all([markBroken(ctx, broken), keepSent(outbox, taken)]);
      const results = items.flatMap((item): Result[] => {
        const outcome = outcomes.get(item);
        if (outcome === undefined) return [];
        const ended = onward(item, outcome, connectionsFor(item.dispatch, loaded));
        return [
          {
            ...unsent(item.dispatch, ended),
            attempted: took.has(item) && ended.kind !== "deferred",
            ms: took.get(item),
            provider: item.connection.kind,
            toAddress: item.connection.name,
            subject: item.message.title,
          },
        ];
      });
      return { results: [...prepared.filter((one) => "outcome" in one), ...results], health: [] };
    },
  };
}

const unsent = (dispatch: Dispatch, outcome: Outcome): Result => ({
  dispatch,
  outcome,
  attempted: false,
  targets: 1,
  deliveries: [],
  gone: [],
});

/** Where a connection is broken and the user has another one that works, the message goes there. */
function onward(
  { connection }: ChatDelivery,
  outcome: Outcome,
  connections: readonly ChatConnection[],
): Outcome {
  const others = connections.filter(({ id }) => id !== connection.id);
  if (brokenBy(connection, outcome).length === 0 || chosenAmong(others) === undefined || !("code" in outcome))
    return outcome;
  return { kind: "deferred", code: outcome.code, message: outcome.message, afterMs: NEXT_AFTER_MS };
}
