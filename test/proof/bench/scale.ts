import { z } from "zod";
import { tokenFor } from "../production.ts";
import { alternate, type Effort, type Side } from "./alternate.ts";
import { compare, type Row } from "./report.ts";
import { callsOf, furnish, type Scenario, SCENARIOS, worldOf } from "./scenarios.ts";
import { type Subject, withSubjects } from "./start.ts";
import { fillActivities, fillUsers, userId } from "./world.ts";

const SMALL = 10_000;

/** At a million rows a list may take 1.5 times what it takes at ten thousand. */
const GOAL = 1 / 1.5;

const LISTS: readonly Scenario[] = SCENARIOS.filter(({ goal }) => goal === 0.8).concat(
  {
    name: "list of what failed",
    call: () => get("/api/v1/notifications?limit=20&status=failed"),
    goal: null,
  },
  {
    name: "list of a scenario",
    call: () => get("/api/v1/notifications?limit=10&scenario_id=scenario_1"),
    goal: null,
  },
  { name: "page 100", call: () => get("/api/v1/notifications?limit=20&page=100"), goal: null },
  {
    name: "admin log of an organization",
    call: () => get("/api/v1/admin/notifications?org_id=org_0"),
    goal: null,
  },
  { name: "history", call: () => ({ ...get("/api/v1/notifications/history"), as: "user" }), goal: null },
);

const get = (path: string) => ({ method: "GET" as const, path });

/** The same lists of a log of `rows` and of one of 10,000. */
export async function benchScale(effort: Effort, rows: number): Promise<Row[]> {
  const now = Date.now();
  return withSubjects(async (begin) => {
    const large = await begin("tidings");
    const small = await begin("tidings");
    await furnish(large, rows, now);
    await furnish(small, SMALL, now);
    const world = await worldOf(large);
    const found: Row[] = [];
    for (const scenario of LISTS) {
      const sides = [large, small].map((subject) => ({ subject, next: callsOf(scenario, world) }));
      const [big = [], little = []] = await alternate(sides, effort);
      found.push({ ...compare(scenario.name, big, little, null), goal: `>= ${GOAL.toFixed(2)}` });
    }
    return found;
  });
}

/** The first user's activities, and all. */
const FEW = { own: 1_000, all: 1_000 };
const MANY = { own: 100_000, all: 1_000_000 };

/** Subscribes the first user to their weeks. @returns the path of the subscription */
async function subscribe({ origin }: Subject, headers: Record<string, string>): Promise<string> {
  const body = JSON.stringify({ user_id: userId(0), time_window: "weekly" });
  const path = "/api/v1/stats-notifications";
  const response = await fetch(`${origin}${path}`, { method: "POST", headers, body });
  const { notification_id: id } = z.object({ notification_id: z.string() }).parse(await response.json());
  return `${path}/${id}`;
}

/** Refreshes the snapshot of a week with 1,000 activities: for a user with 100,000 of a million, and for one with only those. */
export async function benchSnapshot(effort: Effort): Promise<Row[]> {
  const now = Date.now();
  const token = await tokenFor({ sub: "bench", role: "service" });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return withSubjects(async (begin) => {
    const sides: Side[] = [];
    for (const activities of [MANY, FEW]) {
      const subject = await begin("tidings");
      await fillUsers(subject.db, now);
      await fillActivities(subject.db, now, activities);
      const path = await subscribe(subject, headers);
      sides.push({ subject, next: () => ({ method: "POST", path: `${path}/refresh`, headers }) });
    }
    const [many = [], few = []] = await alternate(sides, effort);
    return [compare("snapshot of a week", many, few, null)];
  });
}
