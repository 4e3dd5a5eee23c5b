import { parseJson } from "../lib/objects.ts";
import { z } from "zod";
import { type Clock, SECOND } from "../lib/clock.ts";
import { createThrottle } from "../rate-limit/throttle.ts";

/** Fetches at the same time. More than one, since one may hang and requests cannot share a promise. */
const MAX_AT_ONCE = 2;

/** For how long a key set that was fetched serves other requests. */
const SHARED_MS = 5 * SECOND;

/** Tries while the key server fails: some at once, then one a second. */
const TRIES = { burst: 5, intervalMs: SECOND };

/** How long a request waits for the fetch of another one, and how often it checks. */
const WAIT_MS = 5 * SECOND;
const LOOK_MS = 50;

const keySet = z.object({ keys: z.array(z.unknown()) });

/** An answer that is not a key set is passed to jose, which reports it, but it is not cached. */
const isKeySet = (text: string): boolean => keySet.safeParse(parseJson(text)).success;

/**
 * `fetch` for a key set. A flood of tokens with keys that do not exist makes neither a fetch each nor many at once: jose
 * looks for an unknown key once in 30 seconds, and what it fetches here is shared. Throws when it is not the time to ask.
 */
export function createKeyFetch(fetchKeys: typeof fetch, clock: Clock): typeof fetch {
  const mayTry = createThrottle(TRIES, clock.now);
  let atOnce = 0;
  let latest: { text: string; at: number } | null = null;

  async function ask(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
    atOnce++;
    try {
      const response = await fetchKeys(input, init);
      if (response.status !== 200) return response;
      const text = await response.text();
      if (isKeySet(text)) latest = { text, at: clock.now() };
      return new Response(text);
    } finally {
      atOnce--;
    }
  }

  return async (input, init) => {
    const until = clock.now() + WAIT_MS;
    for (;;) {
      if (latest !== null && clock.now() - latest.at < SHARED_MS) return new Response(latest.text);
      if (atOnce < MAX_AT_ONCE) break;
      if (clock.now() >= until) throw new Error("The key server does not answer");
      await clock.sleep(LOOK_MS);
    }
    if (!mayTry()) throw new Error("The key server has been asked often enough");
    return ask(input, init);
  };
}
