import { z } from "zod";
import { type Finding, missing, ok, warning } from "../../config/doctor.ts";
import { type Ask, askJson, unknown } from "./ask.ts";
import type { Plan } from "./plan.ts";

const DEPLOY = "Run `npm run deploy`: it makes what is missing.";

const databases = z.array(z.object({ name: z.string() }));
const applied = z.array(z.object({ results: z.array(z.object({ name: z.string() })) }));

/** Whether the database is there, and has every migration. */
export async function checkDatabase(ask: Ask, { database, migrations }: Plan): Promise<Finding[]> {
  const listing = ["d1", "list", "--json"];
  const found = await askJson(ask, listing, databases);
  if (!found.ok) return [unknown("The databases", listing, found.why)];
  if (!found.value.some(({ name }) => name === database))
    return [missing(`There is no database ${database}.`, DEPLOY)];

  const asking = ["d1", "execute", "DB", "--remote", "--json", "--command", "SELECT name FROM d1_migrations"];
  const rows = await askJson(ask, asking, applied);
  // Before its first migration a database has no such table.
  if (!rows.ok && !/no such table/i.test(rows.why)) return [unknown("The migrations", asking, rows.why)];
  const names = rows.ok ? rows.value.flatMap(({ results }) => results.map(({ name }) => name)) : [];
  const left = migrations.filter((name) => !names.includes(name));
  const others = names.filter((name) => !migrations.includes(name));
  return [
    left.length === 0
      ? ok(`The database ${database} has every migration.`)
      : missing(
          `The database ${database} lacks ${counted(left.length, "migration")}: ${left.join(", ")}.`,
          DEPLOY,
        ),
    ...(others.length === 0
      ? []
      : [
          warning(
            `The database ${database} has ${counted(others.length, "migration")} that this copy of the code does not: ${others.join(", ")}.`,
            "Bring your copy up to date before you deploy.",
          ),
        ]),
  ];
}

const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

const consumers = z.array(
  z.object({
    type: z.string().optional(),
    script: z.string().optional(),
    service: z.string().optional(),
    dead_letter_queue: z.string().nullish(),
  }),
);

const consumersOf = (queue: string) => ["queues", "consumer", "list", queue, "--json"];

/** Whether the queues are there, and the Worker consumes them. */
export async function checkQueues(ask: Ask, { worker, queues, consumed }: Plan): Promise<Finding[]> {
  const findings = await Promise.all(
    queues.map(async (queue): Promise<Finding[]> => {
      const found = await askJson(ask, consumersOf(queue), consumers);
      if (!found.ok)
        return [
          /does not exist/i.test(found.why)
            ? missing(`There is no queue ${queue}.`, DEPLOY)
            : unknown(`The queue ${queue}`, consumersOf(queue), found.why),
        ];
      const wanted = consumed.find((one) => one.queue === queue);
      if (wanted === undefined) return [];
      const ours = found.value.find(({ script, service }) => (script ?? service) === worker);
      const [other] = found.value;
      if (ours === undefined)
        return [
          missing(
            other === undefined
              ? `Nothing consumes the queue ${queue}.`
              : `The queue ${queue} is consumed by ${other.script ?? other.service ?? other.type ?? "another consumer"}, not by ${worker}.`,
            other === undefined
              ? "Run `npm run deploy`: the consumers come with the Worker."
              : `A queue has one consumer. Remove that one (\`npx wrangler queues consumer list ${queue}\`), and run \`npm run deploy\`.`,
          ),
        ];
      return (ours.dead_letter_queue ?? null) === wanted.deadLetters
        ? []
        : [
            warning(
              `The queue ${queue} has not the dead-letter queue of wrangler.toml (${wanted.deadLetters ?? "none"}).`,
              "Run `npm run deploy`.",
            ),
          ];
    }),
  );
  const found = findings.flat();
  return found.length === 0 ? [ok(`All ${queues.length} queues are there, and are consumed.`)] : found;
}

const secrets = z.array(z.object({ name: z.string() }));

/** The names of the Worker's secrets. Null with findings: there is no Worker, or wrangler does not say. */
export async function readSecrets(
  ask: Ask,
  { worker }: Plan,
): Promise<{ names: string[] | null; findings: Finding[] }> {
  const listing = ["secret", "list", "--format", "json"];
  const found = await askJson(ask, listing, secrets);
  if (found.ok)
    return {
      names: found.value.map(({ name }) => name),
      findings: [ok(`The Worker ${worker} is deployed.`)],
    };
  return {
    names: null,
    findings: [
      /not found/i.test(found.why)
        ? missing(
            `The Worker ${worker} is not deployed.`,
            "Run `npm run deploy -- --secrets-file FILE` (README: Deploy).",
          )
        : unknown("The secrets", listing, found.why),
    ],
  };
}
