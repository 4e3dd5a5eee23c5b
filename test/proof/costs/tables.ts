import type { Costs, Row } from "./measure.ts";
import type { Counts } from "./meter.ts";
import type { fanOutCosts } from "./fan-out.ts";
import type { IndexUse } from "./plans.ts";
import { type Item, PRICES } from "../../../src/insight/prices.ts";
import { type Priced, total } from "./prices.ts";

const table = (head: readonly string[], body: readonly (readonly string[])[]): string =>
  [head, head.map((_, i) => (i === 0 ? "---" : "--:")), ...body]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

const number = (n: number): string => n.toLocaleString("en-US");
const short = (size: number): string =>
  size % 1_000_000 === 0 ? `${size / 1_000_000}M` : size % 1_000 === 0 ? `${size / 1_000}k` : String(size);

const queueOperations = ({ queueWrites, queueReads, queueDeletes }: Counts) =>
  queueWrites + queueReads + queueDeletes;

/** What each operation costs: rows read at each size, everything else at the largest. */
export function operationTable({ sizes, rows }: Costs, isDetailed: boolean): string {
  const head = [
    ...["operation", "D1 trips"],
    ...sizes.map((size) => `rows read at ${short(size)}`),
    ...["rows written", "queue operations", "DO calls", "DO rows written", "provider requests"],
  ];
  return table(
    head,
    rows
      .filter(({ operation }) => isDetailed || !operation.detail)
      .map(({ operation, at }) => {
        const last = at.at(-1)?.counts;
        if (!last) return [operation.name];
        return [
          operation.name,
          number(last.trips),
          ...at.map(({ counts }) => number(counts.rowsRead)),
          ...[
            last.rowsWritten,
            queueOperations(last),
            last.objectRequests,
            last.objectRows,
            last.providerRequests,
          ].map(number),
        ];
      }),
  );
}

/** An event to a topic: measured at two sizes, and calculated for a hundred thousand subscribers. */
export const fanOutTable = (costs: ReturnType<typeof fanOutCosts>): string =>
  table(
    ["event to a topic", ...costs.map(({ what }) => what)],
    (["small", "large", "many"] as const).map((size) => [
      { small: "1,000 subscribers", large: "4,000 subscribers", many: "100,000 subscribers (calculated)" }[
        size
      ],
      ...costs.map((one) => number(one[size])),
    ]),
  );

const ITEMS: readonly (readonly [Item, string])[] = [
  ["requests", "Workers requests"],
  ["rowsRead", "D1 rows read"],
  ["rowsWritten", "D1 rows written"],
  ["queueOperations", "queue operations"],
  ["objectRequests", "DO requests"],
  ["objectRows", "DO rows written"],
];

/** The price of a million of each, in dollars. */
export function priceTable(priced: readonly Priced[]): string {
  const dollars = (sum: number) => `$${sum.toFixed(2)}`;
  return table(
    ["a million", ...ITEMS.map(([item, name]) => `${name} ($${PRICES[item].perMillion}/M)`), "together"],
    priced.map((one) => [
      one.name,
      ...ITEMS.map(([item]) => dollars(one.bill[item])),
      `**${dollars(total(one))}**`,
    ]),
  );
}

/** Each index, with the number of measured statements that use it. */
export const indexTable = (uses: readonly IndexUse[]): string =>
  table(
    ["index", "table", "statements", "for instance in"],
    uses.map(({ index, table: name, plans }) => [
      index,
      name,
      String(plans.length),
      [...new Set(plans.flatMap(({ operations }) => operations))].slice(0, 2).join("; "),
    ]),
  );

/** How many more rows an operation may read or write at the largest size, besides `FACTOR`. */
const ALLOWANCE = 50;
const FACTOR = 1.5;

/** The operations whose costs grow with the tables. An exact total may count up to its cap. */
export function overBudget({ rows }: Costs): string[] {
  return rows.flatMap(({ operation, at }: Row) =>
    (["rowsRead", "rowsWritten"] as const).flatMap((what) => {
      const first = at[0]?.counts[what] ?? 0;
      const last = at.at(-1)?.counts[what] ?? 0;
      const allowed = first * FACTOR + ALLOWANCE + (what === "rowsRead" ? (operation.counts ?? 0) : 0);
      return last > allowed ? [`${operation.name}: ${what} ${number(first)} → ${number(last)}`] : [];
    }),
  );
}
