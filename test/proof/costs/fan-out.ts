import { anOwnType } from "../../support/own-type.ts";
import { fill } from "./sql.ts";
import type { Costs } from "./measure.ts";
import type { Counts } from "./meter.ts";
import { type Operation, preparedOperation, SERVICE, type World } from "./operation.ts";

/** Subscribers of the two topics that are measured: portions of a thousand, and the request does the first. */
const SMALL = 1_000;
const LARGE = 4_000;
/** Subscribers for whom the costs are calculated. */
const MANY = 100_000;

const nameOf = (n: number) => `event: to a topic of ${n.toLocaleString("en-US")}, up to their settlement`;

/** An own type with its words, and a topic with `n` new subscribers. */
async function givenTopic({ db, label }: World, n: number): Promise<{ type: string; topic: string }> {
  const type = `type_${label}_${n}`;
  const topic = `topic_${label}_${n}`;
  const data = anOwnType({ id: type, category: type });
  const words = { title: "Order {{ data.order }}", body: "It is on its way." };
  await db.batch([
    db
      .prepare("INSERT INTO own_types (id, org_id, data, created_at, updated_at) VALUES (?, '', ?, 0, 0)")
      .bind(type, JSON.stringify(data)),
    db
      .prepare(
        `INSERT INTO wordings (type, channel, org_id, locale, published, published_at, latest, updated_at)
         VALUES (?, 'in_app', '', 'en', 1, 1, 1, 0)`,
      )
      .bind(type),
    db
      .prepare(
        `INSERT INTO wording_versions (type, channel, org_id, locale, version, fields, created_by, created_at)
         VALUES (?, 'in_app', '', 'en', 1, ?, 'service:costs', 0)`,
      )
      .bind(type, JSON.stringify(words)),
    db
      .prepare("INSERT INTO topics (org_id, id, uuid, created_at, updated_at) VALUES ('', ?1, ?1, 0, 0)")
      .bind(topic),
  ]);
  const now = Date.now();
  await fill(
    db,
    `INSERT INTO users (id, email_verified, created_at, updated_at) SELECT '${topic}_' || i, 0, ?1, ?1 FROM n`,
    0,
    n,
    now,
  );
  await fill(
    db,
    `INSERT INTO topic_subscribers (topic, user_id) SELECT '${topic}', '${topic}_' || i FROM n`,
    0,
    n,
    now,
  );
  return { type, topic };
}

const fanOut = (n: number): Operation =>
  preparedOperation({
    name: nameOf(n),
    prepare: (world) => givenTopic(world, n),
    run: ({ call }, { type, topic }) =>
      call("POST", "/api/v1/events", {
        as: SERVICE,
        body: { type, recipients: { topic }, data: { order: "1042" } },
      }),
  });

/** Events to topics. */
export const FAN_OUT: readonly Operation[] = [fanOut(SMALL), fanOut(LARGE)];

const COUNTED = [
  "trips",
  "rowsRead",
  "rowsWritten",
  "queueWrites",
  "queueReads",
  "queueDeletes",
  "invocations",
  "objectRequests",
  "objectRows",
] as const satisfies readonly (keyof Counts)[];

/** What an event to a topic costs, in each count: measured, and calculated. */
interface FanOut {
  what: (typeof COUNTED)[number];
  small: number;
  large: number;
  many: number;
  isFlat: boolean;
}

/** How much more each recipient of the large topic may cost. */
const TOLERANCE = 1.02;

/** @returns [] unless both were measured */
export function fanOutCosts({ rows }: Costs): FanOut[] {
  const countsOf = (n: number) =>
    rows.find(({ operation }) => operation.name === nameOf(n))?.at.at(-1)?.counts;
  const [small, large] = [countsOf(SMALL), countsOf(LARGE)];
  if (small === undefined || large === undefined) return [];
  return COUNTED.map((what) => {
    const each = (large[what] - small[what]) / (LARGE - SMALL);
    return {
      what,
      small: small[what],
      large: large[what],
      many: Math.round(large[what] + each * (MANY - LARGE)),
      isFlat: large[what] / LARGE <= (small[what] / SMALL) * TOLERANCE,
    };
  });
}
