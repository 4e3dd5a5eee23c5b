import type { Answer } from "../support/harness.ts";
import type { Policy } from "./callers.ts";
import type { Target } from "./target.ts";

/** A request that is valid, so that only the caller decides upon its fate. */
export interface Call {
  /** Stands for the path's parameter. */
  id?: string;
  query?: string;
  body?: unknown;
  headers?: Record<string, string>;
  /** Whether the answer shows something of the target; else: whether its marker is in it. */
  shows?: (answer: Answer) => boolean;
  /** Whether a form that is wrong (400) is shown again, with what belongs to it. */
  showsAgain?: boolean;
}

/** What is tried upon a target, and who gets what. */
export type Access = readonly [policy: Policy, call: (target: Target) => Call | Promise<Call>];

const SEND = { prefer: "respond-async" };
const FORM = { "content-type": "application/x-www-form-urlencoded" };
const NEW_TOKEN = "ExponentPushToken[a-new-one]";
const plain = () => ({});
const explain = (body: object): Call => ({ body, shows: ({ status }) => status === 200 });

/** Whether a page of the console leads to something. What was typed stands on it in any case. */
const linksTo =
  (path: string) =>
  ({ body }: Answer): boolean =>
    String(body).includes(`href="/console/${path}"`);

/** The brand of the target's organization is shown to it and to those who inherit it. */
const showsBrand = ({ marker }: Target): Call => ({
  shows: ({ body }) => String(body).includes(`Brand ${marker}`),
});

const aPush = (user_id: string) => ({ user_id, title: "Hello", body: "This is it." });

/** The four operations of a collection upon something that is there. */
const directory = (
  name: string,
  idOf: (target: Target) => string,
  facts: (target: Target) => object,
): Record<string, readonly Access[]> => {
  const path = `/api/v1/directory/${name}`;
  return {
    [`GET ${path}/{id}`]: [["operators", (t) => ({ id: idOf(t) })]],
    [`PUT ${path}/{id}`]: [["operators", (t) => ({ id: idOf(t), body: facts(t) })]],
    [`DELETE ${path}/{id}`]: [["operators", (t) => ({ id: idOf(t) })]],
    [`POST ${path}`]: [["operators", (t) => ({ body: { items: [{ id: idOf(t), ...facts(t) }] } })]],
  };
};

const aChat = (more: object) => ({ kind: "discord", url: "https://discord.com/api/webhooks/1/abc", ...more });

const PUSH = "/api/v1/notifications";
const ADMIN = "/api/v1/admin/notifications";
const RECORDS = "/api/v1/notification-records";
const STATS = "/api/v1/stats-notifications";
const INBOX = "/api/v1/inbox";
const TYPES = "/api/v1/types";
const TOPICS = "/api/v1/topics";
const EVENTS = "/api/v1/events";
const CHATS = "/api/v1/chat-connections";
const HOOKS = "/api/v1/webhook-endpoints";
const WORDINGS = "/api/v1/wordings";
const WORDING = `${WORDINGS}/{type}/{channel}/{locale}`;
const SUPPRESSIONS = "/api/v1/directory/suppressions";

/** A form of the console, about the thing with this id. */
const aForm = (id: string, fields: Record<string, string>): Call => ({
  id,
  headers: FORM,
  body: new URLSearchParams(fields).toString(),
});
const aDiscord = (more: Record<string, string>) => ({
  kind: "discord",
  "discord.url": "https://discord.com/api/webhooks/1/abc",
  ...more,
});
const anEvent = { do: "send", to: "users", data: "{}", channels: "email" };
const inMiddle = ({ middle }: Target["orgs"], call: Call): Call => ({ ...call, query: `org_id=${middle}` });
/** The words of the target's type, on a page of the console. */
const words =
  (body?: string) =>
  (target: Target): Call => ({ ...wording(target), ...(body !== undefined && { body, headers: FORM }) });
const ofType =
  (body?: string) =>
  ({ type, orgs }: Target): Call => ({
    id: type,
    query: `org_id=${orgs.middle}`,
    ...(body !== undefined && { body, headers: FORM }),
  });
const ofOrg =
  (body?: string) =>
  ({ orgs }: Target): Call => ({
    query: `org_id=${orgs.middle}`,
    ...(body !== undefined && { body, headers: FORM }),
  });

const wording = ({ type, orgs }: Target) => ({ id: `${type}/email/en`, query: `org_id=${orgs.middle}` });

