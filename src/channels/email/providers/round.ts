import type { ProviderHealth, SendReport } from "../../../delivery/outcome.ts";
import type { Vetting } from "../headers.ts";
import type { EmailMessage } from "../provider.ts";
import { verdict, type Verdict } from "./verdict.ts";

const SEVERITY = { ok: 0, throttled: 1, error: 2 } as const;

/** The worse of two; of two pauses the longer. */
function worse(a: ProviderHealth, b: ProviderHealth): ProviderHealth {
  if (a.kind === "throttled" && b.kind === "throttled") return a.afterMs >= b.afterMs ? a : b;
  return SEVERITY[b.kind] > SEVERITY[a.kind] ? b : a;
}

/** The report of one `send`: outcomes in order, and the worst that was learnt of the provider. */
export const report = (verdicts: readonly Verdict[]): SendReport => ({
  outcomes: verdicts.map((one) => one.outcome),
  health: verdicts.reduce<ProviderHealth>((health, one) => worse(health, one.health), { kind: "ok" }),
});

/** For providers that take one message a request: in turn, until one says that the provider is not well. */
export async function inTurn<T>(
  items: readonly T[],
  send: (item: T) => Promise<Verdict>,
): Promise<SendReport> {
  const verdicts: Verdict[] = [];
  let last: ProviderHealth = { kind: "ok" };
  for (const item of items) {
    const next: Verdict =
      last.kind === "ok"
        ? await send(item)
        : verdict("not_tried", last.kind === "throttled" ? last.afterMs : undefined);
    if (last.kind === "ok") last = next.health;
    verdicts.push(next);
  }
  return report(verdicts);
}

/** For providers that take many a request: sends those that may be sent, and puts the refusals back in their places. */
export async function sendVetted(
  vettings: readonly Vetting[],
  send: (messages: EmailMessage[]) => Promise<Verdict[]>,
): Promise<SendReport> {
  const ready = vettings.flatMap((vetting) => (vetting.ok ? [vetting.message] : []));
  const sent = (ready.length === 0 ? [] : await send(ready)).values();
  return report(
    vettings.map((vetting) =>
      vetting.ok ? (sent.next().value ?? verdict("bad_answer")) : verdict(vetting.defect),
    ),
  );
}
