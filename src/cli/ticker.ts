import { Cron } from "croner";

const EVERY_MINUTE = "* * * * *";

/** Fires cron triggers on time, since wrangler dev does not. */
export interface Ticker {
  /** Resolves when the catch-up tick has ended, whether it succeeded or not. */
  caughtUp: Promise<unknown>;
  stop(): void;
}

/**
 * Fires each of `crons` at `origin` on time, in UTC and with Cloudflare's weekdays (1 = Sunday). The every-minute one
 * also fires at once, to catch up. While a tick of a cron runs, further ticks of it are skipped. A failed tick is reported
 * to `warn` in one line.
 */
export function startTicker(origin: string, crons: readonly string[], warn: (line: string) => void): Ticker {
  const stopping = new AbortController();
  const fire = async (cron: string): Promise<void> => {
    const url = `${origin}/cdn-cgi/local/scheduled?format=json&cron=${encodeURIComponent(cron)}`;
    try {
      const answer = await fetch(url, { signal: stopping.signal });
      const text = await answer.text();
      if (!text.includes('"outcome":"ok"'))
        warn(`Cron ${cron} failed: ${answer.status} ${text.slice(0, 200)}`);
    } catch (error) {
      if (!stopping.signal.aborted) warn(`Cron ${cron} failed: ${describe(error)}`);
    }
  };
  const jobs = crons.map(
    (cron) =>
      new Cron(cron, { timezone: "Etc/UTC", alternativeWeekdays: true, protect: true }, () => fire(cron)),
  );
  const caughtUp = Promise.all(
    jobs.filter((job) => job.getPattern() === EVERY_MINUTE).map((job) => job.trigger()),
  );
  return {
    caughtUp,
    stop() {
      for (const job of jobs) job.stop();
      stopping.abort();
    },
  };
}

const describe = (error: unknown): string =>
  error instanceof Error
    ? error.cause instanceof Error
      ? error.cause.message
      : error.message
    : String(error);
