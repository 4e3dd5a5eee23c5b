import {
  ADMIN,
  BUSY,
  COORDINATOR,
  firstOf,
  get,
  INBOX,
  list,
  LOG,
  minute,
  newUsers,
  type Operation,
  operation,
  preparedOperation,
  OWNER,
  PUSH,
  RECORDS,
  SERVICE,
  STATS,
  type World,
} from "./operation.ts";
import { givenDailyReaders, givenUsersDue } from "./subjects.ts";

const DIRECTORY = "/api/v1/directory";
const MESSAGE = { title: "Hello", body: "You" };
const ASYNC = { prefer: "respond-async" };
const HUNDRED = Array.from({ length: 100 }, (_, i) => i);
const SOON = new Date(Date.now() + 20 * 86_400_000).toISOString();

/** A change of a thing that `find` looks up first. */
const change = (
  name: string,
  find: (world: World) => Promise<string>,
  method: string,
  more: { body?: unknown; suffix?: string; as?: typeof SERVICE } = {},
): Operation =>
  preparedOperation({
    name,
    prepare: find,
    run: ({ call }, path) =>
      call(method, `${path}${more.suffix ?? ""}`, {
        as: more.as ?? SERVICE,
        ...(more.body !== undefined && { body: more.body }),
      }),
  });

/** A hundred facts at once, about new users. */
const upsert = (collection: string, factsOf: (i: number, user: string) => object): Operation =>
  preparedOperation({
    name: `directory: upsert 100 ${collection}`,
    prepare: (world) =>
      givenDailyReaders(world.db, `${collection}_${world.label}`, HUNDRED.length, Date.now()),
    run: ({ call, label }, users) =>
      call("POST", `${DIRECTORY}/${collection}`, {
        as: SERVICE,
        body: {
          items: HUNDRED.map((i) => ({ id: `${collection}_${label}_${i}`, ...factsOf(i, users[i] ?? "") })),
        },
      }),
  });

const send = (name: string, more: object, headers: Record<string, string> = {}): Operation =>
  preparedOperation({
    name,
    prepare: newUsers(`sent_${name.replaceAll(/\W/g, "")}`, 1),
    run: ({ call, label }, [user_id = ""]) =>
      call("POST", PUSH, {
        as: SERVICE,
        body: { user_id, ...MESSAGE, ...more },
        headers: {
          ...ASYNC,
          ...headers,
          ...(headers["idempotency-key"] && { "idempotency-key": `key-${label}` }),
        },
      }),
  });

/** Writes one fact (not measured), then writes it again with `changed`, which starts a notification. */
const event = (name: string, collection: string, before: object, changed: object): Operation =>
  preparedOperation({
    name,
    prepare: ({ call, label }) =>
      call("PUT", `${DIRECTORY}/${collection}/event_${label}`, { as: SERVICE, body: before }),
    run: ({ call, label }) =>
      call("PUT", `${DIRECTORY}/${collection}/event_${label}`, {
        as: SERVICE,
        body: { ...before, ...changed },
      }),
  });

const push = (world: World) => firstOf(world, PUSH, OWNER);
const record = (world: World) => firstOf(world, RECORDS, COORDINATOR);
const message = (world: World) => firstOf(world, INBOX, OWNER);
const subscription = (world: World) => firstOf(world, STATS, BUSY, "notification_id");
const logged = (status: string) => async (world: World) => {
  const path = await firstOf(world, `${LOG}?status=${status}`, SERVICE, "dispatch_id");
  return `${LOG}/${path.split("/").at(-1) ?? ""}`;
};

/** A failed push whose user now has a device: without one a retry is refused. */
async function retryable(world: World): Promise<string> {
  const path = `${LOG}?status=failed&channel=push`;
  const { data } = list.parse(await world.call("GET", path, { as: SERVICE }));
  const [{ dispatch_id, recipient_user_id: user_id } = {}] = data;
  const body = { user_id, token: `ExponentPushToken[retry-${world.label}]`, platform: "ios" };
  await world.call("POST", `${PUSH}/device-tokens`, { as: SERVICE, body });
  return `${LOG}/${String(dispatch_id)}`;
}

