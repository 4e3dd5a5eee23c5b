/** Which test file runs, and the calls that its worlds have under way. Files share a worker, and modules may be read anew. */
interface Files {
  current: number;
  underWay: Set<Promise<unknown>>;
}

declare global {
  var testFiles: Files | undefined;
}

const LONGEST_WAIT_MS = 3_000;

const files = (): Files => (globalThis.testFiles ??= { current: 0, underWay: new Set() });

/** Carries out a call that leaves the isolate, as long as the file that made its world runs. */
type Carry = <T>(call: () => Promise<T>) => Promise<T>;

/**
 * A file begins: flows of those before it (a test that has timed out goes on running) end at their next call, as if they were
 * killed. Otherwise they would write into the tables of this one.
 * @returns resolves when their calls that are under way have ended
 */
export async function beginFile(): Promise<void> {
  const all = files();
  all.current++;
  // A provider that hangs for a test may hang for ever.
  const enough = new Promise<void>((resolve) => setTimeout(resolve, LONGEST_WAIT_MS));
  await Promise.race([Promise.allSettled(all.underWay), enough]);
  all.underWay.clear();
}

/** For the calls of a world that is made now. */
export function ofThisFile(): Carry {
  const file = files().current;
  return async <T>(call: () => Promise<T>) => {
    const all = files();
    if (all.current !== file) return new Promise<never>(() => {});
    const answer = call();
    all.underWay.add(answer);
    try {
      return await answer;
    } finally {
      all.underWay.delete(answer);
    }
  };
}
