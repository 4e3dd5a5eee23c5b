import { globSync } from "node:fs";
import { basename } from "node:path";
import { ROOT } from "../project.ts";
import { readQueues, readTables } from "../wrangler-toml.ts";

/** What wrangler.toml wants the account to have. */
export interface Plan {
  /** The Worker's name. */
  worker: string;
  vars: Readonly<Record<string, string>>;
  /** The names of what is bound, by which the code knows it. */
  bindings: readonly string[];
  database: string;
  /** The names of the migrations, in their order. */
  migrations: readonly string[];
  queues: readonly string[];
  /** Queues that the Worker consumes, each with its queue for dead letters; null: none. */
  consumed: readonly { queue: string; deadLetters: string | null }[];
}

export function readPlan(): Plan {
  const [top = {}] = readTables("");
  const [vars = {}] = readTables("vars");
  const [database = {}] = readTables("d1_databases");
  return {
    worker: top["name"] ?? "tidings",
    vars,
    bindings: readTables("send_email").flatMap(({ name }) => name ?? []),
    database: database["database_name"] ?? "tidings",
    migrations: globSync("migrations/*.sql", { cwd: ROOT })
      .map((file) => basename(file))
      .toSorted(),
    queues: readQueues(),
    consumed: readTables("queues.consumers").flatMap(({ queue, dead_letter_queue: deadLetters = null }) =>
      queue === undefined ? [] : [{ queue, deadLetters }],
    ),
  };
}
