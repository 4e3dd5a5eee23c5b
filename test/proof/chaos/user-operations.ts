import { z } from "zod";
import { printId } from "../../../src/lib/ids.ts";
import { signAsTwilio } from "../../support/sandbox/twilio.ts";
import { begin, type Caller, perform, uuidOf } from "./caller.ts";
import type { Step } from "./plan.ts";
import { PUBLIC_URL } from "./provider-vars.ts";
import { tokenOf } from "./service.ts";
import { phoneOf, type User, type World } from "./world.ts";

const eventAnswer = z.object({ id: z.string() });

/** Sends an event of an own type. It has a key, so the call is repeated until it is answered. */
export async function sendEvent(caller: Caller, world: World, step: Step & { kind: "event" }): Promise<void> {
  const { model } = caller;
  const n = model.calls.length;
  const users = step.users.flatMap((user) => world.users[user]?.id ?? []);
  const body = { type: step.type, recipients: { users }, data: { n }, key: `chaos-${n}` };
  const call = begin(caller, { method: "POST", path: "/api/v1/events", body });
  const answer = await perform(caller, call, true);
  if (answer === null) return;
  if (call.state === "refused") return void model.broken.push(`call ${n}: ${answer.status}`);
  const id = uuidOf("evt", eventAnswer.parse(answer.body).id);
  model.events.push({ n, call, type: step.type, users, id });
}

/** A user reads a message of the inbox. One that has not come yet cannot be read. */
export async function read({ model, worker }: Caller, seat: number): Promise<void> {
  const chosen = model.unread[seat % model.unread.length];
  if (chosen === undefined || model.reads.has(chosen.id)) return;
  model.reads.set(chosen.id, null);
  const path = `/api/v1/inbox/${printId("notif", chosen.id)}/read`;
  const answer = await worker.call("POST", path, await tokenOf(chosen.user));
  model.note(chosen.id, `read: ${answer?.status ?? "no answer"}`);
  if (answer === null) return;
  if (answer.status === 200) model.reads.set(chosen.id, Date.now());
  else if (answer.status === 404) model.reads.delete(chosen.id);
  else model.broken.push(`reading ${chosen.id}: ${answer.status}`);
}

/** A user texts STOP. Twilio repeats a call that is not answered. */
export async function stop({ model, worker }: Caller, user: User | undefined): Promise<void> {
  if (user === undefined || !user.hasPhone || model.stops.has(user.id)) return;
  model.stops.set(user.id, null);
  const path = "/webhooks/twilio";
  const form = new URLSearchParams({
    ...{ AccountSid: "AC", From: phoneOf(user), To: "+15005550006", Body: "Stop", SmsStatus: "received" },
    MessageSid: `SM${crypto.randomUUID().replaceAll("-", "")}`,
  });
  const signature = await signAsTwilio(`${PUBLIC_URL}${path}`, form);
  for (let tries = 0; tries < 8; tries++) {
    const status = await worker.post(path, form.toString(), {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": signature,
    });
    if (status !== 200) continue;
    return void model.stops.set(user.id, Date.now());
  }
  model.broken.push(`${user.id} could not stop`);
}
