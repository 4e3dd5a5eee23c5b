import type { Figures, Tally } from "../../../insight/figures.ts";
import { Table } from "../../components/boxes.tsx";
import { channelName } from "../../components/names.ts";
import type { Viewer } from "../../viewer.ts";
import { PARTS, pieces, round, scaleFor, STEP, sumOf, told } from "./chart.tsx";
import { counted, stepLabel, stepName } from "./labels.ts";

/** By what the chart can be divided. */
export const DIVISIONS = { channel: "By channel", provider: "By provider" } as const;
export type Division = keyof typeof DIVISIONS;

/** Charts side by side; what has fewer messages shares the last one. */
const MOST = 8;

interface Part {
  name: string;
  total: Tally;
  steps: readonly Tally[];
}

const NONE: Tally = { sent: 0, failed: 0, bounced: 0, deferred: 0, waiting: 0, cancelled: 0 };

const added = (a: Tally, b: Tally): Tally => ({
  sent: a.sent + b.sent,
  failed: a.failed + b.failed,
  bounced: a.bounced + b.bounced,
  deferred: a.deferred + b.deferred,
  waiting: a.waiting + b.waiting,
  cancelled: a.cancelled + b.cancelled,
});

const together = (name: string, parts: readonly Pick<Part, "total" | "steps">[]): Part => ({
  name,
  total: parts.reduce((sum, { total }) => added(sum, total), NONE),
  steps: (parts[0]?.steps ?? []).map((_, i) =>
    parts.reduce((sum, { steps }) => added(sum, steps[i] ?? NONE), NONE),
  ),
});

/** The parts of the figures, the largest first. */
function partsOf({ routes }: Figures, division: Division): Part[] {
  const named = routes.map(({ channel, provider, steps, ...total }) => {
    const name = channelName(channel);
    const isWhole = division === "channel" || provider === null;
    return { name: isWhole ? name : `${name} by ${provider}`, total, steps };
  });
  const parts = [...Map.groupBy(named, ({ name }) => name)]
    .map(([name, own]) => together(name, own))
    .filter(({ total }) => sumOf(total) > 0)
    .toSorted((a, b) => sumOf(b.total) - sumOf(a.total));
  return parts.length <= MOST
    ? parts
    : [...parts.slice(0, MOST - 1), together("All others", parts.slice(MOST - 1))];
}

/** The bars of one kind as one shape, so that the page stays small. */
function shapesOf(steps: readonly Tally[], top: number) {
  const drawn = new Map<string, string>();
  for (const [i, step] of steps.entries())
    for (const { name, y, height } of pieces(step, top))
      drawn.set(
        name,
        `${drawn.get(name) ?? ""}M${i * STEP + 1.5} ${round(y)}h${STEP - 3}v${round(height)}h-${STEP - 3}z`,
      );
  return [...drawn];
}

/** A chart for each channel, or each provider, all to one scale, and the same as a table. */
export function DividedChart({
  figures,
  division,
  viewer,
}: {
  figures: Figures;
  division: Division;
  viewer: Viewer;
}) {
  const { steps, range } = figures;
  const parts = partsOf(figures, division);
  const top = scaleFor(Math.max(1, ...parts.flatMap((part) => part.steps.map(sumOf))));
  const [first, last] = [steps[0], steps.at(-1)];
  return (
    <figure class="chart">
      <p class="small muted">All to one scale: the top is {counted(top)}.</p>
      <div class="multiples">
        {parts.map(({ name, total, steps: own }) => (
          <div class="multiple">
            <p class="small">
              <b>{name}</b> <span class="muted">{told(total)}</span>
            </p>
            <svg
              viewBox={`0 0 ${own.length * STEP} 100`}
              preserveAspectRatio="none"
              role="img"
              aria-label={`${name} over time: ${told(total)}`}
            >
              <path class="chart-grid" d={`M0 0H${own.length * STEP}M0 100H${own.length * STEP}`} />
              {shapesOf(own, top).map(([part, d]) => (
                <path class={`chart-part chart-${part}`} d={d} />
              ))}
            </svg>
            <p class="chart-ends small muted" aria-hidden="true">
              <span>{first && stepLabel(first.hour, range, viewer)}</span>
              <span>{last && stepLabel(last.hour, range, viewer)}</span>
            </p>
          </div>
        ))}
      </div>
      <figcaption class="row small">
        {PARTS.map(({ name, title }) => (
          <span class={`legend chart-${name}`}>{title}</span>
        ))}
      </figcaption>
      <details>
        <summary class="small">The same as a table</summary>
        <Table
          label="Messages over time, as numbers"
          rows={steps.map((step, i) => ({ step, i })).filter(({ step }) => sumOf(step) > 0)}
          columns={[
            { head: "Made", cell: ({ step }) => stepName(step.hour, range, viewer) },
            ...parts.map((part) => ({
              head: part.name,
              numeric: true,
              cell: ({ i }: { i: number }) => brief(part.steps[i] ?? NONE),
            })),
          ]}
        />
      </details>
    </figure>
  );
}

/** "12", "12, 1 failed". */
const brief = (tally: Tally): string =>
  `${counted(sumOf(tally))}${tally.failed > 0 ? `, ${counted(tally.failed)} failed` : ""}`;
