import { type Context, Hono } from "hono";
import { type Fault, misbehave, rejectOnAbort } from "./steer.ts";
import { type BrowserKeys, createBrowserKeys, decrypt, toBase64Url } from "./webpush-crypto.ts";
import { type Sender, verifyVapid } from "./webpush-vapid.ts";

/** A message that the push service has taken for a browser, as the browser reads it. */
export interface AcceptedWebPush {
  endpoint: string;
  /** JSON of the text; null where the browser could not decrypt it: the service takes it all the same. */
  payload: unknown;
  /** Bytes of the text, and of what was sent. */
  textBytes: number;
  bodyBytes: number;
  /** Seconds. */
  ttl: number;
  urgency: string;
  topic: string | null;
  sender: Sender;
}

/** A request that came in, whatever became of it. */
export interface SeenWebPush {
  path: string;
  headers: Record<string, string>;
  redirect: string | undefined;
}

/** What a browser's `PushSubscription.toJSON()` gives. */
export interface Subscription {
  endpoint: string;
  expirationTime: null;
  keys: { p256dh: string; auth: string };
}

interface Subscribed {
  keys: BrowserKeys;
  /** The key that it was made with; null: any. */
  applicationServerKey: string | null;
  isGone: boolean;
}

const MAX_BODY_BYTES = 4_096;
const URGENCIES = ["very-low", "low", "normal", "high"];

/** How the services say that a subscription was made with another key. */
function otherKey(origin: string): Response {
  if (origin.endsWith("mozilla.com"))
    return Response.json(
      { code: 401, errno: 109, error: "Unauthorized", message: "VAPID public key mismatch" },
      { status: 401 },
    );
  if (origin.endsWith("push.apple.com"))
    return Response.json({ reason: "VapidPkHashMismatch" }, { status: 403 });
  return new Response(
    "the VAPID credentials in the authorization header do not correspond to the credentials used to create the subscriptions.\n",
    { status: 403 },
  );
}

const refused = (status: number, message: string): Response =>
  Response.json({ code: status, error: "As documented", message }, { status });

/**
 * A push service and the browsers that have subscribed there (RFC 8030, 8291, 8292; what Mozilla's autopush documents). It
 * checks who sends as strictly as the strictest service, decrypts what it takes with the subscription's own keys, and
 * misbehaves when it is told to.
 */
export function createWebPushSandbox({
  now = Date.now,
  origin = "https://updates.push.services.mozilla.com",
}: { now?: () => number; origin?: string } = {}) {
  const accepted: AcceptedWebPush[] = [];
  const requests: SeenWebPush[] = [];
  const subscribed = new Map<string, Subscribed>();
  const faults: Fault[] = [];
  const settings = {
    /** Of the endpoints. */
    origin,
    /** Endpoints that get no more for now, with their Retry-After. */
    throttled: new Map<string, string>(),
    latencyMs: 0,
  };
  const app = new Hono();
  // Hono would make a 500 of it.
  app.onError((error) => {
    throw error;
  });

  async function take(context: Context): Promise<Response> {
    const endpoint = `${settings.origin}${context.req.path}`;
    const to = subscribed.get(endpoint);
    if (to === undefined) return refused(404, "no such subscription");
    if (to.isGone) return refused(410, "the subscription has ended");
    const header = (name: string) => context.req.header(name);
    const sender = await verifyVapid(header("authorization"), settings.origin, now());
    if (typeof sender === "string") return refused(403, sender);
    if (to.applicationServerKey !== null && to.applicationServerKey !== sender.publicKey)
      return otherKey(settings.origin);
    const { ttl = "", urgency = "normal", topic = null } = context.req.header();
    if (!/^\d{1,9}$/.test(ttl)) return refused(400, "TTL is missing or no number");
    if (!URGENCIES.includes(urgency)) return refused(400, "Urgency is unknown");
    if (topic !== null && !/^[\w-]{1,32}$/.test(topic))
      return refused(400, "Topic is too long, or not base64url");
    if (header("content-encoding") !== "aes128gcm") return refused(400, "Content-Encoding is not aes128gcm");
    const body = new Uint8Array(await context.req.arrayBuffer());
    if (body.length > MAX_BODY_BYTES) return refused(413, "more than 4,096 bytes");
    const retryAfter = settings.throttled.get(endpoint);
    if (retryAfter !== undefined)
      return new Response("slow down", { status: 429, headers: { "retry-after": retryAfter } });
    const text = await decrypt(body, to.keys).catch(() => null);
    accepted.push({
      endpoint,
      payload: text && JSON.parse(new TextDecoder().decode(text)),
      textBytes: text?.length ?? 0,
      bodyBytes: body.length,
      ttl: Number(ttl),
      urgency,
      topic,
      sender,
    });
    return new Response(null, {
      status: 201,
      headers: { location: `${settings.origin}/m/${crypto.randomUUID()}` },
    });
  }

  app.post("/wpush/v2/:id", async (context) => {
    requests.push({
      path: context.req.path,
      headers: context.req.header(),
      redirect: context.req.raw.redirect,
    });
    if (settings.latencyMs > 0) await new Promise((done) => setTimeout(done, settings.latencyMs));
    const fault = faults.shift();
    if (fault === undefined) return take(context);
    if (fault.accept === true) await take(context);
    return misbehave(fault, context.req.raw.signal);
  });

  return {
    accepted,
    requests,
    settings,
    app,
    /** A browser subscribes. @param applicationServerKey base64url; null: of a page that names none */
    async subscribe(applicationServerKey: string | null = null): Promise<Subscription> {
      const keys = await createBrowserKeys();
      const endpoint = `${settings.origin}/wpush/v2/${toBase64Url(crypto.getRandomValues(new Uint8Array(120)))}`;
      subscribed.set(endpoint, { keys, applicationServerKey, isGone: false });
      const texts = { p256dh: toBase64Url(keys.publicKey), auth: toBase64Url(keys.auth) };
      return { endpoint, expirationTime: null, keys: texts };
    },
    /** Its user takes the permission away. */
    unsubscribe(endpoint: string): void {
      const found = subscribed.get(endpoint);
      if (found === undefined) throw new Error("nobody has subscribed there");
      found.isGone = true;
    },
    /** What waits for a browser that is off: of each topic the last. */
    waiting: (endpoint: string): AcceptedWebPush[] => [
      ...new Map(
        accepted
          .filter((push) => push.endpoint === endpoint)
          .map((push, index) => [push.topic ?? `none ${index}`, push] as const),
      ).values(),
    ],
    /** The next `times` requests go wrong in this way. */
    failNext(fault: Fault, times = 1) {
      for (let i = 0; i < times; i++) faults.push(fault);
    },
    /** Like the platform's fetch, but it goes nowhere. */
    fetch: async (url: string, init: RequestInit = {}): Promise<Response> => {
      if (new URL(url).origin !== settings.origin) throw new Error("another host was asked");
      const answer = Promise.resolve(app.fetch(new Request(url, init)));
      return init.signal ? Promise.race([answer, rejectOnAbort(init.signal)]) : answer;
    },
  };
}

export type WebPushSandbox = ReturnType<typeof createWebPushSandbox>;
