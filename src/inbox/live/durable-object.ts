import { DurableObject } from "cloudflare:workers";
import { openDb } from "../../db/client.ts";
import { HOUR, MINUTE, SECOND, systemClock } from "../../lib/clock.ts";
import { createLog } from "../../lib/log.ts";
import { changesSince, standingOf } from "../queries.ts";
import { acknowledge, type Flow, hear, say, UNTOUCHED } from "./flow.ts";
import { CLOSED, type Frame, MAX_CHANGES, MAX_LINGERING, MAX_SOCKETS } from "./protocol.ts";
import { type Look, type Position, step } from "./step.ts";
import { Tickets } from "./tickets.ts";

/** Nobody stays connected for longer: a new ticket needs a token that is still good. */
export const MAX_AGE_MS = 12 * HOUR;

/** While somebody is connected we look into the database this often, so that a hint that was lost is only a delay. */
export const RECHECK_MS = 5 * MINUTE;

/** After a fault of the database we look again this soon. */
const RETRY_MS = 10 * SECOND;

/** Looks that follow upon each other are this far apart, however often clients ask. */
const PAUSE_MS = 200;

/** Kept with a connection by the runtime, so that it outlives the object's memory. */
interface Attachment {
  userId: string;
  position: Position;
  /** How often the client asked what is new (coming counts), and how many of these have had their answer. */
  asked: number;
  answered: number;
  flow: Flow;
  /** Epoch ms. */
  openedAt: number;
}

/**
 * The open connections of one user. The truth is the database: whatever happens here (a hint, a client's `sync`, the
 * alarm), the object looks there for what came after the place that each connection has reached, and sends that. So an
 * eviction, a lost hint or a reconnection neither loses nor repeats anything. It stores tickets, and nothing else.
 */
export class UserInbox extends DurableObject<{ DB: D1Database }> {
  readonly #tickets = new Tickets(this.ctx.storage.kv);
  readonly #log = createLog({ object: "user_inbox" });
  #looking: Promise<void> | null = null;
  #lookAgain = false;

  constructor(ctx: DurableObjectState, env: { DB: D1Database }) {
    super(ctx, env);
    // Answered by the runtime, without waking the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /** Something may be new. It does not wait for the look, and costs nothing when nobody is connected. */
  async notify(): Promise<void> {
    if (this.#sockets().length > 0) this.ctx.waitUntil(this.#look());
  }

  /** Makes a secret that opens one connection for `userId`. `now` (epoch ms) is the caller's. */
  async issueTicket(now: number, userId: string): Promise<{ ticket: string; expiresAt: number }> {
    const secret = secretOf(32);
    const expiresAt = await this.#tickets.issue(secret, userId, now);
    await this.#wakeIn(RECHECK_MS);
    // With the object's id in it, the ticket finds its way back, and says nothing of the user.
    return { ticket: `${this.ctx.id.toString()}.${secret}`, expiresAt };
  }

  /**
   * Opens a connection for a valid ticket; 401 for any other, 429 while too many closed ones linger. What it needs comes
   * as query parameters from our client.
   */
  override async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const after = searchParams.get("after");
    const userId = await this.#tickets.redeem(
      searchParams.get("secret") ?? "",
      Number(searchParams.get("now")),
    );
    if (userId === null) return new Response(null, { status: 401 });
    if (this.ctx.getWebSockets().length >= MAX_LINGERING) return new Response(null, { status: 429 });
    this.#makeRoom();
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    attach(server, {
      userId,
      position: after === null ? "now" : Number(after),
      asked: 1,
      answered: 0,
      flow: UNTOUCHED,
      openedAt: Date.now(),
    });
    await this.#wakeIn(RECHECK_MS);
    this.ctx.waitUntil(this.#look());
    return new Response(null, { status: 101, webSocket: client });
  }

  /** A client asks what is new, or acknowledges. Anything that we do not know is ignored; too much of it is not. */
  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    // Loaded when somebody asks: it brings a library that starting an isolate need not wait for.
    const { readSaid } = await import("./sync.ts");
    const attachment = attachmentOf(socket);
    if (attachment === null || socket.readyState !== WebSocket.OPEN) return;
    const said = readSaid(message);
    const acknowledged = said?.type === "ack" ? acknowledge(attachment.flow, said.ack) : null;
    const flow = acknowledged ?? hear(attachment.flow, Date.now());
    if (flow === null) return close(socket, CLOSED.behind);
    if (said?.type !== "sync") return attach(socket, { ...attachment, flow });
    const { position, asked } = attachment;
    attach(socket, { ...attachment, flow, position: said.after ?? position, asked: asked + 1 });
    await this.#look();
  }

