/** A node and its parent. */
export interface Edge {
  id: string;
  parent_id: string | null;
}

/** The ids that are their own ancestors. Of two edges with the same id the later one counts. */
export function onCycle(edges: Iterable<Edge>): Set<string> {
  const parentOf = new Map<string, string | null>();
  for (const { id, parent_id } of edges) parentOf.set(id, parent_id);
  const found = new Set<string>();
  const walked = new Map<string, string>();
  for (const start of parentOf.keys()) {
    let at: string | null = start;
    while (at !== null && !walked.has(at)) {
      walked.set(at, start);
      at = parentOf.get(at) ?? null;
    }
    // Visited before, and on this walk: a cycle begins here.
    if (at === null || walked.get(at) !== start) continue;
    while (!found.has(at)) {
      found.add(at);
      at = parentOf.get(at) ?? at;
    }
  }
  return found;
}
