import type { Outcome, ProviderHealth, SendReport } from "../../../src/delivery/outcome.ts";
import type { EmailMessage } from "../../../src/channels/email/provider.ts";

/** 2026-11-20T12:00:00Z */
export const NOW = 1_795_176_000_000;

/** A clock that stands still, sleeps at once and remembers for how long. */
export function createTestClock(now = NOW) {
  const slept: number[] = [];
  return { slept, now: () => now, sleep: async (ms: number) => void slept.push(ms) };
}

let made = 0;

/** A message of its own each time, as the templates make them. */
export function anEmail(change: Partial<EmailMessage> = {}): EmailMessage {
  made += 1;
  const dispatchId = `01999999-0000-7000-8000-${String(made).padStart(12, "0")}`;
  return {
    dispatchId,
    idempotencyKey: `${dispatchId}.1`,
    from: { name: "Tidings", address: "notifications@tidings.example" },
    to: { name: "Ada Lovelace", address: `ada.${made}@example.com` },
    replyTo: null,
    subject: "Your certificate expires in 7 days",
    html: "<p>Hello Ada</p>",
    text: "Hello Ada",
    headers: {
      "List-Unsubscribe": "<https://tidings.example/unsubscribe/abc>",
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      "List-Id": "Reminders <reminders.tidings.example>",
      "Auto-Submitted": "auto-generated",
      "X-Entity-Ref-ID": dispatchId,
    },
    ...change,
  };
}

export const someEmails = (count: number): EmailMessage[] => Array.from({ length: count }, () => anEmail());

/** An outcome in short: its kind, or its kind and code. */
export const short = (outcome: Outcome | undefined): string =>
  outcome === undefined || outcome.kind === "accepted"
    ? String(outcome?.kind)
    : `${outcome.kind} ${outcome.code}`;

export const shorts = (report: SendReport): string[] => report.outcomes.map(short);

/** What one message's report comes to: `retry timeout`, `error`, and the wait where there is one. */
export function gist(report: SendReport): {
  outcome: string;
  health: ProviderHealth["kind"];
  afterMs?: number;
} {
  const [outcome] = report.outcomes;
  const waits = outcome?.kind === "deferred" ? { afterMs: outcome.afterMs } : {};
  return { outcome: short(outcome), health: report.health.kind, ...waits };
}

/** Everything of a report that a person or a log may see. */
export const words = (report: SendReport): string => JSON.stringify(report);
