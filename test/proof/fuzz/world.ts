import type { Things } from "../../support/requests.ts";
import { type Production, tokenFor } from "../production.ts";

const ROLES = ["user", "coordinator", "org_admin", "global_admin", "service"] as const;

// oxlint-disable-next-line typescript/no-explicit-any -- what is read of an answer is only an id
type Json = any;

/** Makes one of everything through the API, so that requests find it. `name` keeps worlds apart. */
export async function createThings({ origin }: Production, name: string): Promise<Things> {
  const [org, user, other] = [`org_${name}`, `usr_${name}`, `coo_${name}`];
  const service = await tokenFor({ sub: "svc", role: "service" });
  const own = await tokenFor({ sub: user, role: "user" });
  const call = async (method: string, path: string, body?: Json, token = service): Promise<Json> => {
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
    return text === "" ? null : JSON.parse(text);
  };
  const put = (path: string, body: Json) => call("PUT", `directory/${path}`, body);

  const person = { org_id: org, email_verified: true, locale: "nb", timezone: "Europe/Oslo" };
  await put(`orgs/${org}`, { name: "Org", parent_id: null });
  await put(`users/${user}`, { ...person, name: "Kari", email: `${user}@example.com` });
  await put(`users/${other}`, { ...person, name: "Ola", email: `${other}@example.com` });
  const token = `ExponentPushToken[${name}]`;
  await call("POST", "notifications/device-tokens", { user_id: user, token, platform: "ios" });
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
  const batch = await call("POST", "notifications/batch", {
    targets: [user, other].map((user_id) => ({ user_id, title: "Hello", body: "you" })),
  });
  const push = await call("POST", "notifications", {
    user_id: user,
    title: "Hello",
    body: "you",
    channels: ["push", "in_app"],
  });
  const admin = await call("POST", "admin/notifications/certification-reminder", { user_id: user });
  const record = (await call("GET", `notification-records?peer_mentor_id=men_${name}`)).data[0];
  const stats = await call("POST", "stats-notifications", { user_id: user, time_window: "weekly" });
  await call("POST", "notifications/test", undefined, own);
  const history = await call("GET", "notifications/history", undefined, own);
  const inbox = await call("GET", "inbox", undefined, own);
  const page = await call("GET", "notifications?limit=1");

  const known: Record<string, string | undefined> = {
    token,
    user_id: user,
    org_id: org,
    coordinator_id: other,
    peer_mentor_id: `men_${name}`,
    peerMentorId: `men_${name}`,
    grant_id: `grant_${name}`,
    batch_id: batch.batch_id,
    notification_id: history.items[0]?.id,
    cursor: page.pagination.next_cursor,
  };
  const ids: [part: string, id: string | undefined][] = [
    ["directory/orgs", org],
    ["directory/users", user],
    ["directory/certifications", `cert_${name}`],
    ["directory/peer-mentors", `men_${name}`],
    ["directory/activities", `act_${name}`],
    ["directory/grants", `grant_${name}`],
    ["directory/matches", `match_${name}`],
    ["directory/applications", `app_${name}`],
    ["admin/notifications", admin.data.dispatch_id],
    ["notification-records", record?.id],
    ["stats-notifications", stats.id],
    ["inbox", inbox.data[0]?.id],
    ["notifications", push.id],
  ];
  return {
    known: (name, path) =>
      name === "id" ? ids.find(([part]) => path.startsWith(`/api/v1/${part}/`))?.[1] : known[name],
    callers: { roles: ROLES, subs: [user, other, "stranger"], orgs: [org, "elsewhere"] },
  };
}
