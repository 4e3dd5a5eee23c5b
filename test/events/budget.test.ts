import { expect, test } from "vitest";
import { createHarness, type Harness, mint } from "../support/harness.ts";
import { givenType, messagesOf } from "./world.ts";

/** Users with a device and a verified address. */
async function givenPeople({ deps }: Harness, n: number): Promise<string[]> {
  const ids = Array.from({ length: n }, () => mint("usr"));
  const db = deps.bindings.DB;
  await db.batch([
    db
      .prepare(
        `INSERT INTO users (id, name, email, email_verified, created_at, updated_at)
          SELECT value, 'Kari', value || '@example.com', 1, 0, 0 FROM json_each(?)`,
      )
      .bind(JSON.stringify(ids)),
    db
      .prepare(
        `INSERT INTO device_tokens (token, user_id, provider, platform, registered_at, last_used_at)
          SELECT 'ExponentPushToken[' || value || ']', value, 'expo', 'ios', 0, 0 FROM json_each(?)`,
      )
      .bind(JSON.stringify(ids)),
  ]);
  return ids;
}

// The words of all five channels that there are are looked up once for a portion. Each dispatch is a row with its keys in five indexes: by channel, user, batch and type, and to wake. The event has four
// more, once, and its trigger one read. All messages of a portion are woken by one call of the queue.
test.each([
  { n: 1, read: 36, written: 22 },
  { n: 1_000, read: 15.1, written: 18.1 },
])("an event to $n users on three channels costs so much for each", async ({ n, read, written }) => {
  const h = createHarness({ autoDrain: false, vars: { EMAIL_PROVIDERS: "resend" } });
  const type = await givenType(h, {
    channels: [{ channel: "in_app" }, { channel: "push" }, { channel: "email" }],
  });
  const users = await givenPeople(h, n);
  h.meter.reset();
  h.interrupts.reset();
  const { status, body } = await h.request("POST", "/api/v1/events", {
    body: { type, recipients: { users }, data: {} },
  });
  expect(status).toBe(202);
  expect(body).toMatchObject({ status: "done", message_count: 3 * n });
  const costs = {
    trips: h.meter.trips,
    read: h.meter.rowsRead / n,
    written: h.meter.rowsWritten / n,
    queue: h.interrupts.calls.filter((call) => call.startsWith("queue")).length,
  };
  expect(costs.trips).toBe(3);
  expect(costs.read).toBeLessThanOrEqual(read);
  expect(costs.written).toBeLessThanOrEqual(written);
  expect(costs.queue).toBe(1);
  expect(await messagesOf(h, type)).toHaveLength(3 * n);
});
