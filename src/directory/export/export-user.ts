import { type SQL, sql } from "drizzle-orm";
import { audit, type Author } from "../../audit/audit.ts";
import type { Ctx } from "../../ctx.ts";
import { hasRoom } from "../../db/client.ts";
import { notFound } from "../../lib/failure.ts";
import { HOUR, iso } from "../../lib/clock.ts";
import { type ReservedSlot, reserveSlot } from "../../rate-limit/budgets.ts";
import type { Budget } from "../../rate-limit/limiter.ts";
import { anythingOf } from "../erase-user.ts";
import { type Subject, subjectExists } from "../subject.ts";
import { erasedHash } from "../tombstones.ts";
import { type Key, type Portion, type Section, sectionsOf, singlesOf } from "./sections.ts";

/** A portion of a section, with the section that reads the rest. */
interface Begun extends Portion {
  name: string;
  section: Section;
}

/** How often users may export themselves: one reads all that there is of them. */
const OWN_EXPORTS: Budget = { name: "export", limit: 10, periodMs: HOUR };

/**
 * Everything that we have about a person, as the text of one JSON document, in pieces. It reads the first portions at once,
 * and the others while somebody takes the pieces: in one round trip for up to 200 messages, another for each further 200. So
 * it is not of one moment. If reading fails later, the text breaks off and is no JSON. An admin's export is audited;
 * of users' own there are some an hour.
 * @throws 404 outside the scope, and for a person of whom we have nothing; 429 when the user has had them
 */
export async function exportUser(
  ctx: Ctx,
  subject: Subject,
  author: Author,
): Promise<AsyncGenerator<string>> {
  const { id, scope } = subject;
  const isOwn = scope.kind === "own";
  const sections = Object.entries(sectionsOf(subject, !isOwn));
  const exists = mayExport(subject);
  const first = {
    found: sql`SELECT 1 WHERE ${exists}`,
    singles: singlesOf(id),
    lists: Object.fromEntries(sections.map(([name, section]) => [name, section.portion(null)])),
  };
  const entry = {
    ...author,
    id: ctx.ids.uuid(),
    action: "user.export",
    // Only a hash, as with erasure: a user's id may be an address.
    target: await erasedHash(id),
  };
  await using slot = await ownSlot(ctx, subject);
  const { found, singles, lists } = isOwn
    ? await ctx.db.read(first)
    : await ctx.db.write({ noted: audit(entry, exists), ...first });
  if (found.length === 0) throw notFound("user");
  slot?.keep();
  const begun = sections.map(([name, section]): Begun => {
    const { rows = [], next = null } = lists[name] ?? {};
    return { name, section, rows, next };
  });
  return pieces(ctx, { user_id: id, exported_at: iso(ctx.clock.now()), ...singles }, begun);
}

/** A place among the own exports of the caller; null for those of others. A 404 gives it back. */
const ownSlot = (ctx: Ctx, { scope }: Subject): Promise<ReservedSlot | null> =>
  reserveSlot(
    ctx,
    OWN_EXPORTS,
    scope.kind === "own" ? { id: ctx.ids.uuid(), user_id: scope.userId } : undefined,
  );

/** The condition that there is something of the subject, and the caller may have it. */
function mayExport(subject: Subject): SQL {
  const { id, scope } = subject;
  const isOwn = scope.kind === "own" && scope.userId === id;
  // The directory need not know them. In an organization only those whom it knows can be.
  return scope.kind === "all" || isOwn ? sql`EXISTS (${anythingOf(id)})` : subjectExists(subject);
}

async function* pieces(ctx: Ctx, head: object, sections: readonly Begun[]): AsyncGenerator<string> {
  yield JSON.stringify(head).slice(0, -1);
  let isComplete = true;
  try {
    for (const { name, section, rows, next } of sections) {
      yield `,"${name}":[${listed(rows)}`;
      for (let after: Key | null = next; after !== null;) {
        // An invocation has no queries for more than some 180,000 messages.
        if (!hasRoom(ctx.db)) {
          isComplete = false;
          break;
        }
        const portion: Portion = (await ctx.db.read({ portion: section.portion(after) })).portion;
        if (portion.rows.length > 0) yield `,${listed(portion.rows)}`;
        after = portion.next;
      }
      yield "]";
    }
  } catch (error) {
    ctx.log.error("export_broke_off", error);
    throw error;
  }
  yield `,"complete":${isComplete}}`;
}

const listed = (rows: readonly object[]): string => rows.map((row) => JSON.stringify(row)).join(",");
