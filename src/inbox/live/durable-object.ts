import { DurableObject } from "cloudflare:workers";
import { openDb } from "../../db/client.ts";
import { HOUR, MINUTE, SECOND, systemClock } from "../../lib/clock.ts";
import { createLog } from "../../lib/log.ts";
import { changesSince, standingOf } from "../queries.ts";
import { acknowledge, type Flow, countMessage, encodeFrame, UNTOUCHED } from "./flow.ts";
import { CLOSED, type Frame, MAX_CHANGES, MAX_LINGERING, MAX_SOCKETS } from "./protocol.ts";
import { type InboxState, type Position, step } from "./step.ts";
import { Tickets } from "./tickets.ts";

/** A connection is closed after this time. To reconnect, the client needs a new ticket, and so a token that is still valid. */
export const MAX_AGE_MS = 12 * HOUR;

/** While a client is connected the object reads the database this often, in case a hint was lost. */
const RECHECK_MS = 5 * MINUTE;

/** The wait before the next read after a fault of the database. */
const RETRY_MS = 10 * SECOND;

/** The least time between two reads, however often clients ask. */
const PAUSE_MS = 200;

/** State of a connection. The runtime keeps it with the socket, so that it survives eviction. */
interface Attachment {
  userId: string;
  position: Position;
  /** How often the client has asked for changes (connecting counts), and how many of these requests were answered. */
  asked: number;
  answered: number;
  flow: Flow;
  /** Epoch ms. */
  openedAt: number;
}

/**
 * The open connections of one user. The database holds the messages: on a hint, a client's `sync` or the alarm the object
 * reads what has changed since each connection's position, and sends it. So an eviction, a lost hint or a reconnection
 * neither loses nor repeats a change. The object stores tickets and nothing else.
 */
export class UserInbox extends DurableObject<{ DB: D1Database }> {
  readonly #tickets = new Tickets(this.ctx.storage.kv);
  readonly #log = createLog({ object: "user_inbox" });
  #sending: Promise<void> | null = null;
  #askedAgain = false;
  /** When the last read ended, epoch ms. */
  #readAt = 0;

