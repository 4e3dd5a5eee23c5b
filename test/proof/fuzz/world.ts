import { z } from "zod";
import type { Things } from "../../support/requests.ts";
import { type Production, tokenFor } from "../production.ts";

const ROLES = ["user", "coordinator", "org_admin", "global_admin", "service"] as const;

/** What is read of answers. An id that is missing must stop the run: without it the requests would find nothing. */
const identified = z.object({ id: z.string() });
const READ = {
  nothing: z.unknown(),
  one: identified,
  subscription: z.object({ notification_id: z.string() }),
  batch: z.object({ batch_id: z.string() }),
  reminder: z.object({ data: z.object({ dispatch_id: z.string() }) }),
  data: z.object({ data: z.tuple([identified], identified) }),
  items: z.object({ items: z.tuple([identified], identified) }),
  page: z.object({ pagination: z.object({ next_cursor: z.string() }) }),
};

/** Which words there are. */
const WORDS: Readonly<Record<string, string>> = { channel: "push", locale: "nb", from: "1", to: "2" };

/** Makes one of everything through the API, so that requests find it. `name` keeps worlds apart. */
export async function createThings({ origin }: Production, name: string): Promise<Things> {
  const [org, user, other] = [`org_${name}`, `usr_${name}`, `coo_${name}`];
  const service = await tokenFor({ sub: "svc", role: "service" });
  const own = await tokenFor({ sub: user, role: "user" });
  const call = async <T>(
    schema: z.ZodType<T>,
    method: string,
    path: string,
    body?: object,
    token = service,
  ): Promise<T> => {
    const answer = await fetch(`${origin}/api/v1/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        prefer: "respond-async",
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return schema.parse(text === "" ? null : JSON.parse(text));
  };
  const put = (path: string, body: object) => call(READ.nothing, "PUT", `directory/${path}`, body);

  const person = { org_id: org, email_verified: true, locale: "nb", timezone: "Europe/Oslo" };
  await put(`orgs/${org}`, { name: "Org", parent_id: null });
  await put(`users/${user}`, { ...person, name: "Kari", email: `${user}@example.com` });
  await put(`users/${other}`, { ...person, name: "Ola", email: `${other}@example.com` });
  const token = `ExponentPushToken[${name}]`;
  await call(READ.nothing, "POST", "notifications/device-tokens", { user_id: user, token, platform: "ios" });
  const soon = new Date(Date.now() + 20 * 86_400_000).toISOString();
  await put(`certifications/cert_${name}`, {
    user_id: user,
    name: "First aid",
    expires_at: soon,
  });
  const mentor = { full_name: "Per", coordinator_id: other, org_id: org };
  await put(`peer-mentors/men_${name}`, { ...mentor, current_status: "active" });
  await put(`peer-mentors/men_${name}`, { ...mentor, current_status: "paused", pause_reason: "Holiday" });
  await put(`activities/act_${name}`, {
    user_id: user,
    status: "completed",
    hours: 1.5,
    occurred_at: new Date().toISOString(),
  });
  await put(`grants/grant_${name}`, { title: "Grant", deadline: soon });
  await put(`matches/match_${name}`, { user_id: user, grant_id: `grant_${name}`, score: 90 });
  await put(`applications/app_${name}`, { user_id: user, grant_id: `grant_${name}`, status: "sent" });
  const batch = await call(READ.batch, "POST", "notifications/batch", {
    targets: [user, other].map((user_id) => ({ user_id, title: "Hello", body: "you" })),
  });
  const push = await call(READ.one, "POST", "notifications", {
    user_id: user,
    title: "Hello",
    body: "you",
    channels: ["push", "in_app"],
  });
  const admin = await call(READ.reminder, "POST", "admin/notifications/certification-reminder", {
    user_id: user,
  });
  const records = await call(READ.data, "GET", `notification-records?peer_mentor_id=men_${name}`);
  const stats = await call(READ.subscription, "POST", "stats-notifications", {
    user_id: user,
    time_window: "weekly",
  });
  await call(READ.nothing, "POST", "notifications/test", undefined, own);
  const history = await call(READ.items, "GET", "notifications/history", undefined, own);
  const inbox = await call(READ.data, "GET", "inbox", undefined, own);
  const page = await call(READ.page, "GET", "notifications?limit=1");

  const type = `type_${name.toLowerCase().replaceAll(/[^a-z0-9_]/g, "_")}`;
  await call(READ.nothing, "PUT", `types/${type}?org_id=${org}`, {
    name: "Order shipped",
    channels: [{ channel: "push" }],
    schema: { type: "object", properties: { order: { type: "string", pattern: "^[A-Z]+$" } } },
  });
  for (const body of ["Order {{ data.order }}", "Your order {{ data.order }}"])
    await call(READ.nothing, "PUT", `wordings/${type}/push/nb?org_id=${org}`, { title: "Sent", body });
  await call(READ.nothing, "PUT", `orgs/${org}/brand`, { name: "Shop", colour: "#0b5cad" });
  await call(READ.nothing, "PUT", `topics/topic_${name}?org_id=${org}`, { name: "News" });
  await call(READ.nothing, "PUT", `topics/topic_${name}/subscribers?org_id=${org}`, { user_ids: [user] });
  const event = await call(READ.one, "POST", "events", {
    type,
    org_id: org,
    recipients: { users: [user, other] },
    data: { order: "A" },
  });

  const known: Record<string, string> = {
    type,
    dispatch: push.id,
    topic: `topic_${name}`,
    token,
    user_id: user,
    org_id: org,
    coordinator_id: other,
    peer_mentor_id: `men_${name}`,
    peerMentorId: `men_${name}`,
    grant_id: `grant_${name}`,
    batch_id: batch.batch_id,
    notification_id: history.items[0].id,
    cursor: page.pagination.next_cursor,
  };
  const ids: [part: string, id: string][] = [
    ["directory/orgs", org],
    ["orgs", org],
    ["directory/users", user],
    ["directory/certifications", `cert_${name}`],
    ["directory/peer-mentors", `men_${name}`],
    ["directory/activities", `act_${name}`],
    ["directory/grants", `grant_${name}`],
    ["directory/matches", `match_${name}`],
    ["directory/applications", `app_${name}`],
    ["admin/notifications", admin.data.dispatch_id],
    ["dispatches", push.id],
    ["notification-records", records.data[0].id],
    ["stats-notifications", stats.notification_id],
    ["inbox", inbox.data[0].id],
    ["notifications", push.id],
    ["events", event.id],
  ];
  return {
    known: (name, path) =>
      name === "id"
        ? ids.find(([part]) => path.startsWith(`/api/v1/${part}/`))?.[1]
        : ((path.startsWith("/api/v1/wordings/") ? WORDS[name] : undefined) ?? known[name]),
    callers: { roles: ROLES, subs: [user, other, "stranger"], orgs: [org, "elsewhere"] },
  };
}
