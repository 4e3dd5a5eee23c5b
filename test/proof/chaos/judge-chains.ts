import type { Findings } from "./findings.ts";
import type { Asked } from "./model.ts";
import type { Row } from "./rows.ts";
import type { Run } from "./run.ts";

/** Whether a message has not reached its user, and never will. */
function isLost({ model }: Run, { id, channel, status }: Row, after: number | undefined): boolean {
  if (status === "failed" || status === "bounced") return true;
  // Nobody has read it, nor perhaps read it.
  return channel === "in_app" && after !== undefined && status === "delivered" && !model.reads.has(id);
}

/** Each step of a chain follows exactly once where the step before has not reached the user, and no other step is there. */
export function judgeChain(
  run: Run,
  { title, chain, channels, expires }: Asked,
  rows: readonly Row[],
  findings: Findings,
): void {
  const followers = rows.filter(({ follows }) => follows !== null);
  const first = channels.find((channel) => channel !== "in_app") ?? "in_app";
  let before = rows.find(({ channel, follows }) => channel === first && follows === null);
  const expected: Row[] = [];
  for (const { channel, after } of chain) {
    if (before === undefined) break;
    const { id, status }: Row = before;
    const own: Row[] = followers.filter(({ follows }) => follows === id);
    if (own.some((row) => row.channel !== channel) || own.length > 1)
      findings.wrong.push({ id, what: `${title} has ${own.length} followers` });
    if (own.length === 0 && isLost(run, before, after) && !expires)
      findings.lost.push({ id, what: `${title} is ${status}, and no ${channel} followed` });
    if (own.length > 0 && status === "sent")
      findings.needless.push({ id, what: `${title} was sent, and ${channel} followed` });
    expected.push(...own);
    [before] = own;
  }
  for (const row of followers)
    if (!expected.includes(row)) findings.wrong.push({ id: row.id, what: `${title} has no such step` });
}
