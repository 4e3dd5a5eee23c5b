import type { Figures, Tally } from "../../../insight/figures.ts";
import { Table } from "../../components/boxes.tsx";
import type { Viewer } from "../../viewer.ts";
import { counted, stepLabel, stepName } from "./labels.ts";

/** What a bar is made of, from the bottom up. */
export const PARTS = [
  { name: "sent", title: "Sent" },
  { name: "failed", title: "Failed" },
  { name: "deferred", title: "Still put off" },
  { name: "waiting", title: "Waiting" },
] as const satisfies readonly { name: keyof Tally; title: string }[];

/** The drawing has a height of 100 and this width for each step; the page stretches it. */
export const STEP = 10;
const GAP = 1.5;
/** What is there is seen, however little it is. */
const LEAST = 1.5;

export const sumOf = (tally: Tally): number => PARTS.reduce((sum, { name }) => sum + tally[name], 0);

/** The next round number from `n` on. */
export function scaleFor(n: number): number {
  const power = 10 ** Math.floor(Math.log10(n));
  return [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10].map((factor) => factor * power).find((top) => top >= n) ?? n;
}

/** The pieces of a bar, in the drawing's units. Small ones are drawn larger; the bar keeps within the drawing. */
export function pieces(tally: Tally, top: number) {
  const sized = PARTS.filter(({ name }) => tally[name] > 0).map(({ name }) => ({
    name,
    height: Math.max(LEAST, (100 * tally[name]) / top),
  }));
  const whole = sized.reduce((sum, { height }) => sum + height, 0);
  const fit = Math.min(1, 100 / Math.max(whole, 1));
  let y = 100;
  return sized.map(({ name, height }) => ({ name, height: height * fit, y: (y -= height * fit) }));
}

/** "12 sent, 1 failed"; "nothing". */
export function told(tally: Tally): string {
  const parts = PARTS.filter(({ name }) => tally[name] > 0).map(
    ({ name, title }) => `${counted(tally[name])} ${title.toLowerCase()}`,
  );
  return parts.length === 0 ? "nothing" : parts.join(", ");
}

export const round = (n: number): number => Math.round(n * 100) / 100;

/** Messages over time, as bars, and the same as a table for those who cannot see them. */
export function Chart({ figures, viewer }: { figures: Figures; viewer: Viewer }) {
  const { steps, range } = figures;
  const top = scaleFor(Math.max(1, ...steps.map(sumOf)));
  const every = Math.ceil(steps.length / 7);
  return (
    <figure class="chart">
      <div class="chart-plot">
        <div class="chart-scale" aria-hidden="true">
          <span>{counted(top)}</span>
          <span>{Number.isInteger(top / 2) ? counted(top / 2) : ""}</span>
          <span>0</span>
        </div>
        <svg
          viewBox={`0 0 ${steps.length * STEP} 100`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`Messages over time: ${told(figures.total)}`}
        >
          <path
            class="chart-grid"
            d={`M0 0H${steps.length * STEP}M0 50H${steps.length * STEP}M0 100H${steps.length * STEP}`}
          />
          {steps.map((step, i) => (
            <g class="chart-step">
              <title>{`${stepName(step.hour, range, viewer)}: ${told(step)}`}</title>
              <rect class="chart-hit" x={i * STEP} y="0" width={STEP} height="100" />
              {pieces(step, top).map(({ name, y, height }) => (
                <rect
                  class={`chart-${name}`}
                  x={i * STEP + GAP}
                  y={round(y)}
                  width={STEP - 2 * GAP}
                  height={round(height)}
                />
              ))}
            </g>
          ))}
        </svg>
        <div class="chart-times" aria-hidden="true">
          {steps.map(({ hour }, i) => (
            <span class={(i / every) % 2 === 0 ? undefined : "minor"}>
              {i % every === 0 ? stepLabel(hour, range, viewer) : ""}
            </span>
          ))}
        </div>
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
          rows={steps.filter((step) => sumOf(step) > 0)}
          columns={[
            { head: "Made", cell: ({ hour }) => stepName(hour, range, viewer) },
            ...PARTS.map(({ name, title }) => ({
              head: title,
              numeric: true,
              cell: (step: Tally) => counted(step[name]),
            })),
          ]}
        />
      </details>
    </figure>
  );
}
