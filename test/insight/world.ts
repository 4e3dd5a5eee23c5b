import { env } from "cloudflare:workers";
import type { Harness } from "../support/harness.ts";
import { emptyTables, givenDispatches, givenUsers } from "../support/pipeline.ts";

/** Tables of counts and what they are made of, empty. */
export async function emptyInsight(): Promise<void> {
  await emptyTables();
  const tables = ["hourly_counts", "counted_hours", "dead_letters", "job_runs", "withheld"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
}

/** What dispatches made now are to look like. */
export interface Made {
  n?: number;
  org?: string | null;
  channel?: string;
  status?: string;
  provider?: string | null;
  code?: string | null;
  type?: string;
}

/** Dispatches that are made now, as they look later. @returns their ids */
export async function givenMade(
  h: Harness,
  {
    n = 1,
    org = null,
    channel = "push",
    status = "sent",
    provider = "expo",
    code = null,
    type = "push",
  }: Made = {},
): Promise<string[]> {
  const { users } = await givenUsers(h, 1, 0);
  const ids = await givenDispatches(h, Array(n).fill(users[0] ?? ""), { orgId: org, type });
  await change(ids, { channel, status, provider, code });
  return ids;
}

/** Changes what dispatches look like. */
export async function change(
  ids: readonly string[],
  { channel, status, provider, code }: Pick<Made, "channel" | "status" | "provider" | "code">,
): Promise<void> {
  const isOpen = status === "queued" || status === "sending";
  await env.DB.prepare(
    `UPDATE dispatches SET channel = coalesce(?1, channel), status = coalesce(?2, status), provider = coalesce(?3, provider),
      error_code = ?4, wake_at = iif(?5, wake_at, NULL) WHERE id IN (SELECT value FROM json_each(?6))`,
  )
    .bind(
      channel ?? null,
      status ?? null,
      provider ?? null,
      code ?? null,
      isOpen ? 1 : 0,
      JSON.stringify(ids),
    )
    .run();
}

/** The counts that are kept: hour since the first one, organization, channel, provider, status → n. */
export async function keptCounts(): Promise<Record<string, number>> {
  const { results } = await env.DB.prepare(
    "SELECT *, hour - (SELECT min(hour) FROM counted_hours) AS nth FROM hourly_counts ORDER BY 1, 2, 3, 4, 5",
  ).all<{ nth: number; org_id: string; channel: string; provider: string; status: string; n: number }>();
  return Object.fromEntries(
    results.map((r) => [[r.nth, r.org_id, r.channel, r.provider, r.status].join(" "), r.n]),
  );
}
