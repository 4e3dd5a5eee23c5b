import { sql } from "drizzle-orm";
import { certificationReminder } from "../../src/notifications/certification-reminder/type.ts";
import { signUnsubscribe } from "../../src/preferences/unsubscribe-token.ts";
import type { Statement } from "../../src/db/statement.ts";
import { insertRows } from "../../src/db/json.ts";
import * as tables from "../../src/db/schema/index.ts";
import { dispatchRow, type NewDispatch } from "../../src/outbox/create.ts";
import type { EmailContent } from "../../src/dev-outbox/message.ts";
import { DAY, HOUR } from "../../src/lib/clock.ts";
import { printId } from "../../src/lib/ids.ts";
import type { OwnTypeData } from "../../src/types/own-type.ts";
import { type Harness, mint } from "../support/harness.ts";
import { reminderPayload } from "../support/mail.ts";
import { anOwnType } from "../support/own-type.ts";

/** What the ids of callers begin with, but for those who are the target. */
export const CALLER = "caller";

const idsOf = (marker: string) => ({
  user: `usr_${marker}`,
  /** Of the mentor; not of the user. The id does not hold the marker. */
  coordinator: mint(CALLER),
  token: `ExponentPushToken[${marker}]`,
  /** The user's own is in the middle of a tree. `empty` lies below it, and has nobody. */
  orgs: {
    top: `org_top_${marker}`,
    middle: `org_middle_${marker}`,
    below: `org_below_${marker}`,
    elsewhere: `org_elsewhere_${marker}`,
    empty: `org_empty_${marker}`,
  },
  mentor: `pm_${marker}`,
  /** Of the organization in the middle; the user subscribes to the topic. */
  type: `type_${marker.toLowerCase()}`,
  topic: `topic_${marker}`,
  emptyTopic: `topic_empty_${marker}`,
  facts: {
    certification: `cert_${marker}`,
    activity: `act_${marker}`,
    grant: `grant_${marker}`,
    match: `match_${marker}`,
    application: `app_${marker}`,
  },
});

/** Ids and addresses of someone whose data others want. All of them, and all texts, hold `marker`. */
export interface Target extends ReturnType<typeof idsOf> {
  marker: string;
  /** A push that was sent; printed as the push contract prints it. */
  push: string;
  /** E-mails: as the dispatch log prints them, and the sent one as the e-mail history does. */
  failed: string;
  queued: string;
  mail: string;
  /** In-app messages: one new, one read and archived. */
  message: string;
  archived: string;
  record: string;
  subscription: string;
  /** Of an address that holds the marker; and an address in lower case, as others are kept, that has one. */
  suppression: string;
  suppressed: string;
  /** Of the organization in the middle, and a type of it. */
  event: string;
  type: string;
  /** Chat connections: the user's, and the organization's in the middle. */
  chat: string;
  orgChat: string;

  /** A webhook endpoint of the organization in the middle, and what it has not taken. */
  endpoint: string;
  webhook: string;
  /** A mail of the outbox for development. */
  taken: string;
  /** The token of a link in a mail. */
  unsubscribe: string;
}

type Made = ReturnType<typeof idsOf> & { marker: string; now: number };

/** Someone in an organization in the middle of a tree, who has one of everything. One round trip. */
export async function givenTarget(h: Harness): Promise<Target> {
  const marker = mint("SECRET");
  const made = { marker, now: h.clock.now(), ...idsOf(marker) };
  const { rows, ...printed } = dispatchesOf(h, made);
  const { uuid } = h.deps.ids;
  const [record, subscription, suppression, event, taken] = [uuid(), uuid(), uuid(), uuid(), uuid()];
  const [chat, orgChat] = [printId("con", uuid()), printId("con", uuid())];

  const [endpoint, webhook] = [uuid(), uuid()];
  await h.ctx.db.write({
    directory: directoryOf(made),
    facts: factsOf(made),
    dispatches: insertRows(tables.dispatches, rows),
    record: recordOf(made, record),
    own: ownOf(made),
    subscription: subscriptionOf(made, subscription),
    suppressions: suppressionsOf(made, suppression),
    event: eventOf(made, event),
    chats: chatsOf(made, chat, orgChat),
    taken: takenOf(made, taken),
    // Last: it hears nothing of what was made before it.
    webhooks: webhooksOf(made, { endpoint, webhook }),
    // A cron that comes, so that /healthz is well.
    runs: insertRows(tables.jobRuns, [{ job: "sweep", started_at: made.now }], {
      onConflict: sql`ON CONFLICT DO NOTHING`,
    }),
  });
  const named = { userId: made.user, code: certificationReminder.linkCode };
  return {
    ...made,
    ...printed,
    record: printId("nr", record),
    subscription: printId("notif", subscription),
    suppression: printId("sup", suppression),
    suppressed: suppressedOf(made),
    event: printId("evt", event),
    chat,
    orgChat,

    endpoint: printId("whe", endpoint),
    webhook: printId("whm", webhook),
    taken,
    unsubscribe: await signUnsubscribe(h.deps.config.linkSecrets, named),
  };
}

