import { chunks } from "../lib/chunks.ts";

/**
 * The ids of several messages as rounds of at most `size`, each id once. Ids of one message stay together where they fit,
 * because dispatches that shared a request come back as one message and must be repeated as one request.
 */
export function packRounds(messages: readonly (readonly string[])[], size: number): string[][] {
  const seen = new Set<string>();
  const rounds: string[][] = [];
  let round: string[] = [];
  const close = () => {
    if (round.length > 0) rounds.push(round);
    round = [];
  };
  for (const message of messages) {
    const ids = [...new Set(message)].filter((id) => !seen.has(id));
    for (const id of ids) seen.add(id);
    for (const part of chunks(ids, size)) {
      if (round.length + part.length > size) close();
      round.push(...part);
    }
  }
  close();
  return rounds;
}