  /** Closes every connection and deletes everything. */
  async erase(): Promise<void> {
    for (const [socket] of this.#sockets()) close(socket, CLOSED.erased);
    await this.ctx.storage.deleteAll();
  }

  /** Looks, in case a hint was lost, and comes again while somebody is connected. Then it wipes the storage. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    for (const [socket, { openedAt }] of this.#sockets())
      if (openedAt + MAX_AGE_MS <= now) close(socket, CLOSED.again);
    if (this.#sockets().length === 0 && !this.#tickets.areOutstanding(now)) {
      await this.ctx.storage.deleteAll();
      return;
    }
    await this.#wakeIn(RECHECK_MS);
    await this.#look();
  }

  /** Looks into the database until nobody asks any more: one look at a time, a little apart. */
  async #look(): Promise<void> {
    this.#lookAgain = true;
    this.#looking ??= this.#lookRepeatedly().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #lookRepeatedly(): Promise<void> {
    while (this.#lookAgain) {
      this.#lookAgain = false;
      try {
        await this.#lookOnce();
      } catch (error) {
        this.#log.error("inbox_look_failed", error);
        await this.#wakeIn(RETRY_MS);
      }
      if (this.#lookAgain) await systemClock.sleep(PAUSE_MS);
    }
  }

  async #lookOnce(): Promise<void> {
    const before = this.#sockets();
    const [first] = before;
    if (first === undefined) return;
    const reached = before.flatMap(([, { position }]) => (typeof position === "number" ? position : []));
    const found = await this.#read(first[1].userId, Math.min(...reached));
    // Who asks while we read gets an answer that is no older than the question: the next look's.
    const questions = new Map(before.map(([socket, { asked }]) => [socket, asked]));
    // Who has come, gone or moved meanwhile is seen as it is now.
    for (const [socket, attachment] of this.#sockets()) {
      const answered = Math.max(attachment.answered, questions.get(socket) ?? 0);
      const next = step(attachment.position, answered > attachment.answered, found);
      if (next === null) continue;
      const flow = send(socket, attachment.flow, next.frame);
      if (flow !== null) attach(socket, { ...attachment, position: next.position, answered, flow });
    }
  }

  /** From the primary: what a replica has yet to hear of would be late. */
  async #read(userId: string, since: number): Promise<Look> {
    const db = openDb(this.env.DB, "first-primary", { clock: systemClock, random: Math.random });
    const { standing, rows } = await db.read({
      standing: standingOf(userId),
      rows: Number.isFinite(since) ? [changesSince(userId, since, MAX_CHANGES + 1)] : [],
    });
    return { since, rows, ...standing };
  }

  #sockets(): [WebSocket, Attachment][] {
    return this.ctx.getWebSockets().flatMap((socket): [WebSocket, Attachment][] => {
      const attachment = socket.readyState === WebSocket.OPEN ? attachmentOf(socket) : null;
      return attachment === null ? [] : [[socket, attachment]];
    });
  }

  #makeRoom(): void {
    const oldestFirst = this.#sockets().toSorted(([, a], [, b]) => a.openedAt - b.openedAt);
    const over = oldestFirst.slice(0, Math.max(0, oldestFirst.length - MAX_SOCKETS + 1));
    for (const [socket] of over) close(socket, CLOSED.tooMany);
  }

  /** Sets the alarm, unless it comes sooner anyway: setting it is a written row. */
  async #wakeIn(ms: number): Promise<void> {
    const at = Date.now() + ms;
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > at) await this.ctx.storage.setAlarm(at);
  }
}

const attach = (socket: WebSocket, attachment: Attachment): void => socket.serializeAttachment(attachment);
const attachmentOf = (socket: WebSocket): Attachment | null => {
  // The runtime types it `any`: only `attach` writes one. One of an older version of this code has no flow yet.
  const attachment: Attachment | null = socket.deserializeAttachment();
  return attachment && { ...attachment, flow: attachment.flow ?? UNTOUCHED };
};

/**
 * A connection that is just breaking down does not stop the others, nor does one whose client does not read; the client
 * comes back with its cursor. @returns null when the connection is closed
 */
function send(socket: WebSocket, flow: Flow, frame: Frame): Flow | null {
  const said = say(flow, frame, () => secretOf(9));
  if (said === null) {
    close(socket, CLOSED.behind);
    return null;
  }
  try {
    socket.send(said.text);
    return said.flow;
  } catch {
    close(socket, CLOSED.again);
    return null;
  }
}

function close(socket: WebSocket, [code, reason]: readonly [number, string]): void {
  try {
    socket.close(code, reason);
  } catch {
    // It is closed already.
  }
}

const secretOf = (bytes: number): string => base64url(crypto.getRandomValues(new Uint8Array(bytes)));

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
