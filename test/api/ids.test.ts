import { describe, expect, test } from "vitest";
import { parseDispatchId, printId } from "../../src/lib/ids.ts";
import { type Caller, createHarness, type Harness, SERVICE } from "../support/harness.ts";
import { givenDispatches } from "../support/pipeline.ts";
import { givenUser } from "../support/world.ts";

const FORMS: Readonly<Record<string, (uuid: string) => string>> = {
  "notif_…": (uuid) => printId("notif", uuid),
  "dsp_…": (uuid) => printId("dsp", uuid),
  "a UUID": (uuid) => uuid,
  "a UUID in capitals": (uuid) => uuid.toUpperCase(),
};
const forms = Object.entries(FORMS);

const failure = { code: "no_device", message: "The user has no registered device" };

/** How a view prints an id, and where it stands in an answer. */
const as = {
  notif: (uuid: string) => ({ id: printId("notif", uuid) }),
  dsp: (uuid: string) => ({ data: { dispatch_id: printId("dsp", uuid) } }),
  uuid: (uuid: string) => ({ id: uuid }),
};

type Channel = "push" | "email" | "in_app";
interface Route {
  method: string;
  path: (id: string) => string;
  channel: Channel;
  printed: (uuid: string) => object;
  failed?: boolean;
  own?: boolean;
  body?: object;
}

const PUSH = "/api/v1/notifications";
const ADMIN = "/api/v1/admin/notifications";
const INBOX = "/api/v1/inbox";
const inbox = { method: "POST", channel: "in_app", printed: as.notif, own: true } as const;

const ROUTES: Readonly<Record<string, Route>> = {
  "GET push": { method: "GET", path: (id) => `${PUSH}/${id}`, channel: "push", printed: as.notif },
  "PUT push": {
    method: "PUT",
    path: (id) => `${PUSH}/${id}`,
    channel: "push",
    printed: as.notif,
    failed: true,
    body: { status: "resolved" },
  },
  "DELETE push": { method: "DELETE", path: (id) => `${PUSH}/${id}`, channel: "push", printed: as.notif },
  "GET history": {
    method: "GET",
    path: (id) => `${PUSH}/history/${id}`,
    channel: "email",
    printed: as.uuid,
    own: true,
  },
  "GET log": { method: "GET", path: (id) => `${ADMIN}/${id}`, channel: "email", printed: as.dsp },
  "PUT log, retry": {
    method: "PUT",
    path: (id) => `${ADMIN}/${id}`,
    channel: "push",
    printed: as.dsp,
    failed: true,
    body: { action: "retry" },
  },
  "PUT log, note": {
    method: "PUT",
    path: (id) => `${ADMIN}/${id}`,
    channel: "in_app",
    printed: as.dsp,
    body: { action: "update", note: "Seen" },
  },
  "DELETE log": { method: "DELETE", path: (id) => `${ADMIN}/${id}`, channel: "email", printed: as.dsp },
  "GET timeline": {
    method: "GET",
    path: (id) => `/api/v1/dispatches/${id}/timeline`,
    channel: "email",
    printed: as.dsp,
  },
  "POST inbox, read": { ...inbox, path: (id) => `${INBOX}/${id}/read` },
  "POST inbox, unread": { ...inbox, path: (id) => `${INBOX}/${id}/unread` },
  "POST inbox, archive": { ...inbox, path: (id) => `${INBOX}/${id}/archive` },
  "POST inbox, unarchive": { ...inbox, path: (id) => `${INBOX}/${id}/unarchive` },
};

async function given(h: Harness, { channel, failed }: Route): Promise<{ user: string; uuid: string }> {
  const { id: user } = await givenUser(h);
  const lane = channel === "email" ? "email" : "push";
  const [uuid = ""] = await givenDispatches(h, [user], { channel, lane, ...(failed && { failure }) });
  return { user, uuid };
}

const callerOf = ({ own }: Route, user: string): Caller => (own ? { role: "user", sub: user } : SERVICE);

describe.each(Object.entries(ROUTES))("%s", (_, route) => {
  const { method, path, body } = route;

  test.each(forms)("takes the message's id as %s, and answers in its own form", async (__, print) => {
    const h = createHarness({ autoDrain: false });
    const { user, uuid } = await given(h, route);
    const answer = await h.request(method, path(print(uuid)), { as: callerOf(route, user), body });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject(route.printed(uuid));
  });

  test.each(["batch", "nr"] as const)("does not take it as a %s_…", async (prefix) => {
    const h = createHarness({ autoDrain: false });
    const { user, uuid } = await given(h, route);
    const answer = await h.request(method, path(printId(prefix, uuid)), { as: callerOf(route, user), body });
    expect(answer.status).toBe(404);
  });
});

test("every route that takes a message's id is among these", async () => {
  const { body } = await createHarness().request("GET", "/openapi.json", { as: null });
  const operations = Object.entries<Record<string, { parameters?: { schema?: { description?: string } }[] }>>(
    body.paths,
  ).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, { parameters = [] }]) =>
      parameters.some((parameter) => JSON.stringify(parameter).includes("As any view prints it"))
        ? [`${method.toUpperCase()} ${path.replace(/\{.*?\}/, "{id}")}`]
        : [],
    ),
  );
  const tested = Object.values(ROUTES).map(({ method, path }) => `${method} ${path("{id}")}`);
  expect(new Set(operations)).toEqual(new Set(tested));
});

test.each([
  "",
  "notif_",
  "notif_01jq8z3k5te8v9m4p2r7x6w1y",
  "dsp_nonsense",
  "NOTIF_01jq8z3k5te8v9m4p2r7x6w1yd",
])("%j is no id of a message", (text) => {
  expect(parseDispatchId(text)).toBeNull();
});
