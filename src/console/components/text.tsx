import type { Child } from "hono/jsx";
import { iso } from "../../lib/clock.ts";
import { safeUrl } from "../../lib/web-url.ts";
import { ago, clockTime, type Viewer } from "../viewer.ts";

/** What a colour says. `info` is neutral news. */
export type Tone = "good" | "warn" | "bad" | "info";

export const Badge = ({ tone, children }: { tone?: Tone | null | undefined; children: Child }) => (
  <span class={tone ? `badge ${tone}` : "badge"}>{children}</span>
);

/** The tone of a dispatch's status. */
const STATUS_TONES: Readonly<Record<string, Tone | undefined>> = {
  queued: "info",
  sending: "info",
  sent: "good",
  delivered: "good",
  bounced: "bad",
  failed: "bad",
  cancelled: "warn",
  running: "info",
  done: "good",
};

/** The status of a dispatch or an event. */
export const Status = ({ status }: { status: string }) => <Badge tone={STATUS_TONES[status]}>{status}</Badge>;

/** News, or a fault, in a box. */
export const Notice = ({ tone, title, children }: { tone: Tone; title?: string; children?: Child }) => (
  <div class={`notice ${tone}`}>
    {title && <b>{title}</b>}
    {children && <div>{children}</div>}
  </div>
);

/** What is shown where there is nothing yet: it says what to do next. */
export const Empty = ({ title, children }: { title: string; children?: Child }) => (
  <div class="empty">
    <b>{title}</b>
    {children && <p>{children}</p>}
  </div>
);

/** A time in the viewer's zone. @param at epoch ms; null: a dash. @param now set to tell how long ago it was, too */
export const Time = ({ at, viewer, now }: { at: number | null; viewer: Viewer; now?: number }) =>
  at === null ? (
    <span class="muted">–</span>
  ) : (
    <time datetime={iso(at)} title={`${clockTime(at, viewer)} ${viewer.zone}`}>
      {now === undefined ? clockTime(at, viewer) : ago(at, now)}
    </time>
  );

/** A list of names and values. A value that is null is left out. */
export const Facts = ({ facts }: { facts: readonly (readonly [name: string, value: Child])[] }) => (
  <dl class="facts">
    {facts
      .filter(([, value]) => value !== null && value !== undefined && value !== "")
      .map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
  </dl>
);

/** An id, with a button that copies it. */
export const Id = ({ id }: { id: string }) => (
  <span class="row">
    <code>{id}</code>
    <button class="button quiet small" type="button" data-copy={id} aria-label={`Copy ${id}`}>
      Copy
    </button>
  </span>
);

/** A link that somebody else has written: only http(s) leads anywhere. @param children its text; else the URL */
export function OutLink({ url, children }: { url: string; children?: Child }) {
  const safe = safeUrl(url);
  return safe === null ? (
    <code>{children ?? url}</code>
  ) : (
    <a href={safe} rel="noopener noreferrer nofollow" target="_blank">
      {children ?? url}
    </a>
  );
}
