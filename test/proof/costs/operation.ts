import { z } from "zod";
import type { Claims } from "../../../src/cli/jwt.ts";
import type { Production } from "../production.ts";
import type { Meter } from "./meter.ts";
import { givenUsers } from "./subjects.ts";

export interface CallOptions {
  as?: Claims;
  body?: unknown;
  headers?: Record<string, string>;
}

/** A call of the API. @throws when it is not answered with 2xx */
export type Call = (method: string, path: string, options?: CallOptions) => Promise<Record<string, unknown>>;

/** What an operation works with. */
export interface World {
  db: Production["db"];
  call: Call;
  meter: Meter;
  /** The name of this size. New things are named after it, so that sizes do not share them. */
  label: string;
  /** The number of this size, from 0. */
  round: number;
}

interface About {
  name: string;
  /** Rows that it may read for an exact total and for earlier pages. They do not grow beyond this. */
  counts?: number;
  /** A variation, which the short table leaves out. */
  detail?: boolean;
  /** How often it is run, for a better time. Default: once. */
  times?: number;
}

/** An operation whose costs are measured. */
export interface Operation extends About {
  /** Prepares the operation; this is not measured. @returns the function that is measured */
  ready(world: World): Promise<() => Promise<unknown>>;
}

/** An operation that needs nothing prepared. */
export const operation = ({ run, ...about }: About & Pick<Steps<void>, "run">): Operation => ({
  ...about,
  ready: async (world) => () => run(world),
});

/** An operation whose `run` gets what `prepare` answers. */
export const preparedOperation = <T>({ prepare, run, ...about }: About & Steps<T>): Operation => ({
  ...about,
  async ready(world) {
    const prepared = await prepare(world);
    return () => run(world, prepared);
  },
});

interface Steps<T> {
  prepare(world: World): Promise<T>;
  run(world: World, prepared: T): Promise<unknown>;
}

/** Names by which tests and prices find an operation. */
export const NAMES = {
  send: "push: send one (async), up to its settlement",
  wait: "push: send one and wait for its outcome",
  batch: "push: send a batch of 1,000, up to their settlement",
  receipts: "cron: a tick with 1,000 receipts due",
  remind: "admin: remind an organization of 1,000, up to their settlement",
  feedback: "e-mail: a webhook tells of a delivery",
  get: "push: get one",
  device: "push: register a device",
  subscribe: "stats: subscribe to the year",
  snapshot: "stats: refresh a year's snapshot",
  idle: "cron: a minute's tick, nothing due",
} as const;

export const SERVICE: Claims = { sub: "costs", role: "service" };
/** The user in question: 1,200 messages on each channel, alone in an organization. */
export const OWNER: Claims = {
  sub: "usr_cost",
  role: "user",
  email: "usr_cost@tidings.example",
  email_verified: true,
};
/** The user with many activities. */
export const BUSY: Claims = { sub: "usr_busy", role: "user" };
export const ADMIN: Claims = { sub: "admin_cost", role: "org_admin", org_id: "org_cost" };
export const COORDINATOR: Claims = { sub: "coordinator_cost", role: "coordinator" };

export const PUSH = "/api/v1/notifications";
export const LOG = "/api/v1/admin/notifications";
export const DISPATCHES = "/api/v1/dispatches";
export const RECORDS = "/api/v1/notification-records";
export const STATS = "/api/v1/stats-notifications";
export const INBOX = "/api/v1/inbox";

/** Totals are exact up to here (src/lib/page.ts). */
const TOTAL_CAP = 10_001;
/** Rows of a page, where none are asked for. */
const LIMIT = 20;

/** New users without messages, made before an operation. */
export const newUsers =
  (name: string, count: number) =>
  ({ db, label }: World): Promise<string[]> =>
    givenUsers(db, `${name}_${label}`, count, Date.now());

/** A tick of the every-minute cron. */
export const minute = ({ meter }: World): Promise<void> => meter.cron("* * * * *");

export const list = z.object({ data: z.array(z.record(z.string(), z.unknown())) });

/** The path of the first item of a list that is `wanted`. Default: of the first one. */
export async function firstOf(
  { call }: World,
  path: string,
  as: Claims,
  key = "id",
  wanted: (item: Record<string, unknown>) => boolean = () => true,
): Promise<string> {
  const { data } = list.parse(await call("GET", path, { as }));
  const found = data.find(wanted)?.[key];
  if (typeof found !== "string") throw new Error(`Nothing to ask for at ${path}`);
  return `${path}/${found}`;
}

/** A GET of the first of a list. */
export const getFirst = (name: string, path: string, as: Claims, key?: string): Operation =>
  preparedOperation({
    name,
    prepare: (world) => firstOf(world, path, as, key),
    run: ({ call }, found) => call("GET", found, { as }),
  });

/** A GET. The first one may create what is missing (defaults), so it is not measured. */
export const get = (name: string, path: string, as: Claims, more: Partial<About> = {}): Operation =>
  preparedOperation({
    name,
    prepare: ({ call }) => call("GET", path, { as }),
    run: ({ call }) => call("GET", path, { as }),
    ...more,
  });

/** The first page and the fiftieth of a list. `grows`: it has rows of all users, so its total reaches the cap. */
export const pages = (name: string, path: string, as: Claims, grows = false): Operation[] =>
  [1, 50].map((page) =>
    get(`${name}, page ${page}`, `${path}?page=${page}`, as, {
      ...(grows && { counts: TOTAL_CAP + page * LIMIT }),
    }),
  );

/** The first page of a filtered list whose matches grow with the table. Each match costs an index entry and a row. */
export const filtered = (name: string, path: string, as = SERVICE): Operation =>
  get(name, path, as, { counts: 2 * (TOTAL_CAP + LIMIT), detail: true });