function directoryOf({ marker, now, user, token, orgs, mentor, coordinator }: Made): Statement[] {
  const org = (id: string, parent_id: string | null) => ({ id, parent_id, name: `Org ${marker}` });
  return [
    insertRows(tables.orgs, [
      org(orgs.top, null),
      org(orgs.middle, orgs.top),
      org(orgs.below, orgs.middle),
      org(orgs.elsewhere, null),
      org(orgs.empty, orgs.middle),
    ]),
    insertRows(tables.users, [
      {
        id: user,
        org_id: orgs.middle,
        name: `Name ${marker}`,
        email: `${marker}@example.com`,
        email_verified: true,
        phone: `+47 ${marker}`,
        created_at: now - DAY,
        updated_at: now - DAY,
      },
    ]),
    insertRows(tables.deviceTokens, [
      { token, user_id: user, provider: "expo", platform: "ios", registered_at: now, last_used_at: now },
    ]),
    insertRows(tables.peerMentors, [
      {
        id: mentor,
        org_id: orgs.middle,
        coordinator_id: coordinator,
        full_name: `Mentor ${marker}`,
        status: "active",
        status_seq: now,
        updated_at: now,
      },
    ]),
  ];
}

function ownOf({ marker, now, user, orgs, type, topic, emptyTopic }: Made): Statement[] {
  const channels: OwnTypeData["channels"] = [{ channel: "push" }, { channel: "email" }];
  const data = anOwnType({ id: type, org_id: orgs.middle, name: `Type ${marker}`, channels });
  const words = { type, channel: "email" as const, org_id: orgs.middle, locale: "en" };
  const fields = JSON.stringify({ subject: `Subject ${marker}`, body: `Body ${marker}` });
  const times = { created_at: now, updated_at: now };
  const uuid = `uuid_${marker}`;
  return [
    insertRows(tables.ownTypes, [{ id: type, org_id: orgs.middle, data: JSON.stringify(data), ...times }]),
    insertRows(tables.topics, [
      { org_id: orgs.middle, id: topic, uuid, name: `Topic ${marker}`, ...times },
      { org_id: orgs.middle, id: emptyTopic, uuid: `empty_${uuid}`, name: null, ...times },
    ]),
    insertRows(tables.topicSubscribers, [{ topic: uuid, user_id: user }]),
    insertRows(tables.wordings, [{ ...words, published: 1, published_at: now, latest: 2, updated_at: now }]),
    insertRows(
      tables.wordingVersions,
      [1, 2].map((version) => ({
        ...words,
        version,
        fields,
        created_by: `service:${marker}`,
        created_at: now,
      })),
    ),
    insertRows(tables.orgSettings, [
      { org_id: orgs.middle, brand: JSON.stringify({ name: `Brand ${marker}` }), updated_at: now },
    ]),
  ];
}

const chatsOf = ({ marker, now, user, orgs }: Made, chat: string, orgChat: string): Statement =>
  insertRows(
    tables.chatConnections,
    [
      { id: chat, user_id: user, org_id: null, paused_at: null },
      { id: orgChat, user_id: null, org_id: orgs.middle, paused_at: now },
    ].map((owner) => ({
      ...owner,
      kind: "discord" as const,
      name: `Chat ${marker}`,
      secret: `sealed ${marker}`,
      sealed_by: "none",
      hint: "discord.com/…",
      created_at: now,
      updated_at: now,
    })),
  );

const webhooksOf = (
  { marker, now, orgs }: Made,
  { endpoint, webhook }: { endpoint: string; webhook: string },
): Statement[] => [
  insertRows(tables.webhookEndpoints, [
    {
      id: endpoint,
      org_id: orgs.middle,
      url: `https://hooks.example.com/${marker}`,
      // None: what callers do to themselves would change what is stored for it.
      types: "[]",
      enabled: true,
      secret: `sealed ${marker}`,
      failing_since: now - HOUR,
      queued_on: 0,
      queued_count: 0,
      created_at: now,
      updated_at: now,
    },
  ]),
  insertRows(tables.dispatches, [
    {
      id: webhook,
      channel: "webhook",
      lane: "hooks",
      type: "message.sent",
      user_id: `webhook/${endpoint}`,
      status: "failed",
      payload: JSON.stringify({ user_id: `usr_${marker}` }),
      targets: 1,
      delivered_count: 0,
      failed_count: 0,
      attempts: 10,
      claims: 0,
      due_at: now,
      created_at: now,
      updated_at: now,
    },
  ]),
];

