import { beforeEach, describe, expect, test } from "vitest";
import { allRoutes } from "../../src/app.ts";
import { PUBLIC_CONTRACTS } from "../../src/config/contracts.ts";
import { openApi } from "../support/openapi.ts";
import { type Answer, type Caller, createHarness, type Harness } from "../support/harness.ts";
import { TWILIO_TOKEN } from "../support/sandbox/twilio.ts";
import { VONAGE_SIGNATURE_SECRET } from "../support/sandbox/vonage.ts";
import { VAPID_VARS } from "../channels/push/webpush-fixture.ts";
import { callConsole } from "./console.ts";
import { CALLERS, canBeOpen, expected, type Outcome, type Who, WHO } from "./callers.ts";
import { type Call, type Access, TABLE } from "./matrix.ts";
import { forgetAll, rowsAbout } from "./stored.ts";
import { givenTarget, type Target } from "./target.ts";
import { pathTo } from "./paths.ts";

const VARS = {
  RESEND_WEBHOOK_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  POSTMARK_WEBHOOK_CREDENTIALS: "postmark:a-password-of-enough-length",
  TWILIO_AUTH_TOKEN: TWILIO_TOKEN,
  VONAGE_SIGNATURE_SECRET,
};

const harness = (vars: Record<string, string>) =>
  createHarness({ vars: { ...VARS, ...VAPID_VARS, ...vars }, autoDrain: false });

/** A target, and what is stored of it. */
interface Standing {
  target: Target;
  before: string[];
}

const fresh = async (h: Harness): Promise<Standing> => {
  const target = await givenTarget(h);
  return { target, before: await rowsAbout(target) };
};

interface Tried {
  answer: Answer;
  shown: boolean;
  changed: boolean;
}

async function attempt(
  h: Harness,
  route: string,
  call: Call,
  as: Caller | null,
  standing: Standing,
): Promise<Tried> {
  const [method = "", template = ""] = route.split(" ");
  const path = pathTo(template, call.id);
  h.meter.reset();
  const whole = call.query === undefined ? path : `${path}?${call.query}`;
  const answer = path.startsWith("/console")
    ? await callConsole(h, method, whole, call, as)
    : await h.request(method, whole, {
        as,
        ...(call.body !== undefined && { body: call.body }),
        ...(call.headers && { headers: call.headers }),
      });
  const { target, before } = standing;
  const holdsMarker = JSON.stringify(answer.body).includes(target.marker);
  return {
    answer,
    shown:
      answer.status < 300 && call.shows
        ? call.shows(answer)
        : holdsMarker && !(answer.status === 400 && call.showsAgain === true),
    // What D1 has not written is as it was.
    changed: h.meter.rowsWritten > 0 && JSON.stringify(await rowsAbout(target)) !== JSON.stringify(before),
  };
}

/** What came of it, in the words of the table. */
function outcome(isRead: boolean, isAboutNobody: boolean, { answer, shown, changed }: Tried): string {
  const { status } = answer;
  if (status >= 300) return `${status}${shown ? ", shown" : ""}${changed ? ", changed" : ""}`;
  if (isAboutNobody) return `ok${shown ? ", shown" : ""}${changed ? ", changed" : ""}`;
  if (!isRead) return changed ? "yes" : "not";
  return shown ? "yes" : `not${changed ? ", changed" : ""}`;
}

/** What each caller gets. Targets are used again for as long as they are as they were. */
async function outcomes(
  h: Harness,
  route: string,
  [policy, callOf]: Access,
  callers: readonly Who[],
): Promise<Partial<Record<Who, string>>> {
  const isRead =
    route.startsWith("GET ") ||
    /\/(?:preview|frame|search|explain|export|(?:chat-connections|chats)\/\{id\}\/test)$/u.test(route);
  const isAboutNobody = Object.values<Outcome>(expected(policy, false)).includes("ok");
  const found: Partial<Record<Who, string>> = {};
  let standing = await fresh(h);
  for (const who of callers) {
    const { target } = standing;
    const tried = await attempt(h, route, await callOf(target), CALLERS[who](target), standing);
    found[who] = outcome(isRead, isAboutNobody, tried);
    if (tried.changed) standing = await fresh(h);
  }
  return found;
}

const ENTRIES = Object.entries(TABLE).flatMap(([route, entries]) =>
  entries.map((entry) => ({ route, policy: entry[0], entry })),
);

/** Every role, of the target's organization and of another: enough to see that a token counts where none is needed. */
const ONE_OF_EACH: readonly Who[] = [
  "nobody",
  "a user: of another",
  "a coordinator: of others",
  "an org_admin: of the organization",
  "an org_admin: of another",
  "a global_admin",
  "a service",
];

beforeEach(forgetAll);

describe("where contracts are closed", () => {
  const h = harness({ OPEN_CONTRACTS: "" });
  test.each(ENTRIES)("$route is for: $policy", async ({ route, policy, entry }) => {
    expect(await outcomes(h, route, entry, WHO)).toEqual(expected(policy, false));
  });
});

describe("where all contracts are open that can be", () => {
  const h = harness({ OPEN_CONTRACTS: PUBLIC_CONTRACTS.join() });
  const [opened = [], others = []] = [true, false].map((can) =>
    ENTRIES.filter(({ policy }) => canBeOpen(policy) === can),
  );

  test.each(opened)(
    "$route is for nobody too, and a token's role counts",
    async ({ route, policy, entry }) => {
      const wanted = Object.entries(expected(policy, true)).filter(([who]) =>
        ONE_OF_EACH.some((one) => one === who),
      );
      expect(await outcomes(h, route, entry, ONE_OF_EACH)).toEqual(Object.fromEntries(wanted));
    },
  );

  test("nothing else is open", async () => {
    const found: string[] = [];
    const standing = await fresh(h);
    for (const { route, policy, entry } of others) {
      const { nobody } = expected(policy, true);
      if (!Number(nobody)) continue;
      const { answer, shown, changed } = await attempt(
        h,
        route,
        await entry[1](standing.target),
        null,
        standing,
      );
      if (answer.status !== Number(nobody) || shown || changed) found.push(`${route} → ${answer.status}`);
    }
    expect(found).toEqual([]);
  });
});

/** What goes before the routes; a path here answers nothing by itself. */
const MIDDLEWARE = ["ALL /webhooks/*", "ALL /console/*", "POST /console/*"];

describe("the table is whole", () => {
  const written = Object.keys(TABLE).toSorted();

  test("it has every route that the app has, and no other", async () => {
    const { routes } = await allRoutes();
    const served = routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
    const registered = [...new Set(served)].filter((route) => !MIDDLEWARE.includes(route));
    expect(registered.toSorted()).toEqual(written);
  });

  test("it has every operation of /openapi.json, and what people may call in it is in the document", async () => {
    const { paths } = await openApi();
    const documented = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const api = written.filter((route) => / \/(api|healthz|unsubscribe)/.test(route));
    expect(documented.toSorted()).toEqual(api);
  });
});

test("in production nobody runs a job by hand or sees what is for developers, whoever it is", async () => {
  const h = harness({ ENVIRONMENT: "production" });
  const target = await givenTarget(h);
  for (const who of WHO) {
    const as = CALLERS[who](target);
    const calls = [
      ["POST", "/dev/jobs/receipts"],
      ["GET", "/dev/outbox"],
      ["DELETE", "/dev/outbox"],
      ["GET", "/dev/inbox"],
    ] as const;
    for (const [method, path] of calls)
      expect((await h.request(method, path, { as })).status, `${method} ${path}: ${who}`).toBe(404);
  }
});
