import { z } from "zod";

/** Which of the two: Google's token endpoint, or `messages:send`. */
export type Endpoint = "token" | "send";

const accept = z.boolean().default(false);

/** How one request goes wrong. `accept`: the message is taken first, so that the sender cannot know. */
export const faultSchema = z.discriminatedUnion("kind", [
  /** A status with Google's error document. `code`: of FcmError; left out: none is given. */
  z.object({
    kind: z.literal("status"),
    status: z.int().min(200).max(599),
    code: z.string().optional(),
    details: z.array(z.record(z.string(), z.unknown())).default([]),
    message: z.string().default("As the test wants it."),
    retryAfter: z.string().optional(),
    accept,
  }),
  /** Any answer at all. */
  z.object({
    kind: z.literal("answer"),
    status: z.int().min(200).max(599).default(200),
    body: z.string(),
    accept,
  }),
  /** The connection breaks before an answer. */
  z.object({ kind: z.literal("drop"), accept }),
  /** No answer until the client gives up. */
  z.object({ kind: z.literal("hang"), accept }),
]);

export type Fault = z.infer<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;

/** A message that FCM took. */
export interface AcceptedMessage {
  project: string;
  token: string;
  /** As it was sent. */
  message: Record<string, unknown>;
  name: string;
}

export interface SeenRequest {
  endpoint: Endpoint;
  headers: Record<string, string>;
  body: unknown;
  at: number;
}

/** A service account, as Google knows it: the public half of its key. */
export interface KnownAccount {
  client_email: string;
  project_id: string;
  /** PEM. */
  public_key: string;
}

const freshSettings = () => ({
  /** FcmError by device token: `UNREGISTERED`, `SENDER_ID_MISMATCH` … */
  tokenErrors: new Map<string, string>(),
  /** Seconds for which an access token is good. */
  tokenSeconds: 3_599,
  /** Messages that a project may send in any one minute; null for no limit. */
  ratePerMinute: null as number | null,
  /** Milliseconds that each answer takes. */
  latencyMs: 0,
});

/** What the sandbox remembers, and how it is told to behave. */
export function createFcmState(accounts: readonly KnownAccount[]) {
  const accepted: AcceptedMessage[] = [];
  const requests: SeenRequest[] = [];
  const faults: { endpoint: Endpoint; fault: Fault; left: number }[] = [];
  const settings = freshSettings();
  const tokens = new Map<string, { project: string; until: number }>();
  return {
    accounts: new Map(accounts.map((account) => [account.client_email, account])),
    accepted,
    requests,
    settings,
    /** Access tokens that were handed out, and are good until then (epoch ms). */
    tokens,
    /** Requests that are being answered now, and the most that there were at the same time. */
    open: { now: 0, most: 0 },
    /** The next `times` requests to the endpoint go wrong in this way. */
    failNext(fault: FaultInput, times = 1, endpoint: Endpoint = "send") {
      faults.push({ endpoint, fault: faultSchema.parse(fault), left: times });
    },
    takeFault(endpoint: Endpoint): Fault | null {
      const planned = faults.find((one) => one.endpoint === endpoint && one.left > 0);
      if (planned === undefined) return null;
      planned.left -= 1;
      return planned.fault;
    },
    /** Ends all access tokens, as Google may do before their time. */
    revokeTokens: () => tokens.clear(),
    /** Forgets what was sent and what was planned. Access tokens stay good. */
    reset() {
      accepted.length = requests.length = faults.length = 0;
      Object.assign(settings, freshSettings());
    },
  };
}

export type FcmState = ReturnType<typeof createFcmState>;