/** Every route there is, and who gets what there. A route may be tried in more than one way. */
export const TABLE: Readonly<Record<string, readonly Access[]>> = {
  "GET /": [["anyone, sent on", plain]],
  "GET /healthz": [["anyone", plain]],
  "GET /openapi.json": [["anyone", plain]],
  "GET /docs": [["anyone", plain]],
  "GET /push-sw.js": [["anyone", plain]],
  "GET /inbox.js": [["anyone", plain]],
  "GET /inbox.json": [["anyone", plain]],
  "GET /api/v1/push/vapid-key": [["anyone", plain]],
  "POST /api/v1/console/tickets": [["admins: about nobody", plain]],
  "GET /console": [["console: all", plain]],
  "GET /console/settings": [["console: settings", showsBrand]],
  "GET /console/sign-in": [["anyone", plain]],
  "POST /console/sign-in": [["no token helps", () => ({ body: "token=none", headers: FORM })]],
  "POST /console/sign-out": [["anyone", () => ({ body: "", headers: FORM })]],
  "GET /console/events": [["console: list", plain]],
  "GET /console/events/new": [
    ["console", ({ type, orgs }) => ({ query: `type=${type}&org_id=${orgs.middle}` })],
    ["console", ({ orgs }) => ({ query: `org_id=${orgs.middle}` })],
    // The page also says whose types it lists.
    ["console: inherited", ({ type }) => ({ shows: ({ body }) => String(body).includes(type) })],
  ],
  "POST /console/events/new": [
    ["console", ({ orgs, user, type }) => aForm("", { ...anEvent, type, org_id: orgs.middle, users: user })],
  ],
  "GET /console/events/{id}": [["console", ({ event }) => ({ id: event })]],
  "GET /console/events/{id}/progress": [
    ["console", ({ event }) => ({ id: event, shows: ({ status }) => status === 200 })],
  ],
  "GET /console/events/{id}/dry-run": [
    ["console", ({ event }) => ({ id: event, shows: ({ status }) => status === 200 })],
  ],
  "POST /console/events/{id}/cancel": [["console", ({ event }) => aForm(event, {})]],
  "GET /console/topics": [
    ["console", ({ orgs }) => ({ query: `org_id=${orgs.middle}` })],
    ["console: inherited", ({ topic }) => ({ shows: ({ body }) => String(body).includes(topic) })],
  ],
  "POST /console/topics": [
    ["console", ({ orgs, marker }) => inMiddle(orgs, aForm("", { topic: `new_${marker}` }))],
  ],
  "GET /console/topics/{topic}": [["console", ({ topic, orgs }) => inMiddle(orgs, { id: topic })]],
  "POST /console/topics/{topic}": [
    ["console", ({ topic, orgs }) => inMiddle(orgs, aForm(topic, { name: "Renamed" }))],
  ],
  "POST /console/topics/{topic}/subscribers": [
    ["console", ({ emptyTopic, user, orgs }) => inMiddle(orgs, aForm(emptyTopic, { users: user }))],
  ],
  "POST /console/topics/{topic}/unsubscribe": [
    ["console", ({ topic, user, orgs }) => inMiddle(orgs, aForm(topic, { users: user }))],
  ],
  "POST /console/topics/{topic}/delete": [["console", ({ topic, orgs }) => inMiddle(orgs, aForm(topic, {}))]],
  // In development.
  "GET /console/outbox": [["console: operators", plain]],
  "GET /console/outbox/messages": [["console: operators", plain]],
  "GET /console/outbox/{id}": [["console: operators", ({ taken }) => ({ id: taken })]],
  "GET /console/outbox/{id}/html": [["console: operators", ({ taken }) => ({ id: taken })]],
  "POST /console/outbox/empty": [["console: operators", () => ({ body: "", headers: FORM })]],
  "GET /console/assets/{file}": [["anyone", () => ({ id: "console.css" })]],
  "GET /console/messages": [
    ["console: list", plain],
    ["console: list", ({ user }) => ({ query: `q=${user}`, shows: linksTo(`people/${user}`) })],
  ],
  "POST /console/messages/search": [
    [
      "console: list",
      ({ marker, failed }) => ({
        body: `q=${marker}@example.com`,
        headers: FORM,
        shows: linksTo(`messages/${failed}`),
      }),
    ],
  ],
  "GET /console/messages/search": [["console: all", plain]],
  "GET /console/messages/{id}": [
    ["console", ({ push }) => ({ id: push })],
    ["console", ({ failed }) => ({ id: failed })],
    ["console", ({ archived }) => ({ id: archived })],
  ],
  // A timeline names nobody.
  "GET /console/messages/{id}/happened": [
    ["console", ({ push }) => ({ id: push, shows: ({ body }) => String(body).includes("What happened") })],
  ],
  "GET /console/messages/{id}/preview": [["console", ({ queued }) => ({ id: queued })]],
  "POST /console/messages/{id}/retry": [
    ["console", ({ failed }) => ({ id: failed, body: "", headers: FORM })],
  ],
  "POST /console/messages/{id}/cancel": [
    ["console", ({ queued }) => ({ id: queued, body: "", headers: FORM })],
  ],
  "POST /console/messages/{id}/resolve": [["console", ({ push }) => ({ id: push, body: "", headers: FORM })]],
  "POST /console/messages/{id}/note": [
    ["console", ({ failed }) => ({ id: failed, body: "note=Mine", headers: FORM })],
  ],
  // Of a type and a user: test/console/explain.test.ts, since what was typed stands on the page in any case.
  "GET /console/explain": [
    ["console: all", plain],
    ["console", ({ failed }) => ({ query: `what=${failed}` })],
  ],
  "POST /console/explain": [
    ["console: all", () => ({ body: "what=certification_reminder&user_id=u1", headers: FORM })],
  ],
  "GET /console/explain/preview": [["console", ({ queued }) => ({ query: `what=${queued}` })]],
  "POST /console/explain/preview": [
    ["console", ({ queued }) => ({ ...aForm("", { what: queued }), shows: ({ status }) => status === 200 })],
  ],
  "GET /console/people": [["console: list", plain]],
  "POST /console/people/search": [
    [
      "console: list",
      ({ marker, user }) => ({ body: `q=Name ${marker}`, headers: FORM, shows: linksTo(`people/${user}`) }),
    ],
  ],
  "GET /console/people/search": [["console: all", plain]],
  "GET /console/people/{id}": [["console", ({ user }) => ({ id: user })]],
  "POST /console/people/{id}/export": [
    ["console", ({ user }) => ({ ...aForm(user, {}), shows: ({ status }) => status === 200 })],
  ],
  "POST /console/people/{id}/preferences": [
    ["console", ({ user }) => ({ id: user, body: "c.deadlines.push.i=0", headers: FORM })],
  ],
  "POST /console/people/{id}/quiet-hours": [
    ["console", ({ user }) => aForm(user, { hours: "own", start: "22:00", end: "07:00", days: "1" })],
  ],
  "POST /console/people/{id}/lift": [
    [
      "console: operators",
      ({ user, suppression }) => ({ id: user, body: `suppression=${suppression}`, headers: FORM }),
    ],
  ],
  "POST /console/people/{id}/erase": [
    ["console: operators", ({ user }) => ({ id: user, body: `confirmed=${user}`, headers: FORM })],
  ],
  "GET /console/webhooks": [
    ["console", ({ orgs }) => inMiddle(orgs, {})],
    // The line below the title has the organization's id.
    [
      "console: about those of their own",
      () => ({ shows: ({ body }) => String(body).includes("hooks.example.com") }),
    ],
  ],
  "GET /console/webhooks/new": [["console: about nobody", () => ({ shows: () => false })]],
  "POST /console/webhooks/new": [
    ["console", ({ orgs }) => inMiddle(orgs, aForm("", { url: "https://hooks.example.com/of-another" }))],
  ],
  "GET /console/webhooks/{id}": [["console", ({ endpoint }) => ({ id: endpoint })]],
  "POST /console/webhooks/{id}": [
    ["console", ({ endpoint, marker }) => aForm(endpoint, { url: `https://hooks.example.net/${marker}` })],
  ],
  "POST /console/webhooks/{id}/pause": [["console", ({ endpoint }) => aForm(endpoint, {})]],
  "POST /console/webhooks/{id}/enable": [["console", ({ endpoint }) => aForm(endpoint, {})]],
  "POST /console/webhooks/{id}/test": [["console", ({ endpoint }) => aForm(endpoint, {})]],
  "POST /console/webhooks/{id}/rotate": [["console", ({ endpoint }) => aForm(endpoint, {})]],
  "POST /console/webhooks/{id}/replay": [
    ["console", ({ endpoint }) => aForm(endpoint, { since: "2026-01-01T00:00" })],
  ],
  "POST /console/webhooks/{id}/delete": [["console", ({ endpoint }) => aForm(endpoint, {})]],
  "GET /console/webhooks/{id}/messages/{message}": [
    ["console", ({ endpoint, webhook }) => ({ id: `${endpoint}/${webhook}` })],
  ],
  "GET /console/webhooks/{id}/messages/{message}/happened": [
    [
      "console",
      ({ endpoint, webhook }) => ({
        id: `${endpoint}/${webhook}`,
        shows: ({ status }) => status === 200,
      }),
    ],
  ],
  "POST /console/webhooks/{id}/messages/{message}/replay": [
    ["console", ({ endpoint, webhook }) => aForm(`${endpoint}/${webhook}`, {})],
  ],
  "GET /console/chats": [
    ["console", ({ orgs }) => inMiddle(orgs, {})],
    ["console", ({ user }) => ({ query: `user_id=${user}` })],
  ],
  // What was asked for stands on the page in any case.
  "GET /console/chats/new": [["console: all", ({ orgs }) => ({ ...inMiddle(orgs, {}), shows: () => false })]],
  "POST /console/chats/new": [
    ["console", ({ orgs, marker }) => inMiddle(orgs, aForm("", aDiscord({ name: marker })))],
    [
      "console: the user's",
      ({ user, marker }) => ({ ...aForm("", aDiscord({ name: marker })), query: `user_id=${user}` }),
    ],
  ],
  "GET /console/chats/{id}": [
    ["console", ({ chat }) => ({ id: chat })],
    ["console", ({ orgChat }) => ({ id: orgChat })],
  ],
  "POST /console/chats/{id}": [
    ["console: the user's", ({ chat, marker }) => aForm(chat, { name: `New ${marker}` })],
    ["console", ({ orgChat, marker }) => aForm(orgChat, { name: `New ${marker}` })],
  ],
  "POST /console/chats/{id}/test": [
    ["console: the user's", ({ chat }) => aForm(chat, {})],
    ["console", ({ orgChat }) => aForm(orgChat, {})],
  ],
  "POST /console/chats/{id}/pause": [["console: the user's", ({ chat }) => aForm(chat, {})]],
  "POST /console/chats/{id}/resume": [["console", ({ orgChat }) => aForm(orgChat, {})]],
  "POST /console/chats/{id}/delete": [
    ["console", ({ chat }) => aForm(chat, {})],
    ["console", ({ orgChat }) => aForm(orgChat, {})],
  ],
  "GET /console/types": [["console", ofOrg()]],
  "GET /console/types/new-type": [["console: about nobody", () => ({ shows: () => false })]],
  "POST /console/types/new-type": [["console", ofOrg("id=a_new_one&name=New&channel_0=push")]],
  "GET /console/types/{type}": [["console", ofType()]],
  "GET /console/types/{type}/edit": [["console", ofType()]],
  "POST /console/types/{type}": [["console", ofType("name=Renamed&channel_0=push")]],
  "POST /console/types/{type}/delete": [["console", ofType("")]],
  "GET /console/types/{type}/words": [["console: about nobody", () => ({ query: "channel=push&locale=nb" })]],
  "GET /console/types/{type}/words/{channel}/{locale}": [["console", words()]],
  "POST /console/types/{type}/words/{channel}/{locale}": [
    ["console", words("action=draft&subject=Mine&body=Text")],
  ],
  "POST /console/types/{type}/words/{channel}/{locale}/preview": [["console", words("data=%7B%7D")]],
  "POST /console/types/{type}/words/{channel}/{locale}/frame": [["console", words("data=%7B%7D")]],
  "POST /console/types/{type}/words/{channel}/{locale}/publish": [["console", words("version=2")]],
  "POST /console/types/{type}/words/{channel}/{locale}/unpublish": [["console", words("")]],
  "GET /console/types/{type}/words/{channel}/{locale}/diff": [
    [
      "console",
      (t) => ({
        ...wording(t),
        query: `${wording(t).query}&from=1&to=2`,
        shows: ({ status }) => status === 200,
      }),
    ],
  ],
  "POST /console/types/{type}/words/{channel}/{locale}/test": [
    ["console", (t) => words(`test_user_id=${t.user}&test_data=%7B%7D`)(t)],
  ],
  // The page is shown again, with the type's name.
  "POST /console/types/{type}/words/{channel}/{locale}/test-me": [
    ["console: to oneself", (t) => ({ ...words("subject=Mine&body=Text")(t), showsAgain: true })],
  ],
  "GET /console/brand": [["console", ofOrg()]],
  "POST /console/brand": [["console", ofOrg("name=Mine")]],
  "POST /console/brand/preview": [
    ["console", (t) => ({ ...ofOrg("name=Mine")(t), shows: ({ status }) => status === 200 })],
  ],
  "POST /console/brand/frame": [
    ["console", (t) => ({ ...ofOrg("name=Mine")(t), shows: ({ status }) => status === 200 })],
  ],
  "GET /docs/search": [["anyone", () => ({ query: "q=webhook" })]],
  "GET /docs/{page}": [["anyone", () => ({ id: "first-push" })]],
  "GET /docs/assets/{file}": [["anyone", () => ({ id: "docs.css" })]],
  "GET /llms.txt": [["anyone", plain]],
  "GET /llms-full.txt": [["anyone", plain]],
  "GET /docs/reference": [["anyone", plain]],
  "GET /docs/reference/start.js": [["anyone", plain]],
  "GET /docs/reference/{file}": [["anyone", () => ({ id: "swagger-ui.css" })]],
  "GET /unsubscribe/{token}": [
    [
      "who holds it",
      // The address is masked.
      ({ unsubscribe }) => ({ id: unsubscribe, shows: ({ body }) => body.includes("@example.com") }),
    ],
  ],
  "POST /unsubscribe/{token}": [
    ["who holds it", ({ unsubscribe }) => ({ id: unsubscribe, body: "action=unsubscribe", headers: FORM })],
  ],
  // Signatures that are right: test/channels/email/channel/feedback.test.ts.
  "POST /webhooks/ses": [["its sender", plain]],
  "POST /webhooks/resend": [["its sender", () => ({ body: {} })]],
  "POST /webhooks/postmark": [["its sender", () => ({ body: {} })]],
  // test/channels/sms.
  "POST /webhooks/twilio": [["its sender", () => ({ headers: FORM, body: "" })]],
  "POST /webhooks/vonage": [["its sender", () => ({ body: {} })]],
  // In development; production has none (matrix.test.ts).
  "POST /dev/jobs/{job}": [["service alone", () => ({ id: "receipts" })]],
  "GET /dev/outbox": [["operators", plain]],
  "DELETE /dev/outbox": [["operators", plain]],
  // The page has no rights: its visitor brings a token.
  "GET /dev/inbox": [["anyone", plain]],
  "GET /dev/inbox/try.js": [["anyone", plain]],
  "GET /dev/inbox/try.css": [["anyone", plain]],

  [`GET ${PUSH}/device-tokens`]: [["in scope", ({ user }) => ({ query: `user_id=${user}` })]],
  [`POST ${PUSH}/device-tokens`]: [
    ["in scope", ({ user: user_id }) => ({ body: { user_id, token: NEW_TOKEN, platform: "ios" } })],
  ],
  [`DELETE ${PUSH}/device-tokens/{token}`]: [
    ["in scope", ({ token }) => ({ id: encodeURIComponent(token) })],
  ],
  [`POST ${PUSH}`]: [["admins", ({ user }) => ({ body: aPush(user), headers: SEND })]],
  [`POST ${PUSH}/batch`]: [
    ["admins: list", ({ user }) => ({ body: { targets: [aPush(user)] }, headers: SEND })],
  ],
  [`GET ${PUSH}`]: [
    ["in scope: list", plain],
    ["in scope: list", ({ user }) => ({ query: `user_id=${user}` })],
  ],
  [`GET ${PUSH}/{id}`]: [["in scope", ({ push }) => ({ id: push })]],
  [`PUT ${PUSH}/{id}`]: [["admins", ({ push }) => ({ id: push, body: { status: "resolved" } })]],
  [`DELETE ${PUSH}/{id}`]: [["admins", ({ push }) => ({ id: push })]],

  [`GET ${ADMIN}`]: [
    ["admins: list", plain],
    ["admins: list", ({ orgs }) => ({ query: `org_id=${orgs.middle}&include_sub_orgs=true` })],
    ["admins: list", ({ user }) => ({ query: `recipient_user_id=${user}` })],
  ],
  [`POST ${ADMIN}/search`]: [
    ["admins: list", () => ({ body: {} })],
    ["admins: list", ({ user }) => ({ body: { query: user } })],
    ["admins: list", ({ marker }) => ({ body: { query: `${marker}@example.com` } })],
    ["admins: list", ({ failed }) => ({ body: { query: failed } })],
  ],
  [`GET ${ADMIN}/{id}`]: [["admins", ({ failed }) => ({ id: failed })]],
  [`POST ${ADMIN}/certification-reminder`]: [["admins", ({ user }) => ({ body: { user_id: user } })]],
  [`POST ${ADMIN}/bulk-certification-reminders`]: [
    ["admins", ({ orgs }) => ({ body: { org_id: orgs.middle, days_threshold: 30 } })],
  ],
  [`PUT ${ADMIN}/{id}`]: [
    ["admins", ({ failed }) => ({ id: failed, body: { action: "retry" } })],
    ["admins", ({ queued }) => ({ id: queued, body: { action: "update", note: "Mine" } })],
  ],
  [`DELETE ${ADMIN}/{id}`]: [["admins", ({ queued }) => ({ id: queued })]],

  "GET /api/v1/dispatches/{id}/timeline": [
    ["named", ({ push }) => ({ id: push })],
    ["named", ({ failed }) => ({ id: failed })],
  ],

  [`GET ${PUSH}/preferences`]: [
    ["own: made", plain],
    ["named", ({ user }) => ({ query: `user_id=${user}` })],
  ],
  [`PATCH ${PUSH}/preferences`]: [
    ["own: made", () => ({ body: { match_threshold: 1 } })],
    ["named", ({ user }) => ({ query: `user_id=${user}`, body: { match_threshold: 1 } })],
  ],
  [`PUT ${PUSH}/preferences`]: [
    ["own: made", () => ({ body: { match_threshold: 1 } })],
    ["named", ({ user }) => ({ query: `user_id=${user}`, body: { match_threshold: 1 } })],
  ],
  "GET /api/v1/preferences": [
    ["own: made", plain],
    ["named", ({ user }) => ({ query: `user_id=${user}` })],
  ],
  "PATCH /api/v1/preferences": [
    ["own: made", () => ({ body: { categories: { deadlines: { push: false } } } })],
    [
      "named",
      ({ user }) => ({ query: `user_id=${user}`, body: { categories: { deadlines: { push: false } } } }),
    ],
  ],
  "GET /api/v1/orgs/{id}/preferences": [["all admins", ({ orgs }) => ({ id: orgs.middle })]],
  "PATCH /api/v1/orgs/{id}/preferences": [
    [
      "all admins",
      ({ orgs }) => ({ id: orgs.middle, body: { categories: { deadlines: { push: { enabled: false } } } } }),
    ],
  ],
  [`GET ${PUSH}/history`]: [
    ["own", plain],
    ["named", ({ user }) => ({ query: `user_id=${user}` })],
  ],
  [`GET ${PUSH}/history/{notification_id}`]: [
    ["own: one", ({ mail }) => ({ id: mail })],
    ["named", ({ user, mail }) => ({ id: mail, query: `user_id=${user}` })],
  ],
  [`POST ${PUSH}/test`]: [["own: made", () => ({ body: {} })]],
  [`GET ${PUSH}/stats`]: [
    ["own", () => ({ shows: ({ body }) => body.total_notifications > 0 })],
    [
      "named",
      ({ user }) => ({ query: `user_id=${user}`, shows: ({ body }) => body.total_notifications > 0 }),
    ],
  ],
  [`GET ${PUSH}/health`]: [["signed in", plain]],

  [`GET ${RECORDS}`]: [
    ["records: list", plain],
    ["records: list", ({ mentor }) => ({ query: `peer_mentor_id=${mentor}` })],
    ["records: list", ({ coordinator }) => ({ query: `coordinator_id=${coordinator}` })],
  ],
  [`POST ${RECORDS}`]: [
    [
      "records: create",
      ({ mentor }) => ({
        body: { peer_mentor_id: mentor, event_type: "pause_activated", channels_notified: ["push"] },
      }),
    ],
  ],
  [`GET ${RECORDS}/history/{peerMentorId}`]: [["records: read", ({ mentor }) => ({ id: mentor })]],
  [`GET ${RECORDS}/peer-mentor-profile/{peerMentorId}`]: [
    ["records: read", ({ mentor }) => ({ id: mentor })],
  ],
  [`GET ${RECORDS}/{id}`]: [["records: read", ({ record }) => ({ id: record })]],
  [`PUT ${RECORDS}/{id}`]: [["records: change", ({ record }) => ({ id: record, body: { notes: "Mine" } })]],
  [`DELETE ${RECORDS}/{id}`]: [["records: delete", ({ record }) => ({ id: record })]],

  [`GET ${STATS}`]: [
    ["in scope: list", plain],
    ["in scope: list", ({ user }) => ({ query: `user_id=${user}` })],
  ],
  [`POST ${STATS}`]: [["in scope", ({ user: user_id }) => ({ body: { user_id, time_window: "monthly" } })]],
  [`GET ${STATS}/{id}`]: [["in scope", ({ subscription }) => ({ id: subscription })]],
  [`PUT ${STATS}/{id}`]: [
    ["in scope", ({ subscription }) => ({ id: subscription, body: { time_window: "yearly" } })],
  ],
  [`DELETE ${STATS}/{id}`]: [["in scope", ({ subscription }) => ({ id: subscription })]],
  [`POST ${STATS}/{id}/refresh`]: [["in scope", ({ subscription }) => ({ id: subscription })]],

  [`GET ${INBOX}`]: [["own", plain]],
  [`GET ${INBOX}/categories`]: [["own", () => ({ shows: ({ body }) => body.data?.length > 0 })]],
  [`POST ${INBOX}/read-all`]: [["own", plain]],
  [`POST ${INBOX}/ticket`]: [["a person", plain]],
  // With a ticket that is right: test/inbox/tickets.test.ts.
  [`GET ${INBOX}/live`]: [
    [
      "no token helps",
      () => ({ query: `ticket=${"0".repeat(64)}.${"A".repeat(43)}`, headers: { upgrade: "websocket" } }),
    ],
  ],
  [`POST ${INBOX}/{id}/read`]: [["own: one", ({ message }) => ({ id: message })]],
  [`POST ${INBOX}/{id}/unread`]: [["own: one", ({ archived }) => ({ id: archived })]],
  [`POST ${INBOX}/{id}/archive`]: [["own: one", ({ message }) => ({ id: message })]],
  [`POST ${INBOX}/{id}/unarchive`]: [["own: one", ({ archived }) => ({ id: archived })]],

  [`GET ${TYPES}`]: [
    ["all admins", ({ orgs }) => ({ query: `org_id=${orgs.middle}` })],
    ["owners: inherited", plain],
  ],
  [`GET ${TYPES}/{type}`]: [
    ["all admins", ({ type, orgs }) => ({ id: type, query: `org_id=${orgs.middle}` })],
  ],
  [`PUT ${TYPES}/{type}`]: [
    [
      "all admins",
      ({ type, orgs }) => ({
        id: type,
        query: `org_id=${orgs.middle}`,
        body: { name: "Renamed", channels: [{ channel: "push" }] },
      }),
    ],
  ],
  [`DELETE ${TYPES}/{type}`]: [
    ["all admins", ({ type, orgs }) => ({ id: type, query: `org_id=${orgs.middle}` })],
  ],

  [`GET ${HOOKS}`]: [
    ["all admins", ({ orgs }) => ({ query: `org_id=${orgs.middle}` })],
    ["admins: about those of their own", plain],
  ],
  [`POST ${HOOKS}`]: [
    [
      "all admins",
      ({ orgs }) => ({
        query: `org_id=${orgs.middle}`,
        body: { url: "https://hooks.example.com/of-another" },
      }),
    ],
  ],
  [`GET ${HOOKS}/{id}`]: [["all admins", ({ endpoint }) => ({ id: endpoint })]],
  [`PATCH ${HOOKS}/{id}`]: [
    [
      "all admins",
      ({ endpoint, marker }) => ({ id: endpoint, body: { url: `https://hooks.example.net/${marker}` } }),
    ],
  ],
  [`DELETE ${HOOKS}/{id}`]: [["all admins", ({ endpoint }) => ({ id: endpoint })]],
  [`POST ${HOOKS}/{id}/rotate-secret`]: [["all admins", ({ endpoint }) => ({ id: endpoint, body: {} })]],
  [`POST ${HOOKS}/{id}/test`]: [["all admins", ({ endpoint }) => ({ id: endpoint })]],
  [`GET ${HOOKS}/{id}/messages`]: [["all admins", ({ endpoint }) => ({ id: endpoint })]],
  [`GET ${HOOKS}/{id}/messages/{message}`]: [
    ["all admins", ({ endpoint, webhook }) => ({ id: `${endpoint}/${webhook}` })],
  ],
  [`POST ${HOOKS}/{id}/messages/{message}/replay`]: [
    ["all admins", ({ endpoint, webhook }) => ({ id: `${endpoint}/${webhook}` })],
  ],
  [`POST ${HOOKS}/{id}/replay`]: [
    ["all admins", ({ endpoint }) => ({ id: endpoint, body: { since: "2026-01-01T00:00:00Z" } })],
  ],

  [`GET ${WORDINGS}`]: [["all admins", ({ orgs }) => ({ query: `org_id=${orgs.middle}` })]],
  [`GET ${WORDING}`]: [["all admins", wording]],
  [`PUT ${WORDING}`]: [["all admins", (t) => ({ ...wording(t), body: { subject: "Mine", body: "Text" } })]],
  [`DELETE ${WORDING}`]: [["all admins", wording]],
  [`GET ${WORDING}/versions`]: [["all admins", wording]],
  [`POST ${WORDING}/publish`]: [["all admins", (t) => ({ ...wording(t), body: { version: 2 } })]],
  [`GET ${WORDING}/diff`]: [
    [
      "all admins",
      (t) => ({
        ...wording(t),
        query: `${wording(t).query}&from=1&to=2`,
        shows: ({ status }) => status === 200,
      }),
    ],
  ],
  [`POST ${WORDING}/test`]: [["admins: to oneself", (t) => ({ ...wording(t), body: { data: {} } })]],
  [`POST ${WORDING}/preview`]: [["all admins", (t) => ({ ...wording(t), body: { data: {} } })]],
  "GET /api/v1/orgs/{id}/brand": [["all admins", ({ orgs }) => ({ id: orgs.middle })]],
  "PUT /api/v1/orgs/{id}/brand": [
    ["all admins", ({ orgs }) => ({ id: orgs.middle, body: { name: "Mine" } })],
  ],

  [`GET ${TOPICS}`]: [
    ["all admins", ({ orgs }) => ({ query: `org_id=${orgs.middle}` })],
    ["owners: inherited", plain],
  ],
  [`GET ${TOPICS}/{topic}`]: [
    ["all admins", ({ topic, orgs }) => ({ id: topic, query: `org_id=${orgs.middle}` })],
  ],
  [`PUT ${TOPICS}/{topic}`]: [
    [
      "all admins",
      ({ topic, orgs }) => ({ id: topic, query: `org_id=${orgs.middle}`, body: { name: "Renamed" } }),
    ],
  ],
  [`DELETE ${TOPICS}/{topic}`]: [
    ["all admins", ({ topic, orgs }) => ({ id: topic, query: `org_id=${orgs.middle}` })],
  ],
  [`GET ${TOPICS}/{topic}/subscribers`]: [
    ["all admins", ({ topic, orgs }) => ({ id: topic, query: `org_id=${orgs.middle}` })],
  ],
  [`PUT ${TOPICS}/{topic}/subscribers`]: [
    [
      "all admins",
      ({ emptyTopic, user, orgs }) => ({
        id: emptyTopic,
        query: `org_id=${orgs.middle}`,
        body: { user_ids: [user] },
      }),
    ],
  ],
  [`DELETE ${TOPICS}/{topic}/subscribers`]: [
    [
      "all admins",
      ({ topic, user, orgs }) => ({ id: topic, query: `org_id=${orgs.middle}`, body: { user_ids: [user] } }),
    ],
  ],
  [`GET ${CHATS}`]: [
    ["named", ({ user }) => ({ query: `user_id=${user}` })],
    ["of the organization", ({ orgs }) => ({ query: `org_id=${orgs.middle}` })],
  ],
  [`POST ${CHATS}`]: [
    ["named: the user's", ({ user, marker }) => ({ body: aChat({ user_id: user, name: marker }) })],
    ["of the organization", ({ orgs, marker }) => ({ body: aChat({ org_id: orgs.middle, name: marker }) })],
  ],
  [`GET ${CHATS}/{id}`]: [
    ["named", ({ chat }) => ({ id: chat })],
    ["of the organization", ({ orgChat }) => ({ id: orgChat })],
  ],
  [`PATCH ${CHATS}/{id}`]: [
    ["named: the user's", ({ chat, marker }) => ({ id: chat, body: { name: `New ${marker}` } })],
    ["of the organization", ({ orgChat, marker }) => ({ id: orgChat, body: { name: `New ${marker}` } })],
  ],
  [`POST ${CHATS}/{id}/test`]: [
    ["named: the user's", ({ chat }) => ({ id: chat })],
    ["of the organization", ({ orgChat }) => ({ id: orgChat })],
  ],
  [`DELETE ${CHATS}/{id}`]: [
    ["named", ({ chat }) => ({ id: chat, shows: ({ status }) => status === 200 })],
    ["of the organization", ({ orgChat }) => ({ id: orgChat, shows: ({ status }) => status === 200 })],
  ],
  [`GET ${EVENTS}`]: [["all admins: list", plain]],
  [`POST ${EVENTS}`]: [
    [
      "all admins",
      ({ orgs, user, type }) => ({
        body: { type, org_id: orgs.middle, recipients: { users: [user] }, data: {} },
      }),
    ],
  ],
  [`GET ${EVENTS}/{id}`]: [["all admins", ({ event }) => ({ id: event })]],
  [`GET ${EVENTS}/{id}/messages`]: [
    ["all admins", ({ event }) => ({ id: event, shows: ({ status }) => status === 200 })],
  ],
  [`DELETE ${EVENTS}/{id}`]: [["all admins", ({ event }) => ({ id: event })]],

  // It shows what it was asked for, so that its success alone is about the target.
  "POST /api/v1/explain": [
    ["named", ({ type, user }) => explain({ type, user_id: user })],
    ["named", ({ failed }) => explain({ dispatch: failed })],
    ["named", ({ push }) => explain({ dispatch: push })],
  ],

  [`GET ${SUPPRESSIONS}`]: [["operators", plain]],
  // It is found, and its address is that of the question.
  [`POST ${SUPPRESSIONS}/lookup`]: [
    ["operators: about nobody", ({ suppressed }) => ({ body: { email: suppressed } })],
  ],
  [`DELETE ${SUPPRESSIONS}/{id}`]: [["operators", ({ suppression }) => ({ id: suppression })]],

  ...directory(
    "orgs",
    ({ orgs }) => orgs.empty,
    () => ({ name: "Renamed" }),
  ),
  ...directory(
    "users",
    ({ user }) => user,
    () => ({ name: "Renamed", email: "mine@example.com", email_verified: true }),
  ),
  "POST /api/v1/directory/users/search": [
    ["all admins: list", () => ({ body: {} })],
    ["all admins: list", ({ user }) => ({ body: { query: user } })],
    ["all admins: list", ({ marker }) => ({ body: { query: `Name ${marker}` } })],
    ["all admins: list", ({ marker }) => ({ body: { query: `${marker}@` } })],
  ],
  "GET /api/v1/directory/users/{id}/export": [["named", ({ user }) => ({ id: user })]],
  "GET /api/v1/directory/users/{id}/withheld": [["all admins", ({ user }) => ({ id: user })]],
  ...directory(
    "certifications",
    ({ facts }) => facts.certification,
    ({ user }) => ({ user_id: user, name: "Renamed", expires_at: "2027-01-01T00:00:00Z" }),
  ),
  ...directory(
    "peer-mentors",
    ({ mentor }) => mentor,
    () => ({ full_name: "Renamed", current_status: "paused" }),
  ),
  ...directory(
    "activities",
    ({ facts }) => facts.activity,
    ({ user: user_id }) => ({ user_id, status: "cancelled", hours: 1, occurred_at: "2026-03-01T00:00:00Z" }),
  ),
  ...directory(
    "grants",
    ({ facts }) => facts.grant,
    () => ({ title: "Renamed" }),
  ),
  ...directory(
    "matches",
    ({ facts }) => facts.match,
    ({ user, facts }) => ({ user_id: user, grant_id: facts.grant, score: 100 }),
  ),
  ...directory(
    "applications",
    ({ facts }) => facts.application,
    ({ user, facts }) => ({ user_id: user, grant_id: facts.grant, status: "granted" }),
  ),
};
