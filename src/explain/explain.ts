import type { Scope } from "../auth/scope.ts";
import type { NotificationTypes } from "../content/type.ts";
import type { Ctx } from "../ctx.ts";
import type { Dispatch } from "../db/schema/index.ts";
import type { Explained } from "../delivery/channel.ts";
import { wasSent } from "../log/read.ts";
import { Parsed } from "../db/statement.ts";
import { SECOND } from "../lib/clock.ts";
import { channelOf } from "../outbox/channel.ts";
import { type Asked, askOfDispatch, askOfType, type Supposed } from "./ask.ts";
import { type Limits, limitsOf } from "./limits.ts";
import { occasionRules } from "./occasion.ts";
import { publicly, type Rule, type Verdict, verdictOf } from "./rule.ts";
import { asIfRetried, chainRules, stateRules } from "./state.ts";

/** What somebody asks: of a dispatch by its id, or of a message that nobody has made. */
export type Question = { kind: "dispatch"; id: string } | ({ kind: "type" } & Supposed);

/** What would become of a message on a channel. */
export interface OnChannel extends Verdict {
  channel: string;
  /** Every rule that was asked, in order. */
  rules: Rule[];
  /** The message as it would be sent, by its fields; null where a rule says why there is none, and for a user who may not see it. */
  rendering: Readonly<Record<string, unknown>> | null;
}

export interface Explanation {
  userId: string;
  /** Of the user. */
  orgId: string | null;
  type: string;
  /** Epoch ms: when it would be sent. */
  at: number;
  /** Null: nobody has made the message. */
  dispatch: Dispatch | null;
  channels: OnChannel[];
}

/**
 * Says of a message what each rule says, what comes of it, and how it would look. It asks the functions that sending uses;
 * nothing is written or taken. At most three round trips: what it is about, what the channels read, and words that the isolate
 * does not have. For each channel with providers a call each of the limiter and the quota, and for staff of each provider's gate.
 *
 * A user gets no rendering of a message that has not been sent, nor of one of an own type that nobody has made: its
 * words and sample are for staff.
 * @param at epoch ms; null: now
 * @throws 404 for a dispatch, a user or a type that is not there or out of scope; 403 `user_moved`; 400 for a channel or data
 * that do not fit the type
 */
export async function explain(
  ctx: Ctx,
  types: Pick<NotificationTypes, "get">,
  scope: Scope,
  question: Question,
  at: number | null,
): Promise<Explanation> {
  const then = at === null ? ctx : atTime(ctx, at);
  return question.kind === "dispatch"
    ? explainDispatch(then, scope, await askOfDispatch(then, scope, question.id))
    : explainAsked(then, scope, await askOfType(then, types, scope, question), {
        isMade: false,
        isForUser: types.get(question.type) !== undefined,
      });
}

/** Explains a dispatch that has been read. At most two round trips. */
export const explainDispatch = (ctx: Ctx, scope: Scope, asked: Asked): Promise<Explanation> =>
  explainAsked(ctx, scope, [asked], { isMade: true, isForUser: wasSent(asked.dispatch) });

/** @param about `isMade`: whether it is a dispatch that is there; `isForUser`: whether its user may see how it looks */
async function explainAsked(
  ctx: Ctx,
  scope: Scope,
  asked: readonly Asked[],
  { isMade, isForUser }: { isMade: boolean; isForUser: boolean },
): Promise<Explanation> {
  const now = ctx.clock.now();
  const isStaff = scope.kind !== "own";
  const [first] = asked;
  if (first === undefined) throw new Error("A type has no channel");
  const seen = asked
    .filter(({ dispatch }) => ctx.channels.has(dispatch.channel))
    .map((one) => ({ ...one, dispatch: asIfRetried(one.dispatch, now) }));
  const occasion =
    first.occasion === null
      ? NO_OCCASION
      : await occasionRules(
          first.occasion,
          seen.map(({ dispatch }) => dispatch),
          now,
        );
  const [read, ...limits] = await Promise.all([
    ctx.db.read({
      channels: Object.fromEntries(
        seen.map(({ dispatch, messages }) => [
          dispatch.channel,
          channelOf(ctx, dispatch.channel).explain(messages, now),
        ]),
      ),
      occasion,
    }),
    ...seen.map(({ dispatch }) =>
      limitsOf(ctx, channelOf(ctx, dispatch.channel), dispatch, { isStaff, isMade }),
    ),
  ]);
  const explained = seen.flatMap((one, i) => {
    const [found, own] = [read.channels[one.dispatch.channel], limits[i]];
    return found === undefined || own === undefined ? [] : [{ ...one, explained: found, limits: own }];
  });
  await readWords(ctx, explained);
  const channels: OnChannel[] = [];
  for (const { dispatch } of asked) {
    const one = explained.find((told) => told.dispatch.id === dispatch.id);
    if (one === undefined) {
      channels.push(notConfigured(dispatch.channel));
      continue;
    }
    const state = isMade
      ? stateRules(first.dispatch, now)
      : [...read.occasion(dispatch.channel), ...laterStep(one, channels, now)];
    const found = await onChannel(ctx, one, state, scope);
    channels.push(isStaff || isForUser ? found : { ...found, rendering: null });
  }
  return {
    userId: first.dispatch.user_id,
    orgId: first.dispatch.org_id,
    type: first.dispatch.type,
    at: now,
    dispatch: isMade ? first.dispatch : null,
    channels,
  };
}

