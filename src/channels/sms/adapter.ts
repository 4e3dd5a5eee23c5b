import type { NotificationTypes } from "../../content/index.ts";
import type { Ctx } from "../../ctx.ts";
import { Parsed } from "../../db/statement.ts";
import type { Dispatch } from "../../db/schema/index.ts";
import type { ChannelAdapter, Result } from "../../delivery/channel.ts";
import type { Outcome, SendReport } from "../../delivery/outcome.ts";
import { holdAmong, type Ruling } from "../../delivery/ruling.ts";
import { sendConcurrently } from "../../delivery/send-concurrently.ts";
import { findings } from "../../preferences/decide.ts";
import { orgLinesOf } from "../../preferences/org-settings.ts";
import { type Readers, readersOf } from "../../preferences/readers.ts";
import type { Budget } from "../../rate-limit/limiter.ts";
import type { Quotas } from "../../rate-limit/quota/quotas.ts";
import { usersOf } from "../email/recipient.ts";
import { outcomeOf, waitOf } from "../held.ts";
import {
  headFor,
  renderingRuling,
  speechesOf,
  typeOf,
  type Voice,
  voiceOf,
  wordingRuling,
} from "../voice.ts";
import { suppressNumbers } from "./inbound.ts";
import { pricePerSegment } from "./prices.ts";
import type { SmsMessage, SmsProvider } from "./provider.ts";
import { OPTED_OUT } from "./providers/verdicts.ts";
import { giveBackSegments, takeSegments } from "./quota.ts";
import { reachOf, type Recipient, recipientsOf } from "./recipient.ts";
import { sayTexts, type SaidText } from "./say.ts";
import { type Segments, segmentsOf } from "./segments.ts";

/** What is read to send the claimed dispatches. */
interface Loaded extends Voice {
  recipients: ReadonlyMap<string, Recipient>;
  readers: Readers;
}

/** What the channel is configured with. */
export interface SmsSettings {
  from: string | null;
  countries: readonly string[];
  maxSegments: number;
  pricePerSegment: number | null;
}

/** A dispatch and its message. */
interface Text {
  dispatch: Dispatch;
  message: SmsMessage;
  segments: number;
}

/** A dispatch that is not sent. */
interface Unsent {
  dispatch: Dispatch;
  outcome: Outcome;
}

const NO_TYPE: Outcome = { kind: "rejected", code: "no_content", message: "There is nothing to say" };

