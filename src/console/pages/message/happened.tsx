import type { Child } from "hono/jsx";
import type { Dispatch } from "../../../db/schema/index.ts";
import { MINUTE } from "../../../lib/clock.ts";
import { printId } from "../../../lib/ids.ts";
import { isFinished } from "../../../log/read.ts";
import type { Timeline, TimelineItem } from "../../../log/timeline/read.ts";
import { Card } from "../../components/boxes.tsx";
import { Time, type Tone } from "../../components/text.tsx";
import type { Viewer } from "../../viewer.ts";
import { messagePath } from "./path.ts";

/** A message that has changed so recently is looked at again. */
const MOVES_MS = 2 * MINUTE;

/** Whether a message is probably sent while somebody looks at its page. */
const isMoving = (dispatch: Dispatch, now: number): boolean =>
  !isFinished(dispatch) && dispatch.due_at <= now + MINUTE && dispatch.updated_at > now - MOVES_MS;

/**
 * What happened to a message. While it is being sent the card asks for itself again; when that is over it offers to load
 * the whole page, which may hold a note that is not kept yet.
 * @param isAlone whether the card has come alone, to a page that may be older
 */
export function Happened({
  timeline: { dispatch, entries },
  viewer,
  now,
  isAlone,
}: {
  timeline: Pick<Timeline, "dispatch" | "entries">;
  viewer: Viewer;
  now: number;
  isAlone: boolean;
}) {
  const path = messagePath(dispatch.id);
  if (isMoving(dispatch, now))
    return (
      <div hx-get={`${path}/happened`} hx-trigger="every 3s" hx-swap="outerHTML">
        <TimelineCard entries={entries} viewer={viewer} />
      </div>
    );
  return (
    <div role={isAlone ? "status" : undefined}>
      <TimelineCard
        entries={entries}
        viewer={viewer}
        actions={isAlone && <a href={path}>Load the page anew</a>}
      />
    </div>
  );
}

/** What happened to a message, in order. */
const TimelineCard = ({
  entries,
  viewer,
  actions,
}: {
  entries: readonly TimelineItem[];
  viewer: Viewer;
  actions?: Child;
}) => (
  <Card title="What happened" actions={actions}>
    <ol class="timeline">
      {entries.map((entry, i) => (
        <li class={toneOf(entry)}>
          <div>
            <p>{entry.text}</p>
            <p class="small muted">
              <Time at={entry.at} viewer={viewer} />
              {since(entries[i - 1], entry)}
              <Until entry={entry} viewer={viewer} />
              <Claim entry={entry} viewer={viewer} />
              <Link entry={entry} />
            </p>
          </div>
        </li>
      ))}
    </ol>
  </Card>
);

/** How long it came after the entry before it; nothing for what came at once. */
function since(before: TimelineItem | undefined, { at }: TimelineItem): string {
  const ms = before === undefined ? 0 : at - before.at;
  return ms <= 0 ? "" : `, ${duration(ms)} later`;
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** "350 ms", "2.4 s", "5 min 20 s", "1 d 3 h": at most two units. */
function duration(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 10_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const parts = UNITS.map(([unit, size], i) => {
    const [, above] = UNITS[i - 1] ?? ["", Infinity];
    return [Math.floor((ms % above) / size), unit] as const;
  });
  const first = parts.findIndex(([n]) => n > 0);
  return parts
    .slice(first, first + 2)
    .flatMap(([n, unit]) => (n > 0 ? [`${n} ${unit}`] : []))
    .join(" ");
}

/** The tones of entries that always have the same one. */
const TONES: Readonly<Partial<Record<TimelineItem["did"], Tone>>> = {
  delivered: "good",
  reported_late: "good",
  receipt: "bad",
  postponed: "warn",
  resting: "warn",
  cancelled: "warn",
  taken_over: "warn",
  woken: "warn",
};

function toneOf(entry: TimelineItem): Tone | undefined {
  if (entry.did === "attempted") return OUTCOME_TONES[entry.outcome] ?? "bad";
  if (entry.did === "ended") return END_TONES[entry.status];
  if (entry.did === "reported") return entry.kind === "delivered" ? "good" : "bad";
  return TONES[entry.did];
}

const OUTCOME_TONES: Readonly<Partial<Record<string, Tone>>> = { accepted: "good", retry: "warn" };
const END_TONES = { sent: "good", failed: "bad", cancelled: "warn" } as const;

const Until = ({ entry, viewer }: { entry: TimelineItem; viewer: Viewer }): Child =>
  "until" in entry && entry.until !== undefined && entry.until > entry.at ? (
    <>
      . Until <Time at={entry.until} viewer={viewer} />
    </>
  ) : null;

/** When it was taken to be sent, and what woke it for that. */
const Claim = ({ entry, viewer }: { entry: TimelineItem; viewer: Viewer }): Child =>
  "claimed" in entry && entry.claimed !== undefined ? (
    <>
      . {entry.swept === true ? "Woken by the sweep, and taken" : "Taken from the queue"}{" "}
      <Time at={entry.claimed} viewer={viewer} />
    </>
  ) : null;

/** Where an entry leads. */
function Link({ entry }: { entry: TimelineItem }): Child {
  const link = linkOf(entry);
  return (
    link && (
      <>
        . <a href={link.href}>{link.name}</a>
      </>
    )
  );
}

function linkOf(entry: TimelineItem): { href: string; name: string } | null {
  if (entry.did === "followed") return { href: messagePath(entry.dispatch), name: "The one that follows" };
  if (entry.did === "collected") return { href: eventPath(entry.event), name: "The event" };
  if (entry.did !== "created") return null;
  if (entry.source.kind === "fallback")
    return { href: messagePath(entry.source.dispatch), name: "The one that it follows" };
  return entry.source.kind === "event" ? { href: eventPath(entry.source.event), name: "The event" } : null;
}

export const eventPath = (id: string): string => `/console/events/${printId("evt", id)}`;