/** Of a channel that this deployment does not have (any more): its messages stay where they are. */
const notConfigured = (channel: string): OnChannel => {
  const message = "The service does not have this channel";
  const rules: Rule[] = [{ rule: "channel", verdict: "reject", code: "not_configured", message }];
  return { channel, ...verdictOf(rules), rules, rendering: null };
};

const NO_OCCASION: Parsed<(channel: string) => Rule[]> = Parsed.of({}, () => () => []);

/** The context of another time: whatever asks it for the time gets that one. */
const atTime = (ctx: Ctx, at: number): Ctx => ({
  ...ctx,
  clock: { now: () => at, sleep: (ms) => ctx.clock.sleep(ms) },
});

type Told = Asked & { explained: Explained; limits: Limits };

/** Reads the words of all channels in one round trip. The isolate keeps them, so that the previews find them there. */
async function readWords(ctx: Ctx, told: readonly Told[]): Promise<void> {
  const heads = told.flatMap(({ explained, dispatch }) => explained.words(ctx, dispatch) ?? []);
  if (heads.length === 0) return;
  const { loadWordings } = await import("../wordings/rendering.ts");
  await loadWordings(ctx, heads);
}

async function onChannel(
  ctx: Ctx,
  { dispatch, explained, limits }: Told,
  state: readonly Rule[],
  scope: Scope,
): Promise<OnChannel> {
  const { rulings, rendering } = await explained.preview(ctx, dispatch);
  const said = explained.rules({ ...dispatch, slot_at: limits.slotAt });
  const own: readonly Rule[] = scope.kind === "all" ? said : said.map(publicly);
  // As in sending: what waits for its user asks no limit, and what a limit ends is asked nothing more.
  const waits = verdictOf(own).verdict === "wait";
  const asked = limits.rules.filter(({ rule }) => !waits || rule === "provider");
  const [ending, others] = [asked.filter(isEnd), asked.filter((rule) => !isEnd(rule))];
  const rules = [
    ...state,
    ...explained.endings(dispatch),
    ...ending,
    ...own,
    ...others,
    ...rulings,
    ...chainRules(dispatch),
  ];
  return {
    channel: dispatch.channel,
    ...verdictOf(rules),
    rules: scope.kind === "own" ? rules.map(withoutOrgs) : rules,
    rendering,
  };
}

const isEnd = ({ verdict }: Rule): boolean => verdict === "reject";

/** Of a step that waits for those before it, if one of these would be made. */
function laterStep({ waitMs, occasion }: Asked, before: readonly OnChannel[], now: number): Rule[] {
  const isMade =
    before.length === 0 || before.some(({ verdict }) => verdict !== "skip" && verdict !== "reject");
  if (waitMs === null) return [];
  const windowMs = (occasion?.type.batch?.window ?? 0) * SECOND;
  if (!isMade) return [{ rule: "due", verdict: "pass" }];
  return [
    {
      rule: "due",
      verdict: "wait",
      until: now + windowMs + waitMs,
      code: "later_step",
      message: "It is sent then, unless a message before it has reached the user",
    },
  ];
}

/** A rule as a user may see it: which organization has decided is for staff. */
function withoutOrgs(rule: Rule): Rule {
  if (rule.details === undefined) return rule;
  const { org_id: _, ...details } = rule.details;
  return { ...rule, details };
}