  constructor(ctx: DurableObjectState, env: { DB: D1Database }) {
    super(ctx, env);
    // The runtime answers pings without waking the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /** Says that something may be new. Does not wait for the read, and does nothing when no client is connected. */
  async notify(): Promise<void> {
    if (this.#sockets().length > 0) this.ctx.waitUntil(this.#sendChanges());
  }

  /** Makes a secret that opens one connection for `userId`. `now`: epoch ms by the caller's clock. */
  async issueTicket(now: number, userId: string): Promise<{ ticket: string; expiresAt: number }> {
    const secret = secretOf(32);
    const expiresAt = await this.#tickets.issue(secret, userId, now);
    await this.#wakeIn(RECHECK_MS);
    // `connect` finds this object by its id in the ticket. The id reveals nothing about the user.
    return { ticket: `${this.ctx.id.toString()}.${secret}`, expiresAt };
  }

  /**
   * Opens a connection for a valid ticket; otherwise 401, or 429 while too many closed connections linger. `client.ts` sends
   * the parameters in the query.
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
    this.ctx.waitUntil(this.#sendChanges());
    return new Response(null, { status: 101, webSocket: client });
  }

  /** A client asks for changes or acknowledges a frame. Unknown messages are ignored, unless there are too many. */
  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    // Loaded at the first message, so that the start of an isolate does not load zod.
    const { parseClientMessage } = await import("./sync.ts");
    const attachment = attachmentOf(socket);
    if (attachment === null || socket.readyState !== WebSocket.OPEN) return;
    const parsed = parseClientMessage(message);
    const acknowledged = parsed?.type === "ack" ? acknowledge(attachment.flow, parsed.ack) : null;
    const flow = acknowledged ?? countMessage(attachment.flow, Date.now());
    if (flow === null) return close(socket, CLOSED.behind);
    if (parsed?.type !== "sync") return attach(socket, { ...attachment, flow });
    const { position, asked } = attachment;
    attach(socket, { ...attachment, flow, position: parsed.after ?? position, asked: asked + 1 });
    await this.#sendChanges();
  }

  /** Closes every connection and deletes everything. */
  async erase(): Promise<void> {
    for (const [socket] of this.#sockets()) close(socket, CLOSED.erased);
    await this.ctx.storage.deleteAll();
  }

  /** Reads in case a hint was lost, and sets the next alarm. Without connections and tickets it deletes the storage. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    for (const [socket, { openedAt }] of this.#sockets())
      if (openedAt + MAX_AGE_MS <= now) close(socket, CLOSED.again);
    if (this.#sockets().length === 0 && !this.#tickets.areOutstanding(now)) {
      await this.ctx.storage.deleteAll();
      return;
    }
    await this.#wakeIn(RECHECK_MS);
    await this.#sendChanges();
  }

  /** Reads and sends changes, again and again until no client has asked meanwhile. Reads are `PAUSE_MS` apart. */
  async #sendChanges(): Promise<void> {
    this.#askedAgain = true;
    this.#sending ??= this.#sendUntilQuiet().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async #sendUntilQuiet(): Promise<void> {
    while (this.#askedAgain) {
      const since = Date.now() - this.#readAt;
      if (since >= 0 && since < PAUSE_MS) await systemClock.sleep(PAUSE_MS - since);
      this.#askedAgain = false;
      try {
        await this.#sendOnce();
      } catch (error) {
        this.#log.error("inbox_look_failed", error);
        await this.#wakeIn(RETRY_MS);
      }
      this.#readAt = Date.now();
    }
  }

  async #sendOnce(): Promise<void> {
    const before = this.#sockets();
    const [first] = before;
    if (first === undefined) return;
    const reached = before.flatMap(([, { position }]) => (typeof position === "number" ? position : []));
    const found = await this.#read(first[1].userId, Math.min(...reached));
    // A request that comes during the read is answered by the next read, because this one may be older than the request.
    const questions = new Map(before.map(([socket, { asked }]) => [socket, asked]));
    // List the connections again: some may have opened, closed or synced during the read.
    for (const [socket, attachment] of this.#sockets()) {
      const answered = Math.max(attachment.answered, questions.get(socket) ?? 0);
      const next = step(attachment.position, answered > attachment.answered, found);
      if (next === null) continue;
      const flow = send(socket, attachment.flow, next.frame);
      if (flow !== null) attach(socket, { ...attachment, position: next.position, answered, flow });
    }
  }

  /** Reads from the primary, since a replica may be behind. */
  async #read(userId: string, since: number): Promise<InboxState> {
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

  /** Sets the alarm unless an earlier one is set already: each setting costs a written row. */
  async #wakeIn(ms: number): Promise<void> {
    const at = Date.now() + ms;
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > at) await this.ctx.storage.setAlarm(at);
  }
}

const attach = (socket: WebSocket, attachment: Attachment): void => socket.serializeAttachment(attachment);
const attachmentOf = (socket: WebSocket): Attachment | null => {
  // The runtime types it as `any`, but only `attach` writes it. Older versions of this code wrote no `flow`.
  const attachment: Attachment | null = socket.deserializeAttachment();
  return attachment && { ...attachment, flow: attachment.flow ?? UNTOUCHED };
};

/**
 * Sends a frame. If the connection is broken or its client does not read, it closes the connection and returns null, so that
 * one client does not stop the others. The client may reconnect with its cursor.
 */
function send(socket: WebSocket, flow: Flow, frame: Frame): Flow | null {
  const encoded = encodeFrame(flow, frame, () => secretOf(9));
  if (encoded === null) {
    close(socket, CLOSED.behind);
    return null;
  }
  try {
    socket.send(encoded.text);
    return encoded.flow;
  } catch {
    close(socket, CLOSED.again);
    return null;
  }
}

function close(socket: WebSocket, [code, reason]: readonly [number, string]): void {
  try {
    socket.close(code, reason);
  } catch {
    // The connection is closed already.
  }
}

const secretOf = (bytes: number): string => base64url(crypto.getRandomValues(new Uint8Array(bytes)));

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
