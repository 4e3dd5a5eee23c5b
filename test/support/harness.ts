import { env } from "cloudflare:workers";
import { SignJWT } from "jose";
import { createApp } from "../../src/app.ts";
import type { Ctx } from "../../src/ctx.ts";
import { createDeps, type Deps } from "../../src/deps.ts";
import type { Role } from "../../src/auth/principal.ts";
import type { NotificationTypes } from "../../src/content/index.ts";
import type { RegisteredChannel } from "../../src/delivery/channel.ts";
import { runCron } from "../../src/jobs/index.ts";
import type { Clock } from "../../src/lib/clock.ts";
import type { Log } from "../../src/lib/log.ts";
import { builtInTypes } from "../../src/notifications/registry.ts";
import { consumeQueue } from "../../src/queues/index.ts";
import { createContractCheck, type Seen } from "./contract.ts";
import { openApi } from "./openapi.ts";
import { countingD1, type D1Meter } from "./counting-d1.ts";
import { createFakeQueues, type FakeQueues } from "./fake-queue.ts";
import { createInterrupts, type Interrupts, watchObjects } from "./interrupts.ts";
import { createFcmSandbox } from "./sandbox/fcm/index.ts";
import { createExpoSandbox } from "./sandbox/expo.ts";
import { createPostmarkSandbox, POSTMARK_TOKEN } from "./sandbox/postmark.ts";
import { createResendSandbox, RESEND_KEY } from "./sandbox/resend.ts";
import { createSesSandbox, SES_KEY } from "./sandbox/ses.ts";
import { createTwilioSandbox } from "./sandbox/twilio.ts";
import { createVonageSandbox } from "./sandbox/vonage.ts";

/** Who calls; null for nobody. */
export interface Caller {
  role?: Role;
  sub?: string;
  org?: string;
  email?: string;
  claims?: Record<string, unknown>;
}

export interface RequestOptions {
  as?: Caller | null;
  /** Sent as JSON; a string or a stream as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

// oxlint-disable-next-line typescript/no-explicit-any -- what a test reads of an answer is checked by its assertions
export type Answer = { status: number; headers: Headers; body: any };

export const SERVICE: Caller = { role: "service", sub: "svc_test" };

export interface Harness {
  deps: Deps;
  /** A new one each time: an invocation's. */
  readonly ctx: Ctx;
  clock: Clock & { set(ms: number): void; advance(ms: number): void };
  meter: D1Meter;
  queues: FakeQueues;
  expo: ReturnType<typeof createExpoSandbox>;
  fcm: ReturnType<typeof createFcmSandbox>;
  ses: ReturnType<typeof createSesSandbox>;
  resend: ReturnType<typeof createResendSandbox>;
  postmark: ReturnType<typeof createPostmarkSandbox>;
  twilio: ReturnType<typeof createTwilioSandbox>;
  vonage: ReturnType<typeof createVonageSandbox>;
  /** Who answers for which host; a test may add or replace one. */
  hosts: Map<string, (url: string, init?: RequestInit) => Promise<Response>>;
  /** Every call to D1, Durable Objects, queues and providers: to count them, and to stop a flow between any two. */
  interrupts: Interrupts;
  /** Lines that were logged. */
  logged: string[];
  /** Calls the API. Throws when the answer is not what /openapi.json declares for its route and status. */
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** Hands a batch to the consumer of its queue, as the platform would. */
  consume(batch: MessageBatch<unknown>): Promise<void>;
  /** Handles what is due on the queues, until nothing is. */
  drain(): Promise<void>;
  /** One tick of a cron. */
  tick(cron?: string): Promise<void>;
}

let worlds = 0;

/** Ids that no other test uses: tests share one database and mint their own world. */
export const mint = (prefix: string): string =>
  `${prefix}_${Date.now().toString(36)}${(worlds++).toString(36)}`;

/** The check is the same for all harnesses: the document depends upon nothing but the code. */
let contract: ((seen: Seen) => void) | undefined;

const withChannels = (ctx: Ctx, more: readonly RegisteredChannel[]): Ctx =>
  more.length === 0
    ? ctx
    : { ...ctx, channels: new Map([...ctx.channels, ...more.map((one) => [one.channel, one] as const)]) };

const rawBody = (body: unknown): BodyInit =>
  typeof body === "string" || body instanceof ReadableStream ? body : JSON.stringify(body);

const memoryLog = (lines: string[], base: object = {}): Log => {
  const add = (level: string) => (event: string, fields?: object) =>
    void lines.push(JSON.stringify({ level, event, ...base, ...fields }));
  return {
    info: add("info"),
    warn: add("warn"),
    error: (event, cause, fields) => add("error")(event, { ...fields, error: String(cause) }),
    with: (fields) => memoryLog(lines, { ...base, ...fields }),
  };
};

