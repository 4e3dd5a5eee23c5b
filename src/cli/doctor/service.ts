import { z } from "zod";
import { type Finding, missing, ok, warning } from "../../config/doctor.ts";

const health = z.object({
  status: z.string(),
  cron: z.object({ last_tick_at: z.string().nullable(), failing_jobs: z.array(z.string()) }),
  oldest_overdue_seconds: z.number().nullable(),
  database: z.object({ size_bytes: z.number(), limit_bytes: z.number() }),
});

type Health = z.infer<typeof health>;

const CRON_LATE_MS = 5 * 60_000;
const TIMEOUT_MS = 10_000;

/** Whether the Worker answers at PUBLIC_URL, and what it says of itself. No command lists crons; their ticks show them. */
export async function checkService(
  origin: string | undefined,
  get: typeof fetch,
  now: number,
): Promise<Finding[]> {
  if (origin === undefined) return [];
  const url = `${origin.replace(/\/+$/, "")}/healthz`;
  let answer: Response;
  try {
    answer = await get(url, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    return [
      missing(
        `Nobody answers at ${url}.`,
        "Check PUBLIC_URL, and that the domain's route leads to the Worker.",
      ),
    ];
  }
  const parsed = health.safeParse(await answer.json().catch(() => null));
  if (parsed.success) return findingsOf(parsed.data, now);
  return answer.status === 503
    ? [missing(`${url} answers 503.`, "The Worker does not start: `npx wrangler tail` shows why.")]
    : [missing(`${url} answers ${answer.status}, and not as Tidings.`, "Check PUBLIC_URL.")];
}

function findingsOf(seen: Health, now: number): Finding[] {
  const { cron, oldest_overdue_seconds: overdue, database } = seen;
  const found: Finding[] = [];
  if (cron.last_tick_at === null)
    found.push(
      warning(
        "The cron has not come yet.",
        "After a deployment it may take 15 minutes. Then look at the Worker's triggers in the dashboard.",
      ),
    );
  else if (now - Date.parse(cron.last_tick_at) > CRON_LATE_MS)
    found.push(
      missing(
        `The cron last came at ${cron.last_tick_at}.`,
        "Run `npm run deploy`: it sets the triggers of wrangler.toml. An account has few of them: 5, or 250 when it is paid.",
      ),
    );
  if (cron.failing_jobs.length > 0)
    found.push(
      missing(`These jobs fail: ${cron.failing_jobs.join(", ")}.`, "`npx wrangler tail` shows why."),
    );
  if (overdue !== null && overdue > 600)
    found.push(
      missing(
        `The oldest unsent message is ${Math.round(overdue / 60)} minutes late.`,
        "Look at the queues and the providers: the console's overview names what rests.",
      ),
    );
  if (database.size_bytes >= 0.8 * database.limit_bytes)
    found.push(
      missing(
        `The database is ${Math.round((100 * database.size_bytes) / database.limit_bytes)} % full.`,
        "Lower RETENTION_DAYS.",
      ),
    );
  return found.length === 0 ? [ok("The service answers, and is well.")] : found;
}