/** The SMS channel: it sends messages of these types, each to one number. @param quotas segments, by organization */
export function createSmsChannel(
  providers: readonly SmsProvider[],
  budget: Budget,
  quotas: Quotas,
  settings: SmsSettings,
  types: NotificationTypes,
): ChannelAdapter<Loaded> {
  const byName = new Map(providers.map((provider) => [provider.name, provider]));

  function rules(dispatch: Dispatch, loaded: Loaded, now: number): Ruling[] {
    const type = typeOf(types, dispatch, loaded);
    if (type === undefined)
      return [{ rule: "content", verdict: "reject", code: "no_content", message: "There is nothing to say" }];
    const recipient = loaded.recipients.get(dispatch.user_id);
    const facts = loaded.readers(dispatch.user_id);
    const reach = recipient === undefined ? [] : reachOf(recipient, facts.orgs, settings.countries);
    const earlier = loaded.events.earlier(dispatch);
    return findings({ ...facts, reach, earlier, type, channel: "sms", now });
  }

  /** What a text counts, and whether it may be sent. */
  function lengthRuling(counted: Segments, country: string | null): Ruling {
    const { costly: needsUcs2, ...rest } = counted;
    const each = pricePerSegment(providers[0]?.name ?? "", country ?? "", settings.pricePerSegment);
    const dollars = each === null ? null : each * counted.segments;
    const details = { ...rest, most: settings.maxSegments, needs_ucs2: needsUcs2, country, dollars };
    return counted.segments <= settings.maxSegments
      ? { rule: "length", verdict: "pass", details }
      : { rule: "length", verdict: "reject", ...tooLong(counted.segments), details };
  }

  const tooLong = (segments: number) => ({
    code: "too_long",
    message: `The text has ${segments} segments; ${settings.maxSegments} are allowed`,
  });

  function prepare(dispatch: Dispatch, said: SaidText | Outcome, to: string | null): Text | Unsent {
    if ("kind" in said) return { dispatch, outcome: said };
    const { segments } = segmentsOf(said.text);
    if (segments > settings.maxSegments)
      return { dispatch, outcome: { kind: "rejected", ...tooLong(segments) } };
    if (to === null) return { dispatch, outcome: NO_TYPE };
    const message = { dispatchId: dispatch.id, to, text: said.text, expiresAt: dispatch.expires_at };
    return { dispatch, message, segments };
  }

  return {
    channel: "sms",
    queue: "email",
    bulkQueue: "bulk",
    budget,
    isPerDevice: false,
    canFollow: true,
    announce: null,
    providers,
    load: (messages, now) =>
      Parsed.of(
        {
          recipients: recipientsOf(usersOf(messages), now),
          lines: orgLinesOf(usersOf(messages)),
          voice: voiceOf(messages, "sms"),
        },
        ({ recipients, lines, voice }) => ({
          ...voice,
          recipients: new Map(recipients.map((recipient) => [recipient.id, recipient])),
          readers: readersOf(recipients, lines),
        }),
      ),
    refusal: (dispatch, loaded, now) => outcomeOf(holdAmong(rules(dispatch, loaded, now))),
    waitFor: (dispatch, loaded, now) => waitOf(holdAmong(rules(dispatch, loaded, now))),
    rules,
    words: (_, dispatch, loaded) => headFor(speechesOf(types, [dispatch], loaded), loaded),
    async preview(ctx, dispatch, loaded) {
      const { said, wordsOf } = await sayTexts(ctx, types, [dispatch], loaded);
      const wording = wordingRuling(dispatch, wordsOf(dispatch), loaded, null);
      if (wording.verdict !== "pass") return { rulings: [wording], rendering: null };
      const text = said(dispatch);
      if ("kind" in text) return { rulings: [wording, renderingRuling(text)], rendering: null };
      const counted = segmentsOf(text.text);
      const country = loaded.recipients.get(dispatch.user_id)?.phone_country ?? null;
      return {
        rulings: [wording, renderingRuling(null), lengthRuling(counted, country)],
        rendering: { text: text.text, from: settings.from, ...counted, costly: [...counted.costly] },
      };
    },
    async send(ctx, name, dispatches, loaded, terms) {
      const provider = byName.get(name);
      if (!provider) throw new Error(`No SMS provider is called ${name}`);
      const now = ctx.clock.now();
      const refusals = new Map(
        dispatches.map((dispatch) => [dispatch.id, outcomeOf(holdAmong(rules(dispatch, loaded, now)))]),
      );
      const wanted = dispatches.filter(({ id }) => refusals.get(id) === null);
      const { said } = await sayTexts(ctx, types, wanted, loaded);
      const prepared = dispatches.map((dispatch): Text | Unsent => {
        const outcome = refusals.get(dispatch.id) ?? null;
        if (outcome !== null) return { dispatch, outcome };
        return prepare(dispatch, said(dispatch), loaded.recipients.get(dispatch.user_id)?.phone ?? null);
      });
      const ready = prepared.filter((one): one is Text => "message" in one);
      const over = await takeSegments(ctx, quotas, ready);
      const toSend = ready.filter(({ dispatch }) => !over.has(dispatch.id));
      const sent = await sendConcurrently(
        ctx,
        terms,
        toSend.map((one) => [one]),
        async ([one]) => (one === undefined ? NOTHING : provider.send(one.message)),
      );
      const outcomes = new Map([...sent.outcomes].map(([{ dispatch }, outcome]) => [dispatch.id, outcome]));
      giveBackSegments(quotas, toSend, ({ dispatch }) => outcomes.get(dispatch.id));
      await suppressOptedOut(ctx, toSend, outcomes);
      const results = prepared.flatMap((one): Result[] => {
        if ("outcome" in one) return [unattempted(one.dispatch, one.outcome)];
        const deferred = over.get(one.dispatch.id);
        if (deferred !== undefined) return [unattempted(one.dispatch, deferred)];
        const outcome = outcomes.get(one.dispatch.id);
        return outcome === undefined ? [] : [attempted(one, outcome, sent.took.get(one))];
      });
      return { results, health: sent.health };
    },
  };
}

const NOTHING: SendReport = { outcomes: [], health: { kind: "ok" } };

/** A provider knows that somebody has unsubscribed before we do, where it handles STOP by itself. */
async function suppressOptedOut(
  ctx: Ctx,
  texts: readonly Text[],
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<void> {
  const numbers = texts.flatMap(({ dispatch, message }) => {
    const outcome = outcomes.get(dispatch.id);
    return outcome?.kind === "gone" && outcome.code === OPTED_OUT ? [message.to] : [];
  });
  if (numbers.length === 0) return;
  try {
    await ctx.db.write({ suppress: suppressNumbers(ctx, numbers) });
  } catch (error) {
    // The provider will say it again.
    ctx.log.error("suppress_failed", error, { numbers: numbers.length });
  }
}

const NOTHING_DELIVERED = { targets: 1, deliveries: [], gone: [] };

const unattempted = (dispatch: Dispatch, outcome: Outcome): Result => ({
  ...NOTHING_DELIVERED,
  dispatch,
  outcome,
  attempted: false,
});

const attempted = ({ dispatch, message }: Text, outcome: Outcome, ms: number | undefined): Result => ({
  ...NOTHING_DELIVERED,
  dispatch,
  outcome,
  attempted: outcome.kind !== "deferred",
  ms,
  toAddress: message.to,
});