/** A token as our callers have it. */
export async function tokenFor(
  { role, sub = "caller", org, email, claims }: Caller,
  now: number,
): Promise<string> {
  return new SignJWT({ role, org_id: org, email, ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(sub)
    .setExpirationTime(Math.floor(now / 1_000) + 3_600)
    .sign(new TextEncoder().encode(env.JWT_SECRET));
}

/** What the sandboxes of the e-mail providers know: keys, and the domain that they may send from. */
const EMAIL_VARS = {
  EMAIL_FROM: "Tidings <notifications@tidings.example>",
  SES_REGION: "eu-west-1",
  SES_ACCESS_KEY_ID: SES_KEY.accessKeyId,
  SES_SECRET_ACCESS_KEY: SES_KEY.secretAccessKey,
  RESEND_API_KEY: RESEND_KEY,
  POSTMARK_TOKEN,
};

/**
 * The whole service with real D1 and Durable Objects, where time, queues and the providers' HTTP are the test's.
 * Waiting lets time pass, and the queues are handled meanwhile.
 */
export function createHarness({
  vars = {},
  now = Date.UTC(2026, 2, 26, 8, 0, 0),
  autoDrain = true,
  types = builtInTypes,
  channels = [],
}: {
  vars?: Record<string, string>;
  now?: number;
  autoDrain?: boolean;
  types?: NotificationTypes;
  /** Channels beside the service's own, or in the place of those with the same name. */
  channels?: readonly RegisteredChannel[];
} = {}): Harness {
  let time = now;
  const logged: string[] = [];
  const clock = {
    now: () => time,
    set: (ms: number) => void (time = ms),
    advance: (ms: number) => void (time += ms),
    async sleep(ms: number) {
      time += ms;
      if (autoDrain) await drain();
    },
  };
  const interrupts = createInterrupts();
  const { pass } = interrupts;
  const { db, meter } = countingD1(env.DB, pass);
  const queues = createFakeQueues(() => time, pass);
  const expo = createExpoSandbox({ now: () => time });
  const fcm = createFcmSandbox({ now: () => time });
  const ses = createSesSandbox();
  const resend = createResendSandbox({ now: () => time });
  const postmark = createPostmarkSandbox();
  const twilio = createTwilioSandbox();
  const vonage = createVonageSandbox();
  const hosts: Harness["hosts"] = new Map([
    ["exp.host", (url, init) => expo.fetch(url, init)],
    ["fcm.googleapis.com", fcm.fetch],
    ["oauth2.googleapis.com", fcm.fetch],
    ["email.eu-west-1.amazonaws.com", ses.fetch],
    ["api.resend.com", resend.fetch],
    ["api.postmarkapp.com", postmark.fetch],
    ["api.twilio.com", twilio.fetch],
    ["api.nexmo.com", vonage.fetch],
  ]);
  const reach = (url: string, init: RequestInit | undefined) => {
    const { hostname } = new URL(url);
    const answers = hosts.get(hostname);
    if (answers === undefined) throw new Error(`Nobody answers for ${hostname}`);
    return answers(url, init);
  };
  // A provider that one test breaks is not broken for the next, and each world has a clock: objects have names of this world.
  const world = mint("world");
  const objects = {
    USER_RATE_LIMITER: watchObjects(env.USER_RATE_LIMITER, "limiter", pass, (name) => `${world}:${name}`),
    USER_INBOX: watchObjects(env.USER_INBOX, "inbox", pass),
    ORG_QUOTA: watchObjects(env.ORG_QUOTA, "quota", pass, (name) => `${world}:${name}`),
    ACCESS_TOKENS: watchObjects(env.ACCESS_TOKENS, "access", pass, (name) => `${world}:${name}`),
    PROVIDER_GATE: watchObjects(env.PROVIDER_GATE, "gate", pass, (name) => `${world}:${name}`),
  };
  const made = createDeps(
    { ...env, ...EMAIL_VARS, DB: db, ...queues.bindings, ...objects, ...vars },
    {
      clock,
      random: () => 0.5,
      fetch: (input, init) => pass("fetch", async () => reach(String(input), init)),
      log: memoryLog(logged),
      types,
    },
  );
  const deps: Deps = { ...made, open: (start, log) => withChannels(made.open(start, log), channels) };
  const app = createApp(() => deps);
  let draining = false;

  async function drain() {
    if (draining) return;
    draining = true;
    try {
      while ((await queues.drain(time, consumeBatch)) > 0);
    } finally {
      draining = false;
    }
  }

  const consumeBatch = (batch: MessageBatch<unknown>) => consumeQueue(deps, batch);

  return {
    deps,
    get ctx() {
      return deps.open("first-primary");
    },
    clock,
    meter,
    queues,
    expo,
    fcm,
    ses,
    resend,
    postmark,
    twilio,
    vonage,
    hosts,
    interrupts,
    logged,
    consume: consumeBatch,
    drain,
    tick: (cron = "* * * * *") => runCron(deps, cron),
    async request(method, path, { as = SERVICE, body, headers = {} } = {}) {
      const authorization = as === null ? {} : { authorization: `Bearer ${await tokenFor(as, time)}` };
      const response = await app.fetch(
        new Request(`http://tidings.test${path}`, {
          method,
          headers: {
            ...authorization,
            ...(body !== undefined && { "content-type": "application/json" }),
            ...headers,
          },
          ...(body !== undefined && { body: rawBody(body) }),
        }),
        deps.bindings,
      );
      // Whatever it is: text() warns of what is none.
      const text = new TextDecoder().decode(await response.arrayBuffer());
      const contentType = response.headers.get("content-type");
      const isJson = text !== "" && /\bjson\b/.test(contentType ?? "");
      const answer = {
        status: response.status,
        headers: response.headers,
        body: isJson ? JSON.parse(text) : text,
      };
      contract ??= createContractCheck(await openApi());
      contract({ method, path, contentType, ...answer });
      return answer;
    },
  };
}
