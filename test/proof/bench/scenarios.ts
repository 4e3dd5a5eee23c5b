import { z } from "zod";
import { tokenFor } from "../production.ts";
import type { Call } from "./load.ts";
import type { Subject } from "./start.ts";
import { fillLog, fillUsers, userId } from "./world.ts";

/** Targets of a batch. */
const TARGETS = 100;

const BASE = "/api/v1/notifications";

/** A request to compare, with the ratio that is the goal. */
export interface Scenario {
  name: string;
  call: (i: number, world: World) => Pick<Call, "method" | "path" | "body"> & { as?: "user" };
  goal: number | null;
}

/** What the requests need. */
export interface World {
  /** A push of the log. */
  push: string;
  tokens: { service: string; user: string };
}

const content = (i: number) => ({
  user_id: userId(i),
  title: "Three new grants",
  body: "Three new grants match your profile. The first one closes on Friday.",
  data: { screen: "grants", n: i },
});

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "async send",
    call: (i) => ({ method: "POST", path: BASE, body: JSON.stringify(content(i)) }),
    goal: 0.7,
  },
  {
    name: `async batch of ${TARGETS}`,
    call: (i) => ({
      method: "POST",
      path: `${BASE}/batch`,
      body: JSON.stringify({ targets: Array.from({ length: TARGETS }, (_, k) => content(i + k)) }),
    }),
    goal: null,
  },
  { name: "list, 20 newest", call: () => ({ method: "GET", path: `${BASE}?limit=20` }), goal: 0.8 },
  {
    name: "list of a user",
    call: () => ({ method: "GET", path: `${BASE}?limit=20&user_id=${userId(0)}` }),
    goal: 0.8,
  },
  {
    name: "admin log by type",
    call: () => ({ method: "GET", path: "/api/v1/admin/notifications?limit=20&type=weekly_digest" }),
    goal: 0.8,
  },
  { name: "get", call: (_, { push }) => ({ method: "GET", path: `${BASE}/${push}` }), goal: null },
  {
    name: "history",
    call: () => ({ method: "GET", path: `${BASE}/history?page_size=20`, as: "user" }),
    goal: null,
  },
];

/** Fills the database of a Worker for these scenarios. */
export async function furnish(subject: Subject, rows: number, now: number): Promise<void> {
  await fillUsers(subject.db, now);
  await fillLog(subject.db, now, rows);
}

/** The requests of a scenario. The header tells the bare Worker which it is; Tidings does not look at it. */
export function callsOf({ name, call }: Scenario, world: World): () => Call {
  let i = 0;
  return () => {
    const { as = "service", ...rest } = call(i++, world);
    const headers = {
      authorization: `Bearer ${world.tokens[as]}`,
      "content-type": "application/json",
      prefer: "respond-async",
      "x-bench": name,
    };
    return { ...rest, headers };
  };
}

/** Reads what the requests need from a filled Worker. */
export async function worldOf(subject: Subject): Promise<World> {
  const service = await tokenFor({ sub: "bench", role: "service" });
  const user = await tokenFor({ sub: userId(0), role: "user" });
  const headers = { authorization: `Bearer ${service}` };
  const listed = await fetch(`${subject.origin}${BASE}?limit=1&page=50`, { headers });
  const { data } = z.object({ data: z.array(z.object({ id: z.string() })) }).parse(await listed.json());
  const [push] = data;
  if (push === undefined) throw new Error("There is no push in the log.");
  return { push: push.id, tokens: { service, user } };
}
