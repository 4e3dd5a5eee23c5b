import { sql } from "drizzle-orm";
import { audit, type Author } from "../../audit/audit.ts";
import type { Ctx } from "../../ctx.ts";
import { selectWhole } from "../../db/json.ts";
import { type ChatConnection, chatConnections } from "../../db/schema/index.ts";
import type { Outcome } from "../../delivery/outcome.ts";
import { HOUR } from "../../lib/clock.ts";
import { Failure, notFound } from "../../lib/failure.ts";
import { printId } from "../../lib/ids.ts";
import { asUser, reserveSlot } from "../../rate-limit/budgets.ts";
import type { Budget } from "../../rate-limit/limiter.ts";
import type { Fetch } from "../send-kit/http.ts";
import { directedConnection, secretOf } from "./connections.ts";
import type { ChatMessage } from "./message.ts";
import type { Keeper } from "./owner.ts";
import { PACES } from "./paces.ts";
import { brokenBy, sendOne, UNREADABLE_SECRET } from "./send.ts";

/** Tests of all connections of an owner: one that is deleted and made anew has no budget of its own. */
const TESTS: Budget = { name: "chat_test", limit: 20, periodMs: HOUR };

const messageFor = ({ name }: ChatConnection): ChatMessage => ({
  title: "A test",
  blocks: [{ kind: "rich", spans: [{ text: `This is a test of the connection “${name}”. It works.` }] }],
  action: null,
});

/**
 * Sends a test to a connection at once, also to one that is broken or paused: where it works, it is active again. It waits
 * for the answer. Two round trips.
 * @throws 404; 403 `not_the_user`; 429 after 20 an hour, and while the chat asks for a pause
 */
export async function tryConnection(
  ctx: Ctx,
  fetch: Fetch,
  author: Author,
  keeper: Keeper,
  id: string,
): Promise<{ outcome: Outcome; connection: ChatConnection }> {
  const before = await directedConnection(ctx, keeper, id);
  const owner = before.user_id ?? asUser(before.org_id ?? "");
  await using slot = await reserveSlot(ctx, TESTS, { id: ctx.ids.uuid(), user_id: owner });
  const gate = ctx.gates("chat", id);
  const admission = await gate.acquire(1, PACES[before.kind]);
  if (!admission.admitted)
    throw new Failure("rate_limited", "The chat asked for a pause, or has failed several times.", {
      headers: { "retry-after": String(Math.ceil((admission.retryAt - ctx.clock.now()) / 1_000)) },
    });
  if (admission.waitMs > 0) await ctx.clock.sleep(admission.waitMs);
  slot?.keep();
  const outcome = await outcomeFor(ctx, fetch, before);
  const [broken] = brokenBy(before, outcome);
  const isNews = broken !== undefined || outcome.kind === "accepted";
  const now = ctx.clock.now();
  const [code, at] = broken === undefined ? [null, null] : [broken.code, now];
  const { stored } = await ctx.db.write({
    mark: isNews
      ? [
          sql`UPDATE ${chatConnections} SET broken_code = ${code}, broken_at = ${at}, updated_at = ${now}
            WHERE id = ${id} AND secret = ${before.secret} AND target IS ${before.target} AND broken_code IS NOT ${code}`,
        ]
      : [],
    noted: audit({ id: ctx.ids.uuid(), action: "chat_connection.test", target: id, ...author }),
    stored: selectWhole(chatConnections, sql`id = ${id}`),
  });
  const [connection] = stored;
  if (connection === undefined) throw notFound("chat connection");
  return { outcome, connection };
}

async function outcomeFor(ctx: Ctx, fetch: Fetch, connection: ChatConnection): Promise<Outcome> {
  const secret = await secretOf(ctx, connection);
  if (secret === null) return UNREADABLE_SECRET;
  const facts = { id: printId("dsp", ctx.ids.uuid()), type: "test", eventId: null };
  const message = messageFor(connection);
  const sent = await sendOne(ctx, fetch, { connection, secret, message, facts }, ctx.clock.now());
  await ctx.gates("chat", connection.id).report(sent.health);
  return sent.outcome;
}
