import { shardOf } from "../../../src/rate-limit/shard.ts";
import {
  LOG,
  minute,
  NAMES,
  newUsers,
  type Operation,
  preparedOperation,
  PUSH,
  SERVICE,
  type World,
} from "./operation.ts";
import { givenCertificates, MANY, makeReceiptsDue, noReceiptsDue, WEBHOOK } from "./subjects.ts";

const aPush = (user_id: string) => ({
  user_id,
  title: "Time to log your run!",
  body: "You haven't recorded an activity in 3 days. Keep your training on track.",
});

const ASYNC = { prefer: "respond-async" };

/** An e-mail that was sent at this size, and its id at the provider. */
async function sentMail({ db, label }: World): Promise<{ id: string; provider_message_id: string }> {
  const found = await db
    .prepare("SELECT id, provider_message_id FROM dispatches WHERE user_id = ? AND channel = 'email'")
    .bind(`remind_${label}_0`)
    .first<{ id: string; provider_message_id: string }>();
  if (found === null) throw new Error("No e-mail was sent");
  return found;
}

/** As Postmark reports it; with our id, or without one, as Cloudflare does. */
const tell = ({ call }: World, mail: { id: string; provider_message_id: string }, hasOurId: boolean) =>
  call("POST", "/webhooks/postmark", {
    headers: { authorization: `Basic ${btoa(WEBHOOK)}` },
    body: {
      RecordType: "Delivery",
      MessageID: mail.provider_message_id,
      Metadata: hasOurId ? { tidings_dispatch: mail.id } : {},
      DeliveredAt: new Date().toISOString(),
    },
  });

/**
 * A new user in an organization whose quota this isolate has leased already, and whose limiter has its alarm. A lease costs one
 * call and two rows of a Durable Object once in a thousand sends, an alarm one row an hour; here they would look like the price
 * of each.
 */
async function newUserWithLease(world: World): Promise<string[]> {
  const [user = "", ...others] = await newUsers("send", 200)(world);
  const other = others.find((one) => shardOf(one) === shardOf(user));
  await world.call("POST", PUSH, { as: SERVICE, body: aPush(other ?? "") });
  return [user];
}

/** Sending, and feedback on what was sent. */
export const SENDING: readonly Operation[] = [
  preparedOperation({
    name: NAMES.send,
    prepare: newUserWithLease,
    run: ({ call }, [user = ""]) => call("POST", PUSH, { as: SERVICE, body: aPush(user), headers: ASYNC }),
  }),
  preparedOperation({
    name: NAMES.wait,
    prepare: newUsers("wait", 1),
    run: ({ call }, [user = ""]) => call("POST", PUSH, { as: SERVICE, body: aPush(user) }),
  }),
  preparedOperation({
    name: NAMES.batch,
    async prepare(world) {
      await noReceiptsDue(world.db);
      return newUsers("batch", MANY)(world);
    },
    run: ({ call }, users) =>
      call("POST", `${PUSH}/batch`, {
        as: SERVICE,
        body: { targets: users.map(aPush) },
        headers: ASYNC,
      }),
  }),
  preparedOperation({
    name: NAMES.receipts,
    prepare: ({ db }) => makeReceiptsDue(db, Date.now()),
    run: minute,
  }),
  preparedOperation({
    name: NAMES.remind,
    async prepare(world) {
      await newUsers("remind", MANY)(world);
      await givenCertificates(world.db, `remind_${world.label}`, MANY, Date.now());
    },
    run: ({ call, label }) =>
      call("POST", `${LOG}/bulk-certification-reminders`, {
        as: SERVICE,
        body: { org_id: `org_remind_${label}`, days_threshold: 30 },
      }),
  }),
  preparedOperation({
    name: NAMES.feedback,
    prepare: sentMail,
    run: (world, mail) => tell(world, mail, true),
  }),
  preparedOperation({
    name: `${NAMES.feedback}, without our id`,
    detail: true,
    prepare: sentMail,
    run: (world, mail) => tell(world, mail, false),
  }),
];
