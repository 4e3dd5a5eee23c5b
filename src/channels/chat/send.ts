import { sql } from "drizzle-orm";
import type { Ctx } from "../../ctx.ts";
import { type ChatConnection, chatConnections, type Dispatch } from "../../db/schema/index.ts";
import type { Outbox } from "../../dev-outbox/message.ts";
import type { Outcome, SendReport } from "../../delivery/outcome.ts";
import type { ToReceiver } from "../../delivery/send-to-receivers.ts";
import { MINUTE } from "../../lib/clock.ts";
import type { Fetch } from "../send-kit/http.ts";
import type { ProviderVerdict } from "../send-kit/verdict.ts";
import { type ChatSecret, chatUrl, urlRules } from "./address.ts";
import { type ChatFacts, type ChatMessage, plainText } from "./message.ts";
import { type BrokenCode, isBrokenCode } from "./standing.ts";

/** A message on its way to a connection. */
export interface ChatDelivery extends ToReceiver {
  dispatch: Dispatch;
  connection: ChatConnection;
  secret: ChatSecret;
  message: ChatMessage;
  facts: ChatFacts;
}

/** It waits for the operator: the key that sealed the secret is not configured. */
export const UNREADABLE_SECRET = {
  kind: "deferred",
  code: "secret_unreadable",
  message: "The connection's secret cannot be opened",
  afterMs: 10 * MINUTE,
} as const satisfies Outcome;

/** The request for one message, and what the answer means. It does not throw. */
export async function sendOne(
  ctx: Ctx,
  fetch: Fetch,
  { connection, secret, message, facts }: Omit<ChatDelivery, "dispatch" | "receiver" | "owner">,
  madeAt: number,
): Promise<ProviderVerdict> {
  const [{ CHAT_PROVIDERS }, { askChat }, { commonVerdict, verdictOf }] = await Promise.all([
    import("./providers/index.ts"),
    import("./request.ts"),
    import("./verdicts.ts"),
  ]);
  // It was allowed when it was stored: perhaps on another machine, or by rules of before.
  if ("url" in secret && "fault" in chatUrl(connection.kind, secret.url, urlRules(ctx)))
    return verdictOf("url_not_allowed");
  const provider = CHAT_PROVIDERS[connection.kind];
  const now = ctx.clock.now();
  const request = provider.request({ secret, target: connection.target, message, facts, madeAt, now });
  if (request === null) return verdictOf("connection_revoked");
  const answer = await askChat(fetch, request, ctx.config.providerTimeoutMs);
  const common = commonVerdict(answer, ctx.clock.now());
  if (common !== null || answer.kind === "silence") return common ?? verdictOf("network_error");
  return provider.verdict(answer);
}

export const reportOf = ({ outcome, health }: ProviderVerdict): SendReport => ({
  outcomes: [outcome],
  health,
});

/** A connection that has shown that nothing can be sent to it. */
export interface Broken {
  connection: ChatConnection;
  code: BrokenCode;
}

/** Whether an outcome shows that its connection is broken. */
export const brokenBy = (connection: ChatConnection, outcome: Outcome): Broken[] =>
  outcome.kind === "rejected" && isBrokenCode(outcome.code) ? [{ connection, code: outcome.code }] : [];

/**
 * Marks connections, so that their owners see why, and nothing more is sent. One whose secret or channel has been changed
 * meanwhile stays as it is. One round trip; none where nothing is broken. It never throws: the next message finds the same.
 */
export async function markBroken(ctx: Ctx, broken: readonly Broken[]): Promise<void> {
  if (broken.length === 0) return;
  const now = ctx.clock.now();
  const rows = broken.map(({ connection: { id, secret, target }, code }) => ({ id, secret, target, code }));
  try {
    await ctx.db.write({
      mark: sql`UPDATE ${chatConnections} SET broken_code = v.value->>'code', broken_at = ${now}, updated_at = ${now}
        FROM (SELECT value FROM json_each(${JSON.stringify(rows)})) AS v
        WHERE ${chatConnections}.id = v.value->>'id' AND ${chatConnections}.secret = v.value->>'secret'
          AND ${chatConnections}.target IS v.value->>'target' AND broken_code IS NULL`,
    });
    for (const { connection, code } of broken)
      ctx.log.warn("chat_connection_broken", { connection: connection.id, kind: connection.kind, code });
  } catch (error) {
    ctx.log.error("chat_connection_not_marked", error, { connections: broken.length });
  }
}

/** On a machine for development: what was sent, as a card. */
export async function keepSent(outbox: Outbox | null, sent: readonly ChatDelivery[]): Promise<void> {
  if (outbox === null || sent.length === 0) return;
  await outbox(
    sent.map(({ dispatch, connection, message }) => ({
      dispatchId: dispatch.id,
      to: connection.name,
      content: {
        channel: "chat",
        message: {
          kind: connection.kind,
          title: message.title,
          text: plainText({ ...message, title: "", action: null }),
          action: message.action,
        },
      },
    })),
  );
}