const mentor = {
  full_name: "Kari",
  coordinator_id: "coordinator_cost",
  org_id: "org_cost",
  current_status: "active",
};
const application = { user_id: "usr_cost", grant_id: "grant", status: "under_review" };

/** The same, after creating the grant of the application: without it the status would wait. */
const ofKnownGrant = (change: Operation): Operation => ({
  ...change,
  async ready(world) {
    const body = { title: "Grant" };
    await world.call("PUT", `${DIRECTORY}/grants/${application.grant_id}`, { as: SERVICE, body });
    return change.ready(world);
  },
});

const ALL: readonly Operation[] = [
  send("push: send to push and inbox", { channels: ["push", "in_app"] }),
  send("push: send with an Idempotency-Key", {}, { "idempotency-key": "yes" }),
  change("push: mark as resolved", push, "PUT", { body: { status: "resolved" } }),
  change("push: delete one", push, "DELETE"),
  get("push: list a user's devices", `${PUSH}/device-tokens?user_id=many_1`, SERVICE),
  change("admin: note something", logged("sent"), "PUT", { body: { action: "update", note: "seen" } }),
  change("admin: retry a failed one, up to its settlement", retryable, "PUT", {
    body: { action: "retry" },
  }),
  change("admin: cancel a queued one", logged("queued"), "DELETE"),
  operation({
    name: "user: change preferences",
    run: ({ call }) => call("PATCH", `${PUSH}/preferences`, { as: OWNER, body: { match_threshold: 71 } }),
  }),
  operation({
    name: "user: send a test e-mail",
    run: ({ call }) => call("POST", `${PUSH}/test`, { as: OWNER, body: {} }),
  }),
  operation({
    name: "records: record one",
    run: ({ call }) =>
      call("POST", RECORDS, {
        as: ADMIN,
        body: { peer_mentor_id: "mentor_cost", event_type: "pause_activated", channels_notified: ["push"] },
      }),
  }),
  change("records: correct one", record, "PUT", { body: { notes: "called" } }),
  change("records: delete one", record, "DELETE"),
  change("inbox: archive a message", message, "POST", { suffix: "/archive", as: OWNER }),
  operation({
    name: "inbox: read all",
    // Another user at each size: nothing is left to read for one who has done so.
    run: ({ call, round }) =>
      call("POST", `${INBOX}/read-all`, { as: { sub: `many_${round}`, role: "user" } }),
  }),
  change("stats: change the window", subscription, "PUT", { body: { time_window: "weekly" } }),
  change("stats: remove a subscription", subscription, "DELETE"),
  event("directory: a mentor's pause, up to its settlement", "peer-mentors", mentor, {
    current_status: "paused",
  }),
  ofKnownGrant(
    event("directory: an application's new status, up to its settlement", "applications", application, {
      status: "granted",
    }),
  ),
  upsert("certifications", (_, user_id) => ({ user_id, org_id: null, name: "First aid", expires_at: SOON })),
  upsert("activities", (_, user_id) => ({ user_id, status: "completed", hours: 1, occurred_at: SOON })),
  upsert("peer-mentors", () => mentor),
  upsert("grants", (i) => ({ title: `Grant ${i}`, deadline: SOON })),
  upsert("matches", (i, user_id) => ({ user_id, grant_id: `grant_${i}`, score: 80 })),
  upsert("applications", (i, user_id) => ({ user_id, grant_id: `grant_${i}`, status: "new" })),
  preparedOperation({
    name: "cron: a tick with 50 users due of each kind",
    async prepare(world) {
      await minute(world);
      await givenUsersDue(world.db, Date.now());
    },
    run: minute,
  }),
];

/** Operations that the short table leaves out, so that every kind of statement is counted at each size. */
export const CHANGING: readonly Operation[] = ALL.map((one) => ({ ...one, detail: true }));
