/** `make` with a cache of up to `size` answers. The oldest one is dropped first. */
export function cached<A extends readonly (string | null)[], T>(
  size: number,
  make: (...args: A) => T,
): (...args: A) => T {
  const answers = new Map<string, T>();
  return (...args) => {
    const key = JSON.stringify(args);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const made = make(...args);
    const [oldest] = answers.keys();
    if (answers.size >= size && oldest !== undefined) answers.delete(oldest);
    answers.set(key, made);
    return made;
  };
}

/**
 * The same where `make` is asynchronous. What is kept is its answers and not its promises: an isolate may not wait in one
 * event for what another has begun. So two that ask at the same time may both make it.
 */
export function cachedLater<T>(size: number, make: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const answers = new Map<string, T>();
  return async (key) => {
    const known = answers.get(key);
    if (known !== undefined) return known;
    const made = await make(key);
    const [oldest] = answers.keys();
    if (answers.size >= size && oldest !== undefined) answers.delete(oldest);
    answers.set(key, made);
    return made;
  };
}
