import { notFound } from "../lib/failure.ts";
import { parseDispatchId } from "../lib/ids.ts";

/**
 * A function that reads the id in a path. It answers a text that is no id of ours like an unknown id: 404.
 * @param noun what has the id
 * @param parse the UUID of a printed id, or null; by default that of a dispatch
 */
export const pathIdOf =
  (noun: string, parse: (text: string) => string | null = parseDispatchId) =>
  (text: string): string => {
    const id = parse(text);
    if (id === null) throw notFound(noun);
    return id;
  };
