import { z } from "zod";

/** Which of Expo's two endpoints. */
export type Endpoint = "send" | "receipts";

const accept = z.boolean().default(false);

/** How one request goes wrong. `accept`: Expo takes the messages first, so that the sender cannot know. */
export const faultSchema = z.discriminatedUnion("kind", [
  /** 429 TOO_MANY_REQUESTS; `retryAfter` is the header as it is sent. */
  z.object({ kind: z.literal("throttle"), retryAfter: z.string().optional() }),
  /** A status with Expo's error document (500, 503, 401 …). */
  z.object({
    kind: z.literal("status"),
    status: z.int().min(200).max(599),
    code: z.string().default("INTERNAL_SERVER_ERROR"),
    retryAfter: z.string().optional(),
    accept,
  }),
  /** Any answer at all. */
  z.object({
    kind: z.literal("answer"),
    status: z.int().min(200).max(599).default(200),
    body: z.string(),
    type: z.string().default("application/json"),
    accept,
  }),
  /** What a proxy shows while Expo is away. */
  z.object({ kind: z.literal("html"), status: z.int().default(502), accept }),
  /** 200 with something that is not JSON. */
  z.object({ kind: z.literal("garbage"), accept }),
  /** The connection breaks before an answer. */
  z.object({ kind: z.literal("drop"), accept }),
  /** No answer until the client gives up. */
  z.object({ kind: z.literal("hang"), accept }),
  /** The messages are taken, and the answer has one ticket too few or too many. */
  z.object({ kind: z.literal("tickets"), change: z.union([z.literal(-1), z.literal(1)]) }),
  /** A right answer, late. */
  z.object({ kind: z.literal("slow"), ms: z.int().min(0) }),
]);

export type Fault = z.infer<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;

/** How the sandbox behaves until it is told otherwise. Tests write into it. */
const freshSettings = () => ({
  /** Device errors by token, such as DeviceNotRegistered: in the ticket, or later in the receipt. */
  ticketErrors: new Map<string, string>(),
  receiptErrors: new Map<string, string>(),
  /** A request with a message for one of these is refused as a whole: 400 VALIDATION_ERROR. */
  malformed: new Set<string>(),
  /** The project ("experience") of a token; `@tidings/app` where none is given. */
  projects: new Map<string, string>(),
  /** When set, requests need it ("enhanced push security"). */
  accessToken: null as string | null,
  recipientLimit: 100,
  /** Notifications that the project may send in any one second (at Expo 600); null for no limit. */
  ratePerSecond: null as number | null,
  /** Milliseconds that each answer takes. */
  latencyMs: 0,
  /** Milliseconds until a receipt is there. */
  receiptDelayMs: 0,
});

/** A notification that was given to Expo. */
export interface AcceptedPush {
  ticket: string;
  token: string;
  title: string | null;
  body: string | null;
  data: Record<string, unknown> | null;
  collapseId: string | null;
  /** The message as it came, without `to`. */
  message: Record<string, unknown>;
  /** Epoch ms. */
  at: number;
}

/** A request that reached Expo, whatever became of it. */
export interface SeenRequest {
  endpoint: Endpoint;
  /** Recipients, or receipt ids. */
  size: number;
  gzip: boolean;
  headers: Record<string, string>;
  at: number;
}

/** What the sandbox remembers, and what it was told to do next. */
export function createExpoState() {
  const accepted: AcceptedPush[] = [];
  const requests: SeenRequest[] = [];
  const faults: { endpoint: Endpoint; fault: Fault }[] = [];
  const settings = freshSettings();

  return {
    accepted,
    requests,
    settings,
    /** The next `times` requests to the endpoint go wrong in this way. */
    failNext(fault: FaultInput, times = 1, endpoint: Endpoint = "send") {
      const parsed = faultSchema.parse(fault);
      for (let i = 0; i < times; i++) faults.push({ endpoint, fault: parsed });
    },
    takeFault(endpoint: Endpoint): Fault | null {
      const at = faults.findIndex((planned) => planned.endpoint === endpoint);
      return at < 0 ? null : (faults.splice(at, 1)[0]?.fault ?? null);
    },
    /** How often a notification with this collapse id was given to Expo for this device. */
    timesGiven: (collapseId: string, token: string) =>
      accepted.filter((push) => push.collapseId === collapseId && push.token === token).length,
    /** Forgets everything: what was sent, planned faults, settings. */
    reset() {
      accepted.length = requests.length = faults.length = 0;
      Object.assign(settings, freshSettings());
    },
  };
}

export type ExpoState = ReturnType<typeof createExpoState>;
