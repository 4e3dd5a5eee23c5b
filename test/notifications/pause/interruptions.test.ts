import { expect, test } from "vitest";
import type { Dispatch } from "../../../src/db/schema/index.ts";
import type { Harness } from "../../support/harness.ts";
import { live } from "../../support/pipeline.ts";
import {
  createPauseWorld,
  givenCoordinator,
  givenMentor,
  type Mentor,
  messagesOf,
  recordOf,
} from "./world.ts";

const MINUTE = 60_000;
const PAUSE = { current_status: "paused", pause_reason: "Personal leave" };

interface Scene {
  h: Harness;
  mentor: Mentor;
  coordinator: string;
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
  return { h, mentor, coordinator: coordinator.id, run };
}

/** How often the e-mail of a dispatch was taken. */
const mailed = (h: Harness, id: string): number =>
  h.resend.accepted.filter((email) => Object.values(email.tags).includes(id)).length;

/** How often the messages of a record were given to a provider, by channel, by all isolates together. */
function timesGiven(isolates: readonly Harness[], messages: readonly Dispatch[]): Record<string, number> {
  const pushed = (h: Harness, id: string) => h.expo.accepted.filter((push) => push.collapseId === id).length;
  const external = messages.filter(({ channel }) => channel !== "in_app");
  return Object.fromEntries(
    external.map(({ id, channel }) => [
      channel,
      isolates.reduce((sum, h) => sum + (channel === "push" ? pushed(h, id) : mailed(h, id)), 0),
    ]),
  );
}

test.each([
  ["with a device", 1, ["push", "in_app"], null],
  ["without a device", 0, ["in_app", "email"], "Email fallback triggered due to push failure"],
])(
  "killed between any two steps, the flow is finished by the sweep (%s)",
  { timeout: 60_000 },
  async (_, devices, channels_notified, notes) => {
    const whole = await givenScene(devices);
    await whole.run();
    const steps = [...whole.h.interrupts.calls];
    expect(steps.length).toBeGreaterThan(5);
    const wanted = await recordOf(whole.h, whole.mentor);
    expect(wanted).toMatchObject({ channels_notified, notes });
    const once = timesGiven([whole.h], await messagesOf(wanted));

    for (const [step, name] of steps.entries())
      for (const when of ["before", "after"] as const) {
        const { h, mentor, coordinator, run } = await givenScene(devices);
        const stopped = h.interrupts.stopAt(step + 1, when);
        void run();
        const where = `${when} step ${step}, ${name}`;
        expect([where, await stopped.reached]).toEqual([where, name]);

        // What was on the queues is lost with the isolate. The caller got no answer and asks again.
        const other = createPauseWorld();
        other.clock.set(h.clock.now() + MINUTE);
        const body = { full_name: "Kari Nordmann", coordinator_id: coordinator, ...PAUSE };
        await other.request("PUT", `/api/v1/directory/peer-mentors/${mentor.id}`, { body });
        await live(other, 10);

        const record = await recordOf(other, mentor);
        const messages = await messagesOf(record);
        expect([where, record]).toMatchObject([
          where,
          { channels_notified, notes, reason: "Personal leave" },
        ]);
        expect([where, record.dispatch_ids.length]).toEqual([where, wanted.dispatch_ids.length]);
        // Only what a provider has accepted, without its being recorded, is sent again.
        const settling = steps.indexOf("d1", steps.indexOf("fetch"));
        const isAmbiguous =
          when === "after" ? name === "fetch" : step > steps.indexOf("fetch") && step <= settling;
        const given = timesGiven([h, other], messages);
        if (isAmbiguous) for (const times of Object.values(given)) expect(times).toBeLessThanOrEqual(2);
        else expect([where, given]).toEqual([where, once]);
      }
  },
);

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
  expect(await recordOf(h, mentor)).toMatchObject({ channels_notified: [] });
  await live(h, 1);
  expect(await recordOf(h, mentor)).toMatchObject({ channels_notified: ["push", "in_app"] });
  expect(h.expo.accepted).toHaveLength(1);
});
