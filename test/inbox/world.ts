import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { createApp } from "../../src/app.ts";
import type { Frame } from "../../src/inbox/live/protocol.ts";
import type { InboxMessage } from "../../src/inbox/message.ts";
import { insertDispatches, dispatchRow, type NewDispatch } from "../../src/outbox/create.ts";
import { printId } from "../../src/lib/ids.ts";
import { type Caller, type Harness, mint } from "../support/harness.ts";

export const BASE = "/api/v1/inbox";

/** A reader, as a caller. */
export const aReader = (): Caller & { sub: string } => ({ role: "user", sub: mint("usr") });

/** In-app messages straight into the tables, as a source inserts them; nobody is told. @returns their printed ids */
export async function givenMessages(
  { ctx }: Harness,
  userId: string,
  count = 1,
  more: Partial<NewDispatch> = {},
): Promise<string[]> {
  const rows = Array.from({ length: count }, (_, i) =>
    dispatchRow(ctx, {
      channel: "in_app",
      lane: "bulk",
      type: "pause_activated",
      userId,
      orgId: null,
      title: `Message ${i}`,
      body: "Hello",
      ...more,
    }),
  );
  const now = ctx.clock.now();
  await ctx.db.write({
    user: sql`INSERT INTO users (id, email_verified, created_at, updated_at) VALUES (${userId}, 1, ${now}, ${now})
      ON CONFLICT DO NOTHING`,
    dispatches: insertDispatches(rows),
  });
  return rows.map((row) => printId("notif", row.id));
}

/** Waits for what real objects do by themselves. */
export async function until(holds: () => boolean | Promise<boolean>, what = "it to happen"): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`Waited in vain for ${what}`);
}

export const getTicket = async (h: Harness, as: Caller): Promise<string> => {
  const { status, body } = await h.request("POST", `${BASE}/ticket`, { as });
  if (status !== 201) throw new Error(`No ticket: ${status}`);
  return body.ticket;
};

/** Asks for a live connection. The answer has a `webSocket` when it is open. */
export async function askLive(h: Harness, query: Record<string, string>): Promise<Response> {
  const app = createApp(() => h.deps);
  const url = `http://tidings.test${BASE}/live?${new URLSearchParams(query).toString()}`;
  return app.fetch(new Request(url, { headers: { upgrade: "websocket" } }), h.deps.bindings);
}

/** A browser tab that does what the documentation says. */
export interface Tab {
  frames: Frame[];
  /** What it shows, by id. */
  shown: Map<string, InboxMessage>;
  /** Each state of a message that the server has sent, as `id updated_at read archived`. */
  told: string[];
  unread: number;
  cursor: string | null;
  closed: { code: number; reason: string } | null;
  /** Whether it has been answered since it connected or asked. */
  inStep: boolean;
  say(text: string | ArrayBuffer): void;
  sync(): void;
  /** Goes away without a word more; what is still on its way is not seen. */
  leave(): void;
}

const stateOf = (m: InboxMessage) => `${m.id} ${m.read_at ?? "-"} ${m.archived_at ?? "-"} ${m.updated_at}`;

/** Opens a live connection, from where `before` stood when it is the same tab that comes back. */
export async function openTab(
  h: Harness,
  as: Caller,
  { after, before }: { after?: string; before?: Tab } = {},
): Promise<Tab> {
  const from = before?.cursor ?? after;
  const ticket = await getTicket(h, as);
  const { webSocket, status } = await askLive(h, { ticket, ...(from != null && { after: from }) });
  if (webSocket === null) throw new Error(`No connection: ${status}`);
  const tab: Tab = {
    frames: [],
    shown: before?.shown ?? new Map(),
    told: before?.told ?? [],
    unread: -1,
    cursor: from ?? null,
    closed: null,
    inStep: false,
    say: (text) => webSocket.send(text),
    sync() {
      tab.inStep = false;
      webSocket.send(JSON.stringify({ type: "sync" }));
    },
    leave() {
      tab.closed = { code: 1000, reason: "left" };
      webSocket.close(1000, "left");
    },
  };
  const listAgain = async () => {
    tab.shown.clear();
    let next: string | undefined;
    let cursor: string | undefined;
    do {
      const { body } = await h.request("GET", `${BASE}?limit=100${next ? `&cursor=${next}` : ""}`, { as });
      for (const message of body.data) tab.shown.set(message.id, message);
      cursor ??= body.live_cursor;
      next = body.pagination.next_cursor;
    } while (next !== undefined);
    if (tab.closed === null) webSocket.send(JSON.stringify({ type: "sync", after: cursor }));
  };
  webSocket.addEventListener("message", ({ data }) => {
    if (tab.closed !== null || typeof data !== "string" || data === "pong") return;
    const frame: Frame = JSON.parse(data);
    tab.frames.push(frame);
    if (frame.type === "reset") return void listAgain();
    for (const message of frame.messages) {
      tab.shown.set(message.id, message);
      tab.told.push(stateOf(message));
    }
    tab.cursor = frame.cursor;
    tab.unread = frame.unread_count;
    tab.inStep = true;
  });
  webSocket.addEventListener("close", ({ code, reason }) => {
    tab.closed ??= { code, reason };
  });
  webSocket.accept();
  return tab;
}

/** Opens a tab and waits for its first answer. */
export async function givenTab(
  h: Harness,
  as: Caller,
  options: Parameters<typeof openTab>[2] = {},
): Promise<Tab> {
  const tab = await openTab(h, as, options);
  await until(() => tab.inStep, "the first frame");
  return tab;
}

/** The object that holds a user's connections. */
export const objectOf = ({ sub = "" }: Caller) => env.USER_INBOX.getByName(sub);
