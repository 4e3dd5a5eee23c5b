import {
  BUSY,
  firstOf,
  getFirst,
  minute,
  NAMES,
  newUsers,
  type Operation,
  operation,
  preparedOperation,
  PUSH,
  SERVICE,
  STATS,
  type World,
} from "./operation.ts";
import type { Meter } from "./meter.ts";
import { givenDuePushes, givenOldPushes, MANY } from "./subjects.ts";

const subscription = (world: World) => firstOf(world, STATS, BUSY, "notification_id");

const hourly = (meter: Meter) => meter.cron("17 * * * *");

/** Runs that count all hours of the largest log. */
const COUNTED_BEFORE = 6;

/** Directory, subscriptions and cron. */
export const KEEPING: readonly Operation[] = [
  preparedOperation({
    name: NAMES.device,
    prepare: newUsers("device", 1),
    run: ({ call, label }, [user_id = ""]) =>
      call("POST", `${PUSH}/device-tokens`, {
        as: SERVICE,
        body: { user_id, token: `ExponentPushToken[second-${label}]`, platform: "ios" },
      }),
  }),
  preparedOperation({
    name: NAMES.subscribe,
    // So that each size subscribes anew.
    prepare: ({ db }) => db.prepare("DELETE FROM stats_subscriptions WHERE user_id = 'usr_busy'").run(),
    run: ({ call }) =>
      call("POST", STATS, { as: BUSY, body: { user_id: "usr_busy", time_window: "yearly" } }),
  }),
  preparedOperation({
    name: NAMES.snapshot,
    times: 5,
    prepare: subscription,
    run: ({ call }, path) => call("POST", `${path}/refresh`, { as: BUSY }),
  }),
  getFirst("stats: get a subscription", STATS, BUSY, "notification_id"),
  operation({
    name: "directory: upsert 100 users",
    run: ({ call, label }) =>
      call("POST", "/api/v1/directory/users", {
        as: SERVICE,
        body: { items: Array.from({ length: 100 }, (_, i) => ({ id: `upsert_${label}_${i}`, name: "New" })) },
      }),
  }),
  preparedOperation({
    name: "directory: erase a user",
    prepare: newUsers("erase", 1),
    run: ({ call }, [user = ""]) => call("DELETE", `/api/v1/directory/users/${user}`, { as: SERVICE }),
  }),
  preparedOperation({
    name: NAMES.idle,
    // An earlier tick does what the operations before have left.
    prepare: minute,
    run: minute,
  }),
  preparedOperation({
    name: "cron: a tick with 1,000 pushes due, up to their settlement",
    async prepare(world) {
      await newUsers("due", MANY)(world);
      await givenDuePushes(world.db, `due_${world.label}`, MANY, Date.now());
    },
    run: minute,
  }),
  preparedOperation({
    name: "cron: retention, 1,000 pushes past it",
    async prepare({ db, label, meter }) {
      // Earlier runs count the hours that the log already has.
      for (let i = 0; i < COUNTED_BEFORE; i++) await hourly(meter);
      await givenOldPushes(db, `old_${label}`, MANY, Date.now());
    },
    run: ({ meter }) => hourly(meter),
  }),
];
