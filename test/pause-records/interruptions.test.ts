import { expect, test } from "vitest";
import { createHarness, type Harness } from "../support/harness.ts";
import { live } from "../support/pipeline.ts";
import { createPauseWorld, givenCoordinator, givenMentor, type Mentor, messagesOf, recordOf } from "./world.ts";

const MINUTE = 60_000;
const PAUSE = { current_status: "paused", pause_reason: "Personal leave" };

interface Scene {
  h: Harness;
  mentor: Mentor;
  /** The whole flow: the upsert, then the queues until nothing is left on them. */
  run(): Promise<void>;
}

async function givenScene(devices: number): Promise<Scene> {
  const h = createPauseWorld();
  const coordinator = await givenCoordinator(h, { devices });
  const mentor = await givenMentor(h, { coordinator_id: coordinator.id });
  h.interrupts.reset();
  const run = async () => {
    await mentor.put(PAUSE);
    await h.drain();
  };
  return { h, mentor, run };
}

/** How often the log provider took the e-mail of a dispatch. */
const mailed = (h: Harness, id: string): number =>
  h.logged.filter((line) => line.includes("email.not_delivered") && line.includes(id)).length;

/** What is left is another isolate: whatever was on the queues is lost with the first one. */
async function recover(killed: Harness, minutes = 10): Promise<Harness> {
  const h = createHarness({
    vars: { EMAIL_PROVIDERS: "log" },
    autoDrain: false,
    now: killed.clock.now() + MINUTE,
  });
  await live(h, minutes);
  return h;
}

test.each([
  ["with a device", 1, ["push", "in_app"], null],
  ["without a device", 0, ["in_app", "email"], "Email fallback triggered due to push failure"],
])("killed between any two steps, the flow is finished by the sweep (%s)", { timeout: 60_000 }, async (_, devices, channels_notified, notes) => {
  const whole = await givenScene(devices);
  await whole.run();
  const steps = whole.h.interrupts.calls;
  expect(steps.length).toBeGreaterThan(5);
  expect(await recordOf(whole.h, whole.mentor)).toMatchObject({ channels_notified, notes });

  for (const [step, name] of steps.entries())
    for (const when of ["before", "after"] as const) {
      const { h, mentor, run } = await givenScene(devices);
      const stopped = h.interrupts.stopAt(step + 1, when);
      void run();
      const where = `${when} ${await stopped.reached}`;
      expect(where).toBe(`${when} ${name}`);

      // Who got no answer asks again.
      const other = await recover(h, 0);
      await other.request("PUT", `/api/v1/directory/peer-mentors/${mentor.id}`, {
        body: { full_name: "Kari Nordmann", coordinator_id: (await coordinatorOf(other, mentor)) ?? null, ...PAUSE },
      });
      await live(other, 10);

      const record = await recordOf(other, mentor);
      expect([where, record]).toMatchObject([where, { channels_notified, notes, reason: "Personal leave" }]);
      const messages = await messagesOf(record);
      expect(messages.map((message) => message.channel)).toEqual(
        devices === 0 ? ["push", "in_app", "email"] : ["push", "in_app"],
      );
      for (const { id, channel } of messages) {
        const given = [h, other].map((one) =>
          channel === "email"
            ? mailed(one, id)
            : one.expo.accepted.filter((push) => push.collapseId === id).length,
        );
        const times = given.reduce((sum, n) => sum + n, 0);
        // Only what was killed between the provider's answer and its writing down is sent again.
        const isAmbiguous = steps[step] === "fetch" || (steps[step] === "d1" && when === "before");
        const worked = channels_notified.includes(channel) && channel !== "in_app";
        expect([where, channel, times >= (worked ? 1 : 0)]).toEqual([where, channel, true]);
        expect([where, channel, times <= (isAmbiguous ? 2 : 1)]).toEqual([where, channel, true]);
      }
    }
});

async function coordinatorOf(h: Harness, { id }: Mentor): Promise<string | null> {
  const { body } = await h.request("GET", `/api/v1/directory/peer-mentors/${id}`);
  return body.coordinator_id;
}

test("when the queue is away, the next sweep wakes the push", async () => {
  const { h, mentor } = await givenScene(1);
  h.queues.away = true;
  expect((await mentor.put(PAUSE)).status).toBe(200);
  expect(h.queues.waiting).toEqual([]);
  h.queues.away = false;
  h.clock.advance(2 * MINUTE);
  await h.tick();
  await h.drain();
  expect(await recordOf(h, mentor)).toMatchObject({ channels_notified: ["push", "in_app"] });
});

test("when D1 is away, the upsert fails as a whole and may be repeated", async () => {
  const { h, mentor, run } = await givenScene(1);
  h.meter.away(true);
  expect((await mentor.put(PAUSE)).status).toBe(503);
  h.meter.away(false);
  await run();
  expect(await recordOf(h, mentor)).toMatchObject({ channels_notified: ["push", "in_app"] });
  expect(h.expo.accepted).toHaveLength(1);
});

test("an outcome that could not be written is settled later, and then followed", async () => {
  const { h, mentor } = await givenScene(1);
  await mentor.put(PAUSE);
  const stopped = h.interrupts.stopAtNext("fetch", "after");
  const drained = h.drain();
  await stopped.reached;
  h.meter.away(true);
  stopped.release();
  await drained;
  h.meter.away(false);
  expect(await recordOf(h, mentor)).toMatchObject({ channels_notified: ["in_app"] });
  await live(h, 1);
  expect(await recordOf(h, mentor)).toMatchObject({ channels_notified: ["push", "in_app"] });
  expect(h.expo.accepted).toHaveLength(1);
});
