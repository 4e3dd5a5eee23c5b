import { Cron } from "croner";

const EVERY_MINUTE = "* * * * *";

/** Fires cron triggers by their times, since wrangler dev does not. */
export interface Ticker {
  /** Resolves when the catch-up has ended, well or not. */
  caughtUp: Promise<unknown>;
  stop(): void;
}

/**
 * Fires each of `crons` at `origin` on time, in UTC and with Cloudflare's weekdays (1 = Sunday). The every-minute one
 * fires at once too, as a catch-up. One tick of a cron at a time: while it runs, further ones are skipped. A tick that
 * fails is handed to `warn` as one line.
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
