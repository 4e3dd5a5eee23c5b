import { env } from "cloudflare:workers";
import { CALLER, type Target } from "./target.ts";

type Row = Record<string, string | number | null>;

async function tableNames(): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '*_cf_*' AND name <> 'd1_migrations'",
  ).all<{ name: string }>();
  return results.map(({ name }) => name);
}

let names: string[] | undefined;

/** Everything that is stored: rows, and the same as lines of text with the table's name before them. */
export async function stored(): Promise<{ row: Row; text: string }[]> {
  const tables = (names ??= await tableNames());
  const results = await env.DB.batch<Row>(tables.map((table) => env.DB.prepare(`SELECT * FROM ${table}`)));
  return results.flatMap(({ results: rows }, i) =>
    rows.map((row) => ({ row, text: `${tables[i]} ${JSON.stringify(row)}` })),
  );
}

/** The same, as lines alone. */
export const everything = async (): Promise<string[]> => (await stored()).map(({ text }) => text);

/** The rows about a target: those that hold its marker, and are not of a caller from its organizations. */
export async function rowsAbout({ marker }: Target): Promise<string[]> {
  const isCallers = ({ id, user_id }: Row) => [id, user_id].some((one) => String(one).startsWith(CALLER));
  return (await stored()).flatMap(({ row, text }) =>
    text.includes(marker) && !isCallers(row) ? [text] : [],
  );
}

/** Empties every table. */
export async function forgetAll(): Promise<void> {
  const tables = (names ??= await tableNames());
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
}