const takenOf = ({ marker, user }: Made, id: string): Statement => {
  const address = `${marker}@example.com`;
  const message = {
    to_name: `Name ${marker}`,
    from: { name: "Tidings", address: "notifications@example.com" },
    reply_to: null,
    subject: `Subject ${marker}`,
    html: `<p>Body ${marker}</p>`,
    text: `Body ${marker}`,
    headers: {},
  } satisfies EmailContent;
  return insertRows(tables.devOutbox, [
    {
      id,
      channel: "email",
      dispatch_id: id,
      user_id: user,
      type: "welcome",
      recipient: address,
      message: JSON.stringify(message),
    },
  ]);
};

function factsOf({ marker, now, user, orgs, facts }: Made): Statement[] {
  return [
    insertRows(tables.certifications, [
      {
        id: facts.certification,
        user_id: user,
        org_id: orgs.middle,
        name: `Certificate ${marker}`,
        expires_at: now + 10 * DAY,
        known_since: now - 100 * DAY,
      },
    ]),
    insertRows(tables.activities, [
      { id: facts.activity, user_id: user, status: "completed", minutes: 90, occurred_at: now - HOUR },
    ]),
    insertRows(tables.grants, [{ id: facts.grant, title: `Grant ${marker}`, known_since: now }]),
    insertRows(tables.matches, [
      { id: facts.match, user_id: user, grant_id: facts.grant, score: 1, created_at: now },
    ]),
    insertRows(tables.applications, [
      {
        id: facts.application,
        user_id: user,
        grant_id: facts.grant,
        status: "draft",
        status_seq: 1,
        updated_at: now,
      },
    ]),
  ];
}

function dispatchesOf(h: Harness, { marker, now, user, orgs }: Made) {
  const dispatch = (more: Partial<NewDispatch>, stored: Partial<tables.DispatchRow> = {}) => ({
    ...dispatchRow(h.ctx, {
      channel: "email",
      lane: "email",
      type: "certification_reminder",
      userId: user,
      orgId: orgs.middle,
      title: `Title ${marker}`,
      payload: reminderPayload(now + 7 * DAY),
      slotTaken: true,
      ...more,
    }),
    to_address: `${marker}@example.com`,
    read_at: null,
    archived_at: null,
    ...stored,
  });
  const sent = { status: "sent", sent_at: now - HOUR, wake_at: null } as const;
  const inApp = { channel: "in_app", lane: "bulk", type: "note", body: "Text" } as const;
  const push = dispatch({ channel: "push", lane: "push", type: "push", body: "Text" }, sent);
  const failed = dispatch({ failure: { code: "bounced", message: "Gone" } });
  const queued = dispatch({ sendAt: now + DAY });
  const mail = dispatch({}, sent);
  const message = dispatch(inApp);
  const archived = dispatch(inApp, { read_at: now, archived_at: now });
  return {
    rows: [push, failed, queued, mail, message, archived],
    push: printId("notif", push.id),
    failed: printId("dsp", failed.id),
    queued: printId("dsp", queued.id),
    mail: mail.id,
    message: printId("notif", message.id),
    archived: printId("notif", archived.id),
  };
}

const recordOf = ({ marker, now, mentor, coordinator }: Made, id: string): Statement =>
  insertRows(tables.notificationRecords, [
    {
      id,
      peer_mentor_id: mentor,
      event_type: "pause_activated",
      reason: `Reason ${marker}`,
      coordinator_id: coordinator,
      channels_notified: '["push"]',
      dispatch_ids: "[]",
      source: "client",
      channels_fixed: false,
      sent_at: now,
      updated_at: now,
    },
  ]);

const subscriptionOf = ({ now, user }: Made, id: string): Statement =>
  insertRows(tables.statsSubscriptions, [
    {
      id,
      user_id: user,
      time_window: "weekly",
      status: "active",
      total_activities: 0,
      completed_activities: 0,
      completed_minutes: 0,
      last_refreshed_at: now - HOUR,
      stale_at: now + DAY,
      period: "2026-W13",
      next_at: now + 7 * DAY,
      created_at: now - DAY,
      updated_at: now - DAY,
    },
  ]);

const suppressedOf = ({ marker }: Made): string => `${marker}@bounced.example`.toLowerCase();

const suppressionsOf = (made: Made, id: string): Statement[] =>
  [{ id, email: `${made.marker}@gone.example` }, { email: suppressedOf(made) }].map((row) =>
    insertRows(tables.suppressions, [{ ...row, reason: "bounce", created_at: made.now }]),
  );

function eventOf({ marker, now, user, orgs, type }: Made, id: string): Statement[] {
  const data = JSON.stringify(anOwnType({ id: type, org_id: orgs.middle, name: `Type ${marker}` }));
  return [
    insertRows(tables.events, [
      {
        id,
        org_id: orgs.middle,
        type,
        type_data: data,
        data: JSON.stringify({ marker }),
        actor: user,
        recipients: JSON.stringify({ to: { kind: "users", ids: [], count: 1 }, key: null }),
        dry_run: false,
        status: "done",
        after: "",
        recipient_count: 1,
        message_count: 0,
        skipped: "{}",
        created_by: "service:1",
        created_at: now,
        updated_at: now,
      },
    ]),
  ];
}
