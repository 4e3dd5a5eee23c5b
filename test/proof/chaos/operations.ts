import { z } from "zod";
import { SECOND } from "../../../src/lib/clock.ts";
import type { Asked, Call } from "./model.ts";
import { attempt, begin, type Caller, perform, REPEATED_WITHIN_MS, uuidOf } from "./caller.ts";
import { cancel, pause, remind, remindOrg, retry } from "./admin-operations.ts";
import type { Step } from "./plan.ts";
import { read, sendEvent, stop } from "./user-operations.ts";
import type { World } from "./world.ts";

const SENDS = "/api/v1/notifications";

/** How callers want to wait: not at all, or as long as the service does by default. */
const preferred = (wait: boolean) => (wait ? {} : { prefer: "respond-async" });

/** Carries out a step as a caller would, and records the answer of the service in the model. */
export async function carryOut(caller: Caller, world: World, step: Step): Promise<void> {
  switch (step.kind) {
    case "send":
      return send(caller, world, step);
    case "batch":
      return sendBatch(caller, world, step);
    case "repeat":
      return repeat(caller, step.seat);
    case "event":
      return sendEvent(caller, world, step);
    case "read":
      return read(caller, step.seat);
    case "stop":
      return stop(caller, world.users[step.user]);
    case "remind":
      return remind(caller, world.users[step.user]?.id ?? "", step.key);
    case "bulk":
      return remindOrg(caller, world.orgs[step.org] ?? "");
    case "pause":
      return pause(caller, world.mentors[step.mentor]);
    case "cancel":
      return cancel(caller, step);
    case "retry":
      return retry(caller, step.seat);
  }
}

const timeIn = ({ clock }: Caller, seconds: number | null) =>
  seconds === null ? undefined : new Date(clock.now() + seconds * SECOND).toISOString();

const sendAnswer = z.object({ id: z.string(), dispatch_ids: z.array(z.string()).optional() });

const sentIds = (body: unknown): string[] => {
  const { id, dispatch_ids } = sendAnswer.parse(body);
  return (dispatch_ids ?? [id]).map((one) => uuidOf("notif", one));
};

async function send(caller: Caller, world: World, step: Step & { kind: "send" }): Promise<void> {
  const { model } = caller;
  const user = world.users[step.user]?.id ?? "";
  const title = `s${model.calls.length}`;
  const body = {
    ...{ user_id: user, title, body: "Chaos." },
    ...(step.channels !== null && { channels: step.channels }),
    ...(step.chain.length > 0 && { fallback: step.chain }),
    ...(step.sendAfter !== null && { send_at: timeIn(caller, step.sendAfter) }),
    ...(step.expiresAfter !== null && { expires_at: timeIn(caller, step.expiresAfter) }),
  };
  const call = begin(caller, {
    ...{ method: "POST", path: SENDS, body, key: step.key },
    ...preferred(step.wait),
  });
  const asked: Asked = {
    ...{ title, call, user, channels: step.channels ?? ["push"], chain: step.chain },
    ...{ expires: step.expiresAfter !== null, isScheduled: step.sendAfter !== null },
  };
  model.asked.set(title, asked);
  const answer = await perform(caller, call, step.key);
  if (answer === null) return;
  if (call.state === "refused") return expectRefusal(caller, call.n, answer.status, [429]);
  call.ids = sentIds(answer.body);
  for (const id of call.ids) model.note(id, `accepted (${answer.status}) by call ${call.n} as ${title}`);
  const [id] = call.ids;
  if (step.chain[0]?.after !== undefined && id !== undefined) model.unread.push({ id, user });
  (step.sendAfter === null ? model.recent : model.scheduled).push(...call.ids);
  if (step.key) model.keyed.push(call);
}

/** The status of a refusal must be one that the contract allows for the call. */
function expectRefusal({ model }: Caller, n: number, status: number, expected: readonly number[]): void {
  if (!expected.includes(status)) model.broken.push(`call ${n} was refused with ${status}`);
}

const batchAnswer = z.object({
  batch_id: z.string(),
  results: z.array(z.object({ notification_id: z.string().nullable() })),
});

const batchIds = (body: unknown) =>
  batchAnswer.parse(body).results.map(({ notification_id: id }) => (id === null ? "" : uuidOf("notif", id)));

async function sendBatch(caller: Caller, world: World, step: Step & { kind: "batch" }): Promise<void> {
  const { model } = caller;
  const n = model.calls.length;
  const targets = step.users.map((user, i) => ({
    ...{ user_id: world.users[user]?.id ?? "", title: `b${n}-${i}`, body: "Chaos." },
  }));
  const call = begin(caller, {
    ...{ method: "POST", path: `${SENDS}/batch`, body: { targets }, key: step.key },
    ...preferred(step.wait),
  });
  for (const { title, user_id } of targets)
    model.asked.set(title, {
      ...{ title, call, user: user_id, channels: ["push"] as const },
      ...{ chain: [], expires: false, isScheduled: false },
    });
  const answer = await perform(caller, call, step.key);
  if (answer === null) return;
  if (call.state === "refused") return expectRefusal(caller, n, answer.status, []);
  if (batchIds(answer.body).includes("")) model.broken.push(`call ${n}: ${JSON.stringify(answer.body)}`);
  call.ids = batchIds(answer.body).filter((id) => id !== "");
  call.batchId = uuidOf("batch", batchAnswer.parse(answer.body).batch_id);
  call.ids.forEach((id, i) => model.note(id, `accepted (${answer.status}) by call ${n} as b${n}-${i}`));
  model.recent.push(...call.ids);
  if (step.key) model.keyed.push(call);
}

const idsIn = (call: Call, body: unknown) => (call.batchId === null ? sentIds(body) : batchIds(body));

/** The same call with the same key must name the same dispatches. */
async function repeat(caller: Caller, seat: number): Promise<void> {
  const { model, clock } = caller;
  const young = model.keyed.filter(({ at }) => at > clock.now() - REPEATED_WITHIN_MS);
  const call = young[seat % young.length];
  if (call === undefined) return;
  const answer = await attempt(caller, call);
  if (answer === null) return;
  const isSame = answer.status < 300 && idsIn(call, answer.body).join() === call.ids.join();
  if (!isSame)
    model.broken.push(`call ${call.n} was repeated: ${answer.status} ${JSON.stringify(answer.body)}`);
}
