import { sql } from "drizzle-orm";
import { Parsed } from "../../src/db/statement.ts";
import type { ChannelAdapter, RegisteredChannel, Result } from "../../src/delivery/channel.ts";
import type { Outcome, Pace, SendReport } from "../../src/delivery/outcome.ts";
import { sendConcurrently } from "../../src/delivery/send-concurrently.ts";
import { sendToReceivers } from "../../src/delivery/send-to-receivers.ts";
import { throughProviders } from "../../src/delivery/deliver.ts";
import { HOUR } from "../../src/lib/clock.ts";

/** What a pager is sent to: a user's telephone. */
interface Recipient {
  id: string;
  phone: string | null;
}

const NO_PHONE = {
  kind: "rejected",
  code: "no_phone",
  message: "The user has no telephone",
} as const satisfies Outcome;

/**
 * A channel that the service does not know: it pages users, and has an address of its own (the telephone), a budget and one
 * provider. `settings.outcome` is what the provider answers; `paged` are the telephones that it has paged.
 */
export function createPager() {
  const settings: { outcome: Outcome; limitPerHour: number } = {
    outcome: { kind: "accepted", messageId: null },
    limitPerHour: 100,
  };
  const paged: string[] = [];
  const adapter: ChannelAdapter<Map<string, Recipient>> = {
    channel: "pager",
    queue: "bulk",
    bulkQueue: "bulk",
    budget: {
      name: "pager",
      get limit() {
        return settings.limitPerHour;
      },
      periodMs: HOUR,
    },
    isPerDevice: false,
    canFollow: true,
    announce: null,
    providers: [{ name: "tower", pace: { ratePerSecond: 100, burst: 100 } }],
    load: ({ ids }) =>
      Parsed.of(
        {
          recipients: sql<Recipient>`SELECT id, phone FROM users
            WHERE id IN (SELECT user_id FROM dispatches WHERE id IN ${ids})`,
        },
        ({ recipients }) => new Map(recipients.map((recipient) => [recipient.id, recipient])),
      ),
    refusal: ({ user_id }, recipients) => (recipients.get(user_id)?.phone == null ? NO_PHONE : null),
    waitFor: () => null,
    rules: ({ user_id }, recipients) => [
      recipients.get(user_id)?.phone == null
        ? { rule: "phone", verdict: "reject", code: NO_PHONE.code, message: NO_PHONE.message }
        : { rule: "phone", verdict: "pass" },
    ],
    words: () => null,
    preview: () => Promise.resolve({ rulings: [], rendering: { text: "beep" } }),
    async send(ctx, _provider, dispatches, recipients, terms) {
      const addressed = dispatches.map((dispatch) => ({
        dispatch,
        phone: recipients.get(dispatch.user_id)?.phone ?? null,
      }));
      const reachable = addressed.filter(({ phone }) => phone !== null);
      const { outcomes, health } = await sendConcurrently(ctx, terms, [reachable], async (pages) => {
        for (const { phone } of pages) paged.push(phone ?? "");
        return { outcomes: pages.map(() => settings.outcome), health: { kind: "ok" } };
      });
      const results = addressed.flatMap((one): Result[] => {
        const { dispatch, phone } = one;
        const outcome = phone === null ? NO_PHONE : outcomes.get(one);
        const more = { targets: 1, deliveries: [], gone: [] };
        return outcome === undefined ? [] : [{ dispatch, outcome, attempted: phone !== null, ...more }];
      });
      return { results, health };
    },
  };
  return { channel: throughProviders(adapter), settings, paged };
}

/**
 * A channel whose receivers have a gate each: every user's own radio, which takes one message a second. `settings.answers`
 * is what a user's radio does, if not "over"; `heard` are the texts that came, in order; `owners` are those of some radios.
 */
export function createRadio(pace: Pace = { ratePerSecond: 1, burst: 1 }) {
  const heard: { user: string; text: string | null; at: number }[] = [];
  const answers = new Map<string, (now: number) => Promise<SendReport> | SendReport>();
  const owners = new Map<string, string>();
  const adapter: ChannelAdapter<null> = {
    channel: "radio",
    queue: "hooks",
    bulkQueue: "hooks",
    budget: { name: "radio", limit: 1_000, periodMs: HOUR },
    isPerDevice: false,
    canFollow: true,
    announce: null,
    providers: [],
    load: () => Parsed.of({}, () => null),
    refusal: () => null,
    waitFor: () => null,
    rules: () => [],
    words: () => null,
    preview: () => Promise.resolve({ rulings: [], rendering: null }),
    async send(ctx, _provider, dispatches, _loaded, terms) {
      const items = dispatches.map((dispatch) => ({
        dispatch,
        receiver: { name: dispatch.user_id, pace },
        owner: owners.get(dispatch.user_id) ?? dispatch.user_id,
      }));
      const { outcomes, took } = await sendToReceivers(ctx, "radio", terms, items, async ({ dispatch }) => {
        heard.push({ user: dispatch.user_id, text: dispatch.body, at: ctx.clock.now() });
        const answer = answers.get(dispatch.user_id);
        if (answer !== undefined) return answer(ctx.clock.now());
        return { outcomes: [{ kind: "accepted", messageId: null }], health: { kind: "ok" } };
      });
      const results = items.flatMap((item): Result[] => {
        const outcome = outcomes.get(item);
        if (outcome === undefined) return [];
        const more = { targets: 1, deliveries: [], gone: [], ms: took.get(item), provider: "handset" };
        return [{ dispatch: item.dispatch, outcome, attempted: outcome.kind !== "deferred", ...more }];
      });
      return { results, health: [] };
    },
  };
  return { channel: throughProviders(adapter), heard, answers, owners };
}

/** A channel on which inserting a dispatch delivers it. `announced` are the users that have heard of it. */
export function createBoard() {
  const announced: string[] = [];
  const channel: RegisteredChannel = {
    channel: "board",
    queue: "bulk",
    bulkQueue: "bulk",
    budget: null,
    isPerDevice: false,
    canFollow: true,
    announce: async (_ctx, userId) => void announced.push(userId),
    providers: [],
    deliver: () => Promise.resolve(new Map()),
    check: null,
    explain: () =>
      Parsed.of({}, () => ({
        endings: () => [],
        rules: () => [],
        words: () => null,
        preview: async () => ({ rulings: [], rendering: null }),
      })),
  };
  return { channel, announced };
}
