import { parseArgs } from "node:util";
import { type Costs, measureCosts } from "./measure.ts";
import { NAMES } from "./operation.ts";
import { CPU_PRICE, priced, PRICES_OF } from "./prices.ts";
import { fanOutCosts } from "./fan-out.ts";
import { fanOutTable, indexTable, operationTable, overBudget, priceTable } from "./tables.ts";

const HELP = `npm run costs -- [--rows 1000,100000,1000000] [--busy 100000] [--only text] [--plans]
Counts what each operation costs at these sizes of the tables, and prices a million messages. Counted, not timed.
  --rows   rows of dispatches, and as many of activities: ascending, 1000 or more
  --busy   activities of the user whose snapshot is taken
  --only   operations whose name has this in it (some need those before them)
  --plans  also: variations, how SQLite runs each statement, and which index serves which
It ends with 1 when an operation reads or writes more at the last size than at the first, or when a recipient of an event to a large
topic costs more than one of a small topic.`;

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000,100000,1000000" },
    busy: { type: "string", default: "100000" },
    only: { type: "string", default: "" },
    plans: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

function sizesOf(text: string): number[] {
  const sizes = text.split(",").map(Number);
  const isAscending = sizes.every((size, i) => Number.isInteger(size) && size > (sizes[i - 1] ?? 999));
  if (!isAscending) throw new Error(`--rows ${text}: whole numbers, ascending, 1000 or more`);
  return sizes;
}

/** The tables of test/proof/README.md. */
function printTables(costs: Costs): void {
  console.log(`${operationTable(costs, values.plans)}\n`);
  const fanOut = fanOutCosts(costs);
  if (fanOut.length > 0) console.log(`${fanOutTable(fanOut)}\n`);
  const millions = priced(costs);
  if (millions.length === 0) return;
  console.log(`${priceTable(millions)}\n`);
  console.log(
    `${PRICES_OF}; what the paid plan includes is not taken off, and providers' own prices are not in it.`,
  );
  console.log(`CPU is not counted: each millisecond that a message takes adds $${CPU_PRICE} to a million.`);
}

/** Details of a snapshot: its plan, and the time at each size. */
function printSnapshot({ rows, plans }: Costs): void {
  const snapshot = rows.find(({ operation }) => operation.name === NAMES.snapshot);
  if (snapshot === undefined) return;
  const times = snapshot.at.map(({ ms }) => `${ms.toFixed(0)} ms`).join(", ");
  console.log(
    `\nSnapshot of ${values.busy} activities, the quickest of five at each size: ${times}. Its plan:`,
  );
  const own = plans.filter(
    ({ sql, operations }) => operations.includes(NAMES.snapshot) && sql.startsWith("UPDATE"),
  );
  for (const { steps } of own) console.log(`    ${steps.join("\n    ")}`);
}

function printPlans({ indexes, plans }: Costs): void {
  console.log(`\n${indexTable(indexes)}\n`);
  for (const { sql, steps, operations, rowsRead, rowsWritten } of plans) {
    console.log(`${operations[0]}: read ${rowsRead}, wrote ${rowsWritten}`);
    console.log(`  ${sql.slice(0, 400)}\n    ${steps.join("\n    ")}`);
  }
}

async function main(): Promise<void> {
  if (values.help) return console.log(HELP);
  const start = performance.now();
  const costs = await measureCosts({
    sizes: sizesOf(values.rows),
    busyActivities: Number(values.busy),
    only: ({ name }) => name.includes(values.only),
    tell: (line) => console.error(line),
  });
  printTables(costs);
  printSnapshot(costs);
  if (values.plans) printPlans(costs);
  const seconds = ((performance.now() - start) / 1_000).toFixed(0);
  console.log(`\nThe database has ${(costs.bytes / 1e9).toFixed(2)} GB in the end. It took ${seconds} s.`);
  const over = overBudget(costs);
  for (const line of over) console.error(`Grows with the tables: ${line}`);
  const steep = fanOutCosts(costs).filter(({ isFlat }) => !isFlat);
  for (const { what } of steep) console.error(`Grows with each recipient of an event: ${what}`);
  if (over.length + steep.length > 0) process.exitCode = 1;
}

await main();
