/**
 * Made by `npm run client` from /openapi.json: do not edit.
 */
/**
 * What happened.
 */
export type WebhookBodyType = 'message.sent' | 'message.delivered' | 'message.bounced' | 'message.failed' | 'message.skipped' | 'message.read' | 'event.completed' | 'device.invalidated' | 'suppression.added' | 'preferences.changed' | 'endpoint.disabled';
/**
 * The version of this form: a change that breaks receivers gets another one.
 */
export type WebhookBodyVersion = 1;
/**
 * Ids and codes; never an address, a token or a text.
 */
export type WebhookBodyData = {[key: string]: unknown};

export interface WebhookBody {
  /** What happened. */
  type: WebhookBodyType;
  /** The version of this form: a change that breaks receivers gets another one. */
  version: WebhookBodyVersion;
  /** When it happened. */
  timestamp: string;
  /** Ids and codes; never an address, a token or a text. */
  data: WebhookBodyData;
}

/**
 * What its sender gave for programs, such as where a click leads. Null: nothing.
 * @nullable
 */
export type InboxMessageData = {[key: string]: unknown} | null;

export interface InboxMessage {
  /** The id of the message. */
  id: string;
  /** The type of the notification: a built-in one, or one of your own. */
  type: string;
  /** The title that its reader sees. */
  title: string;
  /** The text of the message. */
  body: string;
  /**
     * What its sender gave for programs, such as where a click leads. Null: nothing.
     * @nullable
     */
  data: InboxMessageData;
  /** When it came to the inbox. */
  sent_at: string;
  /**
     * Until when its sender meant it. The message stays; a client may show it as out of date.
     * @nullable
     */
  expires_at: string | null;
  /**
     * When its reader read it. Null: it is unread.
     * @nullable
     */
  read_at: string | null;
  /**
     * When its reader archived it. Null: it is not archived.
     * @nullable
     */
  archived_at: string | null;
  /** When it last changed. */
  updated_at: string;
}

/**
 * `changes` comes once the connection is open, and whenever there are some. `reset` stands for more than 100, or 64 KB: list the inbox again and send `sync` with the list's cursor.
 */
export type InboxFrame = {
  /** Which kind of frame it is. */
  type: 'changes';
  /** How much of the inbox's changes this has seen; for `after`. Later ones are greater. */
  cursor: string;
  /** Unread messages, archived ones not counted; 1000 stands for as many or more. */
  unread_count: number;
  /** What came or changed since the cursor before, as it is now, oldest change first. */
  messages: InboxMessage[];
  /** Send it back as `InboxAck` once the frame is read. Frames carry one now and then; a connection that never does so is closed after a while. */
  ack?: string;
} | {
  /** Which kind of frame it is. */
  type: 'reset';
  /** Send it back as `InboxAck` once the frame is read. Frames carry one now and then; a connection that never does so is closed after a while. */
  ack?: string;
};

/**
 * Which kind of message it is.
 */
export type InboxSyncType = 'sync';
/**
 * Asks what is new; with `after`, what is new since that cursor.
 */
export interface InboxSync {
  /** Which kind of message it is. */
  type: InboxSyncType;
  /** The last cursor that the client has seen. */
  after?: string;
}

/**
 * Which kind of message it is.
 */
export type InboxAckType = 'ack';
/**
 * Everything up to the frame with this `ack` is read.
 */
export interface InboxAck {
  /** Which kind of message it is. */
  type: InboxAckType;
  /** The `ack` of the frame. */
  ack: string;
}

export interface InboxSocket {
  /** What the server sends: a text for each frame. */
  from_server: InboxFrame;
  /** What the client may send. */
  from_client: InboxSync | InboxAck;
}

/**
 * `degraded`: one of these needs a look.
 */
export type HealthStatus = 'ok' | 'degraded';
/**
 * What the cron last did.
 */
export type HealthCron = {
  /**
     * Null before the first tick.
     * @nullable
     */
  last_tick_at: string | null;
  /** Jobs whose last run failed. */
  failing_jobs: string[];
};

/**
 * How full the database is.
 */
export type HealthDatabase = {
  /** How much the database holds. */
  size_bytes: number;
  /** The most that the database may hold. */
  limit_bytes: number;
};

export interface Health {
  /** `degraded`: one of these needs a look. */
  status: HealthStatus;
  /** What the cron last did. */
  cron: HealthCron;
  /**
     * How late the oldest unsent dispatch is; null when none is.
     * @nullable
     */
  oldest_overdue_seconds: number | null;
  /** How full the database is. */
  database: HealthDatabase;
}

export type ProblemErrorsItem = {
  /** Into the body (RFC 6901), or the name of a parameter or header. */
  pointer: string;
  /** What is wrong, in English. */
  detail: string;
  /** Where several members of a list have the same fault: how many. */
  count?: number;
  /** Their indexes, the first 100; `pointer` is into the first. */
  members?: number[];
};

export interface Problem {
  /** Always `about:blank`: `code` says which problem it is. */
  type: string;
  /** What kind of problem it is, in English. */
  title: string;
  /** The status of the answer. */
  status: number;
  /** What went wrong this time, in English. */
  detail: string;
  /** Stable, for programs: invalid_request, malformed_json, unauthorized, forbidden, not_found, method_not_allowed, conflict, gone, payload_too_large, unsupported_media_type, idempotency_key_reused, rate_limited, internal, unavailable, or one of the endpoint's own. Why a token is refused: token_expired, token_malformed, token_untrusted, token_claims_invalid. */
  code: string;
  /** Finds the request in the log; also in `X-Request-Id`. */
  request_id: string;
  /** At most 100. */
  errors?: ProblemErrorsItem[];
  /** True when there are more than 100. */
  errors_capped?: boolean;
  [key: string]: unknown;
}

export interface ConsoleTicket {
  /** Open it in a browser: it signs in, once */
  url: string;
  /** Until when the link is valid */
  expires_at: string;
}

/**
 * When new matches are sent.
 */
export type NotificationPreferencesNotificationFrequency = 'immediate' | 'daily' | 'weekly';
export interface NotificationPreferences {
  /** A UUID. */
  id: string;
  /** Your own id of the user. */
  user_id: string;
  /** Off: nothing but test e-mails is sent. */
  email_notifications_enabled: boolean;
  /** When new matches are sent. */
  notification_frequency: NotificationPreferencesNotificationFrequency;
  /** Whether e-mails tell of new matches. */
  new_match_notifications: boolean;
  /**
     * The lowest score of a match that is sent.
     * @minimum 0
     * @maximum 100
     */
  match_threshold: number;
  /** Whether e-mails remind of deadlines. */
  deadline_notifications: boolean;
  /** How many days before a deadline, the largest first. */
  deadline_reminder_days: number[];
  /** Whether a digest comes each week. */
  weekly_digest_enabled: boolean;
  /**
     * 0 = Sunday … 6 = Saturday.
     * @minimum 0
     * @maximum 6
     */
  weekly_digest_day: number;
  /** Whether e-mails tell of changes of the user's applications. */
  application_status_notifications: boolean;
  /** When it was made. */
  created_at: string;
  /** When it last changed. */
  updated_at: string;
}

/**
 * When new matches are sent.
 */
export type NotificationPreferencesUpdateNotificationFrequency = 'immediate' | 'daily' | 'weekly';
export interface NotificationPreferencesUpdate {
  /** Off: nothing but test e-mails is sent. */
  email_notifications_enabled?: boolean;
  /** When new matches are sent. */
  notification_frequency?: NotificationPreferencesUpdateNotificationFrequency;
  /** Whether e-mails tell of new matches. */
  new_match_notifications?: boolean;
  /**
     * The lowest score of a match that is sent.
     * @minimum 0
     * @maximum 100
     */
  match_threshold?: number;
  /** Whether e-mails remind of deadlines. */
  deadline_notifications?: boolean;
  /**
     * Days before a deadline. Kept without repeats, largest first.
     * @minItems 1
     * @maxItems 100
     * @items.minimum 0
     * @items.maximum 30
     */
  deadline_reminder_days?: number[];
  /** Whether a digest comes each week. */
  weekly_digest_enabled?: boolean;
  /**
     * 0 = Sunday … 6 = Saturday.
     * @minimum 0
     * @maximum 6
     */
  weekly_digest_day?: number;
  /** Whether e-mails tell of changes of the user's applications. */
  application_status_notifications?: boolean;
}

/**
 * `pending`: it is still to be sent. The others are how it ended.
 */
export type NotificationHistoryItemStatus = 'pending' | 'sent' | 'delivered' | 'bounced' | 'failed';
export interface NotificationHistoryItem {
  /** A UUID. */
  id: string;
  /** Your own id of the user. */
  user_id: string;
  /** The type of the notification. */
  notification_type: string;
  /**
     * Null, too, for its user until it is sent; admins see it.
     * @nullable
     */
  email_subject: string | null;
  /**
     * The address that it went to. Null: none was known.
     * @nullable
     */
  email_to: string | null;
  /** The template of the e-mail. */
  email_template: string;
  /** `pending`: it is still to be sent. The others are how it ended. */
  status: NotificationHistoryItemStatus;
  /**
     * The grant that it was about. Null: none.
     * @nullable
     */
  grant_id: string | null;
  /**
     * The match that it was about. Null: none.
     * @nullable
     */
  match_id: string | null;
  /**
     * When it was sent. Null: it is not sent yet.
     * @nullable
     */
  sent_at: string | null;
  /**
     * When the receiver's side reported that it arrived. Null: no report.
     * @nullable
     */
  delivered_at: string | null;
  /**
     * The provider's id of the message. Null: none.
     * @nullable
     */
  message_id: string | null;
  /** When it was made. */
  created_at: string;
  /** Why it failed, in English. */
  error?: string;
  /** The push that failed before this e-mail was sent. A UUID. */
  follows?: string;
  /** What followed on another channel. A UUID. */
  followed_by?: string;
}

export interface NotificationHistoryList {
  /** The e-mails, the newest first. */
  items: NotificationHistoryItem[];
  /** How many there are. */
  total: number;
  /** Which page, from 1. */
  page: number;
  /** How many a page has. */
  page_size: number;
  /** How many pages there are. */
  total_pages: number;
  /** True when there are more than 10,000. */
  total_capped?: boolean;
  /** Present when there is more. */
  next_cursor?: string;
}

export interface TestEmailResult {
  /** Whether the provider took it. */
  success: boolean;
  /** What the provider answered, in English. */
  message: string;
  /**
     * The provider's; null on failure.
     * @nullable
     */
  message_id: string | null;
}

/**
 * The type whose e-mail is sent as a test.
 */
export type TestEmailEmailType = 'certification_reminder' | 'welcome' | 'new_match' | 'deadline_reminder' | 'weekly_digest' | 'application_status' | 'test' | 'pause_activated' | 'pause_deactivated' | 'stats_summary' | 'push';
export interface TestEmail {
  /** The type whose e-mail is sent as a test. */
  email_type?: TestEmailEmailType;
  /**
     * Only for a verified address. One that is not verified gets the plain test e-mail, whatever is asked for: our own subject, and no name.
     * @minLength 1
     * @maxLength 200
     */
  custom_subject?: string;
}

/**
 * E-mails by type.
 */
export type NotificationStatsByType = {[key: string]: number};

/**
 * E-mails by outcome.
 */
export type NotificationStatsByStatus = {[key: string]: number};

export interface NotificationStats {
  /** Ever; also those that retention has removed. */
  total_notifications: number;
  /** E-mails of the last seven days. */
  notifications_last_7_days: number;
  /** E-mails by type. */
  by_type: NotificationStatsByType;
  /** E-mails by outcome. */
  by_status: NotificationStatsByStatus;
}

/**
 * `degraded`: the provider fails now and then. `unavailable`: it takes nothing at present.
 */
export type EmailHealthStatus = 'healthy' | 'degraded' | 'unavailable';
export interface EmailHealth {
  /** `degraded`: the provider fails now and then. `unavailable`: it takes nothing at present. */
  status: EmailHealthStatus;
  /** The e-mail provider that is asked first. */
  backend: string;
  /** The caller's e-mails of this hour. */
  rate_limit: string;
}

/**
 * What kind of device it is.
 */
export type DevicesTokensItemPlatform = 'ios' | 'android' | 'web';
export type DevicesTokensItem = {
  /** What the push service gave to the app. */
  token: string;
  /** What kind of device it is. */
  platform: DevicesTokensItemPlatform;
  /** When the device was registered. */
  registered_at: string;
  /**
     * When the device was last registered or sent to. Null: never since.
     * @nullable
     */
  last_used_at: string | null;
};

export interface Devices {
  /** Your own id of the user. */
  user_id: string;
  /** The devices. */
  tokens: DevicesTokensItem[];
}

/**
 * What kind of device it is.
 */
export type DevicePlatform = 'ios' | 'android' | 'web';
export interface Device {
  /** Your own id of the user. */
  user_id: string;
  /** What the push service gave to the app. */
  token: string;
  /** What kind of device it is. */
  platform: DevicePlatform;
  /** When the device was registered. */
  registered_at: string;
}

/**
 * Needed with a token. With an `endpoint` it is `web` if left out.
 */
export type DeviceRegistrationPlatform = 'ios' | 'android' | 'web';
/**
 * The subscription's keys, as the browser gives them.
 */
export type DeviceRegistrationKeys = {
  /**
     * The subscription's public key, in base64url.
     * @pattern ^[A-Za-z0-9_-]{87}={0,2}$
     */
  p256dh: string;
  /**
     * The subscription's shared secret, in base64url.
     * @pattern ^[A-Za-z0-9_-]{22}={0,2}$
     */
  auth: string;
};

export interface DeviceRegistration {
  /**
     * Your own id of the user.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  user_id: string;
  /** Needed with a token. With an `endpoint` it is `web` if left out. */
  platform?: DeviceRegistrationPlatform;
  /**
     * The push service that issued the token. Only needed where the token does not show it.
     * @minLength 1
     * @maxLength 32
     */
  provider?: string;
  /**
     * Which app the token is of, where several are configured by name.
     * @minLength 1
     * @maxLength 64
     */
  app?: string;
  /**
     * The device's language. It becomes the user's where none is known.
     * @maxLength 64
     */
  locale?: string;
  /**
     * The device's IANA time zone. It becomes the user's where none is known.
     * @maxLength 64
     */
  timezone?: string;
  /**
     * The version of the app, in its own words.
     * @minLength 1
     * @maxLength 64
     */
  app_version?: string;
  /**
     * What the push service gave to the app. Either this or `endpoint`.
     * @maxLength 4096
     */
  token?: string;
  /**
     * Of a Web Push subscription: send the members of its `toJSON()` as they are. Its address is the device's token.
     * @maxLength 4096
     */
  endpoint?: string;
  /** The subscription's keys, as the browser gives them. */
  keys?: DeviceRegistrationKeys;
  /**
     * Ignored.
     * @nullable
     */
  expirationTime?: number | null;
}

export interface DeviceInvalidated {
  /** Always true. */
  invalidated: true;
  /** What the push service gave to the app. */
  token: string;
  /** When the device was taken out of use. */
  invalidated_at: string;
}

/**
 * What became of it.
 */
export type PushBatchSentResultsItemStatus = 'queued' | 'sending' | 'sent' | 'failed' | 'cancelled' | 'retried' | 'resolved';
export type PushBatchSentResultsItem = {
  /** Empty where the target names none that can be read. */
  user_id: string;
  /**
     * The push. Null: none was made.
     * @nullable
     */
  notification_id: string | null;
  /** What became of it. */
  status: PushBatchSentResultsItemStatus;
  /** Why it failed, for programs. */
  error_code?: string;
  /** Why it failed, in English. */
  error?: string;
  /** With `rate_limited`: when there may be room for it. */
  retry_at?: string;
};

export type PushBatchSentErrorsItem = {
  /** Into the body (RFC 6901), or the name of a parameter or header. */
  pointer: string;
  /** What is wrong, in English. */
  detail: string;
  /** Where several members of a list have the same fault: how many. */
  count?: number;
  /** Their indexes, the first 100; `pointer` is into the first. */
  members?: number[];
};

export interface PushBatchSent {
  /** Finds its pushes in the lists. */
  batch_id: string;
  /** How many targets there were. */
  total: number;
  /** How many were sent. */
  succeeded: number;
  /** How many failed. */
  failed: number;
  /** What came of each target, in their order. */
  results: PushBatchSentResultsItem[];
  /**
     * When it was sent. Null: it is not sent yet.
     * @nullable
     */
  sent_at: string | null;
  /** What is wrong with them, as in a problem document; 100 at most. */
  errors?: PushBatchSentErrorsItem[];
  /** True when there are more than 100. */
  errors_capped?: boolean;
}

/**
 * `high` unless it is said, `normal` for a silent push.
 */
export type PushOptionsPriority = 'default' | 'normal' | 'high';
/**
 * iOS. `critical` needs an entitlement of Apple's.
 */
export type PushOptionsInterruptionLevel = 'passive' | 'active' | 'time-sensitive' | 'critical';
/**
 * How the push is shown and kept. What no configured provider has is refused; what a phone's system does not know is ignored there.
 */
export interface PushOptions {
  /**
     * A sound of the app's, or `default`; null for none. On Android the channel decides; a browser knows only null.
     * @minLength 1
     * @maxLength 128
     * @nullable
     */
  sound?: string | null;
  /**
     * The number on the app's icon; 0 removes it. iOS, and sites that are installed.
     * @minimum 0
     * @maximum 99999
     */
  badge?: number;
  /** `high` unless it is said, `normal` for a silent push. */
  priority?: PushOptionsPriority;
  /**
     * Seconds after it was due for which the push is worth delivering; 0: now or never. A push that no service has taken by then fails as `expired`, and its fallback follows.
     * @minimum 0
     * @maximum 2419200
     */
  ttl?: number;
  /**
     * Below the title. iOS.
     * @minLength 1
     * @maxLength 1000
     */
  subtitle?: string;
  /**
     * A notification channel that the app has made. Android.
     * @minLength 1
     * @maxLength 128
     */
  channel_id?: string;
  /** iOS. `critical` needs an entitlement of Apple's. */
  interruption_level?: PushOptionsInterruptionLevel;
  /** The app's own extension may change it before it is shown. iOS. */
  mutable_content?: boolean;
  /**
     * A category of actions of the app's.
     * @minLength 1
     * @maxLength 128
     */
  category_id?: string;
  /**
     * An https address of a host by its name.
     * @maxLength 2048
     */
  image?: string;
  /** Wakes the app in the background. With it title and body may be left out: such a push is not sent to browsers. */
  content_available?: boolean;
}

/**
 * Goes to the app with the push.
 */
export type PushTargetData = {[key: string]: unknown};

export type PushTarget = (unknown & {
  /**
     * Your own id of the user.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  user_id: string;
  /**
     * Needed, but for a silent push (`options.content_available`), which has neither title nor body.
     * @minLength 1
     * @maxLength 1000
     */
  title?: string;
  /**
     * Needed, but for a silent push (`options.content_available`), which has neither title nor body.
     * @minLength 1
     * @maxLength 4096
     */
  body?: string;
  /** Goes to the app with the push. */
  data?: PushTargetData;
  /**
     * Taken from `data` when it stands only there.
     * @minLength 1
     * @maxLength 128
     */
  prompt_id?: string;
  /**
     * Taken from `data` when it stands only there.
     * @minLength 1
     * @maxLength 128
     */
  scenario_id?: string;
  /** How the push is shown and kept. */
  options?: PushOptions;
});

export interface PushBatch {
  /**
     * Whom each push is for, and what it says.
     * @minItems 1
     * @maxItems 1000
     */
  targets: PushTarget[];
}

/**
 * The state that it is in.
 */
export type PushListItemStatus = 'queued' | 'sending' | 'sent' | 'failed' | 'cancelled' | 'retried' | 'resolved';
export interface PushListItem {
  /** Its id. */
  id: string;
  /** Your own id of the user. */
  user_id: string;
  /** The title that its reader sees. */
  title: string;
  /** The text of the message. */
  body: string;
  /** Devices whose push service took it, corrected by receipts. */
  delivered_count: number;
  /** Devices that it did not reach. */
  failed_count: number;
  /**
     * When the last attempt was made.
     * @nullable
     */
  sent_at: string | null;
  /** The state that it is in. */
  status: PushListItemStatus;
  /** Why it failed, for programs. */
  error_code?: string;
  /** Why it failed, in English. */
  error?: string;
  /** The message on the `fallback` channel, once it has followed. */
  followed_by?: string;
  /** The failed message that this one follows. */
  follows?: string;
  /**
     * Your own id of the scenario that made it. Null: none.
     * @nullable
     */
  scenario_id: string | null;
  /**
     * Your own id of the prompt that made it. Null: none.
     * @nullable
     */
  prompt_id: string | null;
  /** Devices that it was sent to. */
  device_tokens_targeted: number;
}

export interface Pagination {
  /** Which page, from 1. */
  page: number;
  /** At most so many. */
  limit: number;
  /** Exact up to 10,000. A page after `cursor` has what was counted for the first. */
  total: number;
  /** True when there are more than 10,000. */
  total_capped?: boolean;
  /** Present when there is more. */
  next_cursor?: string;
}

export interface PushList {
  /** The pushes, the newest first. */
  data: PushListItem[];
  /** Which part of the list this is. */
  pagination: Pagination;
}

/**
 * The state that it is in.
 */
export type PushSentStatus = 'queued' | 'sending' | 'sent' | 'failed' | 'cancelled' | 'retried' | 'resolved';
export interface PushSent {
  /** Its id. */
  id: string;
  /** Your own id of the user. */
  user_id: string;
  /** The title that its reader sees. */
  title: string;
  /** The text of the message. */
  body: string;
  /** Devices whose push service took it, corrected by receipts. */
  delivered_count: number;
  /** Devices that it did not reach. */
  failed_count: number;
  /**
     * When the last attempt was made.
     * @nullable
     */
  sent_at: string | null;
  /** The state that it is in. */
  status: PushSentStatus;
  /** Why it failed, for programs. */
  error_code?: string;
  /** Why it failed, in English. */
  error?: string;
  /** The message on the `fallback` channel, once it has followed. */
  followed_by?: string;
  /** The failed message that this one follows. */
  follows?: string;
  /** Devices that it was sent to. */
  device_tokens_targeted: number;
  /** Where `channels` were named: the message on each, the push first. */
  dispatch_ids?: string[];
}

/**
 * Goes to the app with the push.
 */
export type PushSendData = {[key: string]: unknown};

export type PushSendChannelsItem = 'push' | 'email' | 'in_app' | 'sms' | 'chat';
/**
 * What follows, in order, where the message has not reached its user: a channel, a step, or up to four of either. A message has reached its user when an in-app message is read (or archived), or another one is taken by its provider. A step follows when the one before fails, or bounces later; with `after` also when that has not reached the user so many seconds after it was due. It is looked for each minute. Each step asks the user's preferences, quiet hours and budgets for itself.
 */
export type PushSendFallback = 'push' | 'email' | 'in_app' | 'sms' | 'chat' | {
  /** Which channel follows. */
  channel: 'push' | 'email' | 'in_app' | 'sms' | 'chat';
  /**
     * Seconds that the message before has to reach its user.
     * @minimum 0
     * @maximum 2592000
     */
  after?: number;
} | ('push' | 'email' | 'in_app' | 'sms' | 'chat' | {
  /** Which channel follows. */
  channel: 'push' | 'email' | 'in_app' | 'sms' | 'chat';
  /**
     * Seconds that the message before has to reach its user.
     * @minimum 0
     * @maximum 2592000
     */
  after?: number;
})[];

export type PushSend = (unknown & {
  /**
     * Your own id of the user.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  user_id: string;
  /**
     * Needed, but for a silent push (`options.content_available`), which has neither title nor body.
     * @minLength 1
     * @maxLength 1000
     */
  title?: string;
  /**
     * Needed, but for a silent push (`options.content_available`), which has neither title nor body.
     * @minLength 1
     * @maxLength 4096
     */
  body?: string;
  /** Goes to the app with the push. */
  data?: PushSendData;
  /**
     * Taken from `data` when it stands only there.
     * @minLength 1
     * @maxLength 128
     */
  prompt_id?: string;
  /**
     * Taken from `data` when it stands only there.
     * @minLength 1
     * @maxLength 128
     */
  scenario_id?: string;
  /** How the push is shown and kept. */
  options?: PushOptions;
  /**
     * Where it is sent at the same time: `push` (the default), `in_app` (the user's inbox), or others that are configured.
     * @minItems 1
     * @maxItems 5
     */
  channels?: PushSendChannelsItem[];
  /** Not before this time, which is at most 365 days ahead. */
  send_at?: string;
  /** Not sent after this time, which must be in the future; it then fails as `expired`. What has come to an inbox by then stays there. */
  expires_at?: string;
  /** What follows, in order, where the message has not reached its user: a channel, a step, or up to four of either. A message has reached its user when an in-app message is read (or archived), or another one is taken by its provider. A step follows when the one before fails, or bounces later; with `after` also when that has not reached the user so many seconds after it was due. It is looked for each minute. Each step asks the user's preferences, quiet hours and budgets for itself. */
  fallback?: PushSendFallback;
}) | (unknown & {
  /**
     * Your own id of the user.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  user_id: string;
  /**
     * Needed, but for a silent push (`options.content_available`), which has neither title nor body.
     * @minLength 1
     * @maxLength 1000
     */
  title?: string;
  /**
     * Needed, but for a silent push (`options.content_available`), which has neither title nor body.
     * @minLength 1
     * @maxLength 4096
     */
  body?: string;
  /** Goes to the app with the push. */
  data?: PushSendData;
  /**
     * Taken from `data` when it stands only there.
     * @minLength 1
     * @maxLength 128
     */
  prompt_id?: string;
  /**
     * Taken from `data` when it stands only there.
     * @minLength 1
     * @maxLength 128
     */
  scenario_id?: string;
  /** How the push is shown and kept. */
  options?: PushOptions;
  /**
     * Where it is sent at the same time: `push` (the default), `in_app` (the user's inbox), or others that are configured.
     * @minItems 1
     * @maxItems 5
     */
  channels?: PushSendChannelsItem[];
  /** Not before this time, which is at most 365 days ahead. */
  send_at?: string;
  /** Not sent after this time, which must be in the future; it then fails as `expired`. What has come to an inbox by then stays there. */
  expires_at?: string;
  /** What follows, in order, where the message has not reached its user: a channel, a step, or up to four of either. A message has reached its user when an in-app message is read (or archived), or another one is taken by its provider. A step follows when the one before fails, or bounces later; with `after` also when that has not reached the user so many seconds after it was due. It is looked for each minute. Each step asks the user's preferences, quiet hours and budgets for itself. */
  fallback?: PushSendFallback;
});

/**
 * The state that it is in.
 */
export type PushRecordStatus = 'queued' | 'sending' | 'sent' | 'failed' | 'cancelled' | 'retried' | 'resolved';
/**
 * What went to the app with the push. Null: nothing.
 * @nullable
 */
export type PushRecordData = {[key: string]: unknown} | null;

export interface PushRecord {
  /** Its id. */
  id: string;
  /** Your own id of the user. */
  user_id: string;
  /** The title that its reader sees. */
  title: string;
  /** The text of the message. */
  body: string;
  /** Devices whose push service took it, corrected by receipts. */
  delivered_count: number;
  /** Devices that it did not reach. */
  failed_count: number;
  /**
     * When the last attempt was made.
     * @nullable
     */
  sent_at: string | null;
  /** The state that it is in. */
  status: PushRecordStatus;
  /** Why it failed, for programs. */
  error_code?: string;
  /** Why it failed, in English. */
  error?: string;
  /** The message on the `fallback` channel, once it has followed. */
  followed_by?: string;
  /** The failed message that this one follows. */
  follows?: string;
  /**
     * Your own id of the scenario that made it. Null: none.
     * @nullable
     */
  scenario_id: string | null;
  /**
     * Your own id of the prompt that made it. Null: none.
     * @nullable
     */
  prompt_id: string | null;
  /**
     * What went to the app with the push. Null: nothing.
     * @nullable
     */
  data: PushRecordData;
  /** How the push is shown and kept. */
  options?: PushOptions;
  /** The tokens of the devices that it went to. */
  device_tokens: string[];
  /** For staff: a user does not see it. */
  retry_note?: string;
}

/**
 * The state that it is in.
 */
export type PushAnnotatedStatus = 'queued' | 'sending' | 'sent' | 'failed' | 'cancelled' | 'retried' | 'resolved';
export interface PushAnnotated {
  /** Its id. */
  id: string;
  /** The state that it is in. */
  status: PushAnnotatedStatus;
  /**
     * The note of staff. Null: none.
     * @nullable
     */
  retry_note: string | null;
  /** When it last changed. */
  updated_at: string;
}

/**
 * What to mark it as.
 */
export type PushAnnotationStatus = 'retried' | 'resolved';
export interface PushAnnotation {
  /** What to mark it as. */
  status?: PushAnnotationStatus;
  /**
     * For staff.
     * @minLength 1
     * @maxLength 2000
     */
  retry_note?: string;
}

export interface PushDeleted {
  /** Always true. */
  deleted: true;
  /** Its id. */
  id: string;
}

export interface VapidKey {
  /**
     * Which app the key is of. Null: the only one.
     * @minLength 1
     * @maxLength 64
     * @nullable
     */
  app: string | null;
  /** base64url: what `pushManager.subscribe` takes as `applicationServerKey`. */
  public_key: string;
}

/**
 * The channel: `push`, `email`, `in_app`, `sms` or `chat`.
 */
export type DispatchEntryChannel = 'push' | 'email' | 'in_app' | 'sms' | 'chat';
/**
 * The state that it is in.
 */
export type DispatchEntryStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'bounced' | 'failed' | 'cancelled';
export interface DispatchEntry {
  /** The id of the message, as the log prints it. */
  dispatch_id: string;
  /**
     * Your own id of the organization. Null: none.
     * @nullable
     */
  org_id: string | null;
  /** The type of the notification: a built-in one, or one of your own. */
  type: string;
  /** The channel: `push`, `email`, `in_app`, `sms` or `chat`. */
  channel: DispatchEntryChannel;
  /** Your own id of the user who gets it. */
  recipient_user_id: string;
  /** The state that it is in. */
  status: DispatchEntryStatus;
  /**
     * When the last attempt was made.
     * @nullable
     */
  sent_at: string | null;
  /** Only where there is one. */
  error?: string;
  /** Why it failed, for programs. */
  error_code?: string;
  /** What followed on another channel when this one failed. */
  followed_by?: string;
  /** The failed one that this one follows. */
  follows?: string;
}

export interface DispatchLog {
  /** The messages, the newest first. */
  data: DispatchEntry[];
  /** Which part of the list this is. */
  pagination: Pagination;
}

export interface IdPagination {
  /** At most so many. */
  limit: number;
  /** Present when there is more. */
  next_cursor?: string;
}

export interface FoundDispatches {
  /** The messages, the newest first. */
  data: DispatchEntry[];
  /** Which part of the list this is. */
  pagination: IdPagination;
}

export type DispatchSearchStatusesItem = 'queued' | 'sending' | 'sent' | 'delivered' | 'bounced' | 'failed' | 'cancelled';
/**
 * The channel: `push`, `email`, `in_app`, `sms` or `chat`.
 */
export type DispatchSearchChannel = 'push' | 'email' | 'in_app' | 'sms' | 'chat';
export interface DispatchSearch {
  /**
     * The id of a message, batch, event or record, as it is printed anywhere; or a user's id; or an address, which finds the messages to the users who have it now. Empty: all.
     * @maxLength 254
     */
  query?: string;
  /**
     * Only those in one of these states.
     * @minItems 1
     * @maxItems 7
     */
  statuses?: DispatchSearchStatusesItem[];
  /** The channel: `push`, `email`, `in_app`, `sms` or `chat`. */
  channel?: DispatchSearchChannel;
  /**
     * The type of the notification: a built-in one, or one of your own.
     * @minLength 1
     * @maxLength 64
     */
  type?: string;
  /**
     * Only those to users of this organization.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  org_id?: string;
  /** Whether organizations below it count, too. */
  include_sub_orgs?: boolean;
  /** Created at or after. */
  from?: string;
  /** Created before. */
  to?: string;
  /**
     * At most so many.
     * @minimum 1
     * @maximum 100
     */
  limit?: number;
  /**
     * `next_cursor` of the page before.
     * @pattern ^[A-Za-z0-9_-]{1,180}$
     */
  cursor?: string;
}

/**
 * The type of the notification: a built-in one, or one of your own.
 */
export type CertificationReminderQueuedDataType = 'certification_reminder';
/**
 * The state that it is in.
 */
export type CertificationReminderQueuedDataStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'bounced' | 'failed' | 'cancelled';
/**
 * The reminder.
 */
export type CertificationReminderQueuedData = {
  /** The id of the message, as the log prints it. */
  dispatch_id: string;
  /** Your own id of the user. */
  user_id: string;
  /** The type of the notification: a built-in one, or one of your own. */
  type: CertificationReminderQueuedDataType;
  /** The state that it is in. */
  status: CertificationReminderQueuedDataStatus;
  /** When it was queued. */
  queued_at: string;
};

export interface CertificationReminderQueued {
  /** The reminder. */
  data: CertificationReminderQueuedData;
}

export interface CertificationReminder {
  /**
     * Your own id of the user.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  user_id: string;
}

/**
 * What was queued.
 */
export type BulkCertificationRemindersQueuedData = {
  /** Your own id of the organization. Null: none. */
  org_id: string;
  /** Certificates that expire within so many days count. */
  days_threshold: number;
  /** Users whose certificate expires in time. */
  total_eligible: number;
  /** Messages that were queued. */
  dispatched: number;
  /** Users who cannot be mailed; logged with the reason. */
  failed: number;
  /** Users reminded of the same expiry within 24 hours, or who had switched that reminder off. */
  skipped: number;
  /** The first 1,000; `batch_id` finds them all. */
  dispatch_ids: string[];
  /** Finds the reminders in the log. */
  batch_id: string;
  /** When they were queued. */
  dispatched_at: string;
};

export interface BulkCertificationRemindersQueued {
  /** What was queued. */
  data: BulkCertificationRemindersQueuedData;
}

export interface BulkCertificationReminders {
  /**
     * Your own id of the organization. Null: none.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  org_id: string;
  /**
     * Whose certificate expires within so many days is reminded.
     * @minimum 1
     * @maximum 3650
     */
  days_threshold: number;
  /** Whether organizations below it count, too. */
  include_sub_orgs?: boolean;
}

/**
 * The channel: `push`, `email`, `in_app`, `sms` or `chat`.
 */
export type DispatchDetailDataChannel = 'push' | 'email' | 'in_app' | 'sms' | 'chat';
/**
 * The state that it is in.
 */
export type DispatchDetailDataStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'bounced' | 'failed' | 'cancelled';
/**
 * The message.
 */
export type DispatchDetailData = {
  /** The id of the message, as the log prints it. */
  dispatch_id: string;
  /**
     * Your own id of the organization. Null: none.
     * @nullable
     */
  org_id: string | null;
  /** The type of the notification: a built-in one, or one of your own. */
  type: string;
  /** The channel: `push`, `email`, `in_app`, `sms` or `chat`. */
  channel: DispatchDetailDataChannel;
  /** Your own id of the user who gets it. */
  recipient_user_id: string;
  /** The state that it is in. */
  status: DispatchDetailDataStatus;
  /**
     * When the last attempt was made.
     * @nullable
     */
  sent_at: string | null;
  /** Only where there is one. */
  error?: string;
  /** Why it failed, for programs. */
  error_code?: string;
  /** What followed on another channel when this one failed. */
  followed_by?: string;
  /** The failed one that this one follows. */
  follows?: string;
  /**
     * The subject line, or the title of a push. Null: it is not made yet.
     * @nullable
     */
  subject: string | null;
  /**
     * When the receiver's side reported that it arrived. Null: no report.
     * @nullable
     */
  delivered_at: string | null;
  /**
     * The batch that it was sent with. Null: none.
     * @nullable
     */
  batch_id: string | null;
  /** How often it was tried. */
  attempts: number;
  /**
     * Who carried it last. Null: nobody yet.
     * @nullable
     */
  provider: string | null;
  /**
     * A note of staff. Null: none.
     * @nullable
     */
  note: string | null;
  /** When it was made. */
  created_at: string;
};

export interface DispatchDetail {
  /** The message. */
  data: DispatchDetailData;
}

/**
 * The message, as it is now.
 */
export type DispatchChangedData = {
  /** The id of the message, as the log prints it. */
  dispatch_id: string;
  /** The state that it is in. */
  status: 'queued' | 'sending' | 'sent' | 'delivered' | 'bounced' | 'failed' | 'cancelled';
  /** When it was queued again. */
  retried_at: string;
} | {
  /** The id of the message, as the log prints it. */
  dispatch_id: string;
  /** The state that it is in. */
  status: 'queued' | 'sending' | 'sent' | 'delivered' | 'bounced' | 'failed' | 'cancelled';
  /** A note of staff. Null: none. */
  note: string;
  /** When it last changed. */
  updated_at: string;
};

export interface DispatchChanged {
  /** The message, as it is now. */
  data: DispatchChangedData;
}

export type DispatchChange = {
  /** What is to be done. */
  action: 'retry';
} | {
  /** What is to be done. */
  action: 'update';
  /**
     * For staff; it replaces the one before.
     * @minLength 1
     * @maxLength 2000
     */
  note: string;
};

/**
 * The state that it is in.
 */
export type DispatchCancelledDataStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'bounced' | 'failed' | 'cancelled';
/**
 * The message, as it is now.
 */
export type DispatchCancelledData = {
  /** The id of the message, as the log prints it. */
  dispatch_id: string;
  /** The state that it is in. */
  status: DispatchCancelledDataStatus;
  /** When it was cancelled. */
  cancelled_at: string;
};

export interface DispatchCancelled {
  /** The message, as it is now. */
  data: DispatchCancelledData;
}

/**
 * The state that it is in.
 */
export type TimelineDataStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'bounced' | 'failed' | 'cancelled';
/**
 * What the push service did with it.
 */
export type TimelineDataDeliveriesItemStatus = 'accepted' | 'retry' | 'failed';
export type TimelineDataDeliveriesItem = {
  /** Our number of the device; it is no token. */
  device_id: number;
  /** What the push service did with it. */
  status: TimelineDataDeliveriesItemStatus;
  /** Who carried it, or would. */
  provider: string;
  /** Why it failed, in English. */
  error?: string;
  /** When the push service took it. */
  accepted_at?: string;
  /** When the push service is asked what became of it. */
  receipt_due_at?: string;
};

/**
 * What had woken it then: a wake-up call (or the request that waits for it), or the sweep, which wakes what is due later and what was lost.
 */
export type TimelineEntryWokenBy = 'call' | 'sweep';
export interface TimelineEntry {
  /** When it happened. */
  at: string;
  /** created, scheduled, reserved, attempted, postponed, ended, delivered, taken_over, woken, reported_late, receipt, reported, cancelled, retried, marked, noted, changed, chained, followed, resting, collected, left_out. Later versions may have further ones. */
  did: string;
  /** What happened, in English. */
  text: string;
  /** When it is looked at or tried again. */
  until?: string;
  /** What it waits for: slot, quota, quiet_hours, earlier_step, provider, lease_over, limiter_away, fault. */
  wait?: string;
  /** Of attempted, postponed and ended: when a consumer took it from its queue. Not in entries that earlier versions wrote. */
  claimed_at?: string;
  /** What had woken it then: a wake-up call (or the request that waits for it), or the sweep, which wakes what is due later and what was lost. */
  woken_by?: TimelineEntryWokenBy;
  /** Of attempted: which one. Not of a trial. */
  attempt?: number;
  /** Of attempted: it was a trial of a provider that had failed, and it failed again. No attempt was spent. */
  trial?: true;
  /** accepted, retry, rejected, gone, unwanted. */
  outcome?: string;
  /** Who carried it, or would. */
  provider?: string;
  /** How long the provider took to answer. */
  duration_ms?: number;
  /** The devices. */
  devices?: number;
  /** Devices whose push service took it. */
  devices_reached?: number;
  /** Of `ended`: in which state. */
  status?: string;
  /** Of a webhook: delivered, bounced, maybe_bounced, complained, failed. */
  kind?: string;
  /** By the provider's clock. */
  event_at?: string;
  /** Why, for programs. It stays the same between versions. */
  code?: string;
  /** What the provider or the rule said. */
  message?: string;
  /** Who did it, as `role:id`. Staff only. */
  by?: string;
  /** What a person marked it as: `retried` or `resolved`. */
  mark?: string;
  /** read, unread, archive, unarchive. */
  change?: string;
  /** event, fallback, batch, api, service. */
  source?: string;
  /** The event that it was made for. */
  event_id?: string;
  /** The key that its maker sent. */
  key?: string;
  /** The batch that it was sent with. Null: none. */
  batch_id?: string;
  /** Of `chained` and `followed`: the other message. */
  dispatch_id?: string;
  /** Of `chained` and `followed`: the other message's channel. */
  channel?: string;
  /** How many entries are not kept. */
  n?: number;
}

/**
 * The message, and what happened to it.
 */
export type TimelineData = {
  /** The id of the message, as the log prints it. */
  dispatch_id: string;
  /** Your own id of the user. */
  user_id: string;
  /**
     * Your own id of the organization. Null: none.
     * @nullable
     */
  org_id: string | null;
  /** The channel: `push`, `email`, `in_app`, `sms` or `chat`. */
  channel: string;
  /** The type of the notification: a built-in one, or one of your own. */
  type: string;
  /** The state that it is in. */
  status: TimelineDataStatus;
  /** While it is queued: when it is looked at next. */
  due_at?: string;
  /**
     * After this time it is not sent any more. Null: no end.
     * @nullable
     */
  expires_at: string | null;
  /** In order of time; at most about 45. */
  entries: TimelineEntry[];
  /** Of a push: what became of it on each device. */
  deliveries: TimelineDataDeliveriesItem[];
  /**
     * Staff only.
     * @nullable
     */
  provider_message_id?: string | null;
  /** The first 20. Staff only. */
  dedupe_keys?: string[];
};

export interface Timeline {
  /** The message, and what happened to it. */
  data: TimelineData;
}

/**
 * Whether a pause began or ended.
 */
export type NotificationRecordEntryEventType = 'pause_activated' | 'pause_deactivated';
export type NotificationRecordEntryChannelsNotifiedItem = 'push' | 'email' | 'in_app';
export interface NotificationRecordEntry {
  /** Its id. */
  id: string;
  /** Your own id of the peer mentor. */
  peer_mentor_id: string;
  /** Whether a pause began or ended. */
  event_type: NotificationRecordEntryEventType;
  /**
     * The user who coordinates the mentor. Null: nobody.
     * @nullable
     */
  coordinator_id: string | null;
  /** Only those that worked. Where we sent the messages ourselves, it follows what becomes of them. */
  channels_notified: NotificationRecordEntryChannelsNotifiedItem[];
  /** When it was sent. Null: it is not sent yet. */
  sent_at: string;
  /**
     * Null when the directory has no such mentor.
     * @nullable
     */
  peer_mentor_name: string | null;
}

export interface NotificationRecords {
  /** The records, the newest first. */
  data: NotificationRecordEntry[];
  /** Which part of the list this is. */
  pagination: Pagination;
}

/**
 * Whether a pause began or ended.
 */
export type NotificationRecordedEventType = 'pause_activated' | 'pause_deactivated';
export type NotificationRecordedChannelsNotifiedItem = 'push' | 'email' | 'in_app';
export interface NotificationRecorded {
  /** Its id. */
  id: string;
  /** Your own id of the peer mentor. */
  peer_mentor_id: string;
  /** Whether a pause began or ended. */
  event_type: NotificationRecordedEventType;
  /**
     * The user who coordinates the mentor. Null: nobody.
     * @nullable
     */
  coordinator_id: string | null;
  /** Only those that worked. Where we sent the messages ourselves, it follows what becomes of them. */
  channels_notified: NotificationRecordedChannelsNotifiedItem[];
  /** When it was sent. Null: it is not sent yet. */
  sent_at: string;
}

/**
 * Whether a pause began or ended.
 */
export type NotificationSentEventType = 'pause_activated' | 'pause_deactivated';
export type NotificationSentChannelsNotifiedItem = 'push' | 'email' | 'in_app';
export interface NotificationSent {
  /**
     * Your own id of the peer mentor.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  peer_mentor_id: string;
  /** Whether a pause began or ended. */
  event_type: NotificationSentEventType;
  /**
     * From when the pause, or its end, counts. Null: not given.
     * @nullable
     */
  effective_date?: string | null;
  /**
     * Why the mentor pauses, or comes back. Null: not given.
     * @minLength 1
     * @maxLength 1000
     * @nullable
     */
  reason?: string | null;
  /**
     * The mentor's coordinator, or a user in the caller's scope. Left out: the mentor's.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  coordinator_id?: string;
  /**
     * The channels on which somebody was told.
     * @minItems 1
     * @maxItems 3
     */
  channels_notified: NotificationSentChannelsNotifiedItem[];
  /**
     * The caller's own; kept as they are.
     * @minItems 0
     * @maxItems 100
     * @items.minLength 1
     * @items.maxLength 128
     */
  dispatch_ids?: string[];
}

/**
 * Whether a pause began or ended.
 */
export type NotificationHistoryHistoryItemEventType = 'pause_activated' | 'pause_deactivated';
export type NotificationHistoryHistoryItemChannelsNotifiedItem = 'push' | 'email' | 'in_app';
export type NotificationHistoryHistoryItem = {
  /** Its id. */
  id: string;
  /** Whether a pause began or ended. */
  event_type: NotificationHistoryHistoryItemEventType;
  /**
     * From when the pause, or its end, counts. Null: not given.
     * @nullable
     */
  effective_date: string | null;
  /**
     * Why the mentor paused, or came back. Null: not given.
     * @nullable
     */
  reason: string | null;
  /** Only those that worked. Where we sent the messages ourselves, it follows what becomes of them. */
  channels_notified: NotificationHistoryHistoryItemChannelsNotifiedItem[];
  /** When it was sent. Null: it is not sent yet. */
  sent_at: string;
};

export interface NotificationHistory {
  /** Your own id of the peer mentor. */
  peer_mentor_id: string;
  /** The peer mentor's name. */
  peer_mentor_name: string;
  /** The events, the newest first. */
  history: NotificationHistoryHistoryItem[];
  /** All there are, also beyond `limit`. */
  total_events: number;
}

export interface PeerMentorProfile {
  /** Your own id of the peer mentor. */
  peer_mentor_id: string;
  /** First and last name. */
  full_name: string;
  /**
     * The e-mail address. Null: none is known.
     * @nullable
     */
  email: string | null;
  /**
     * The number in international form, from + on. Null: none is known.
     * @nullable
     */
  phone: string | null;
  /**
     * The user who coordinates the mentor. Null: nobody.
     * @nullable
     */
  coordinator_id: string | null;
  /**
     * Your own id of the organization. Null: none.
     * @nullable
     */
  org_id: string | null;
  /** Whether the mentor is active or paused. */
  current_status: string;
  /**
     * Since when the mentor is paused. Null: the mentor is not.
     * @nullable
     */
  pause_start_date: string | null;
}

/**
 * Whether a pause began or ended.
 */
export type NotificationRecordEventType = 'pause_activated' | 'pause_deactivated';
export type NotificationRecordChannelsNotifiedItem = 'push' | 'email' | 'in_app';
export interface NotificationRecord {
  /** Its id. */
  id: string;
  /** Your own id of the peer mentor. */
  peer_mentor_id: string;
  /** Whether a pause began or ended. */
  event_type: NotificationRecordEventType;
  /**
     * The user who coordinates the mentor. Null: nobody.
     * @nullable
     */
  coordinator_id: string | null;
  /** Only those that worked. Where we sent the messages ourselves, it follows what becomes of them. */
  channels_notified: NotificationRecordChannelsNotifiedItem[];
  /** When it was sent. Null: it is not sent yet. */
  sent_at: string;
  /**
     * Null when the directory has no such mentor.
     * @nullable
     */
  peer_mentor_name: string | null;
  /**
     * From when the pause, or its end, counts. Null: not given.
     * @nullable
     */
  effective_date: string | null;
  /**
     * Why the mentor paused, or came back. Null: not given.
     * @nullable
     */
  reason: string | null;
  /**
     * The coordinator's name. Null: the directory has none.
     * @nullable
     */
  coordinator_name: string | null;
  /** The ids of the messages. */
  dispatch_ids: string[];
  /**
     * Such as why a channel did not work.
     * @nullable
     */
  notes: string | null;
}

export type NotificationRecordChangedChannelsNotifiedItem = 'push' | 'email' | 'in_app';
export interface NotificationRecordChanged {
  /** Its id. */
  id: string;
  /** Only those that worked. Where we sent the messages ourselves, it follows what becomes of them. */
  channels_notified: NotificationRecordChangedChannelsNotifiedItem[];
  /**
     * A note of staff. Null: none.
     * @nullable
     */
  notes: string | null;
  /** When it last changed. */
  updated_at: string;
}

export type NotificationRecordChangeChannelsNotifiedItem = 'push' | 'email' | 'in_app';
export interface NotificationRecordChange {
  /**
     * From now on it says this, whatever becomes of the messages.
     * @minItems 1
     * @maxItems 3
     */
  channels_notified?: NotificationRecordChangeChannelsNotifiedItem[];
  /**
     * A note of staff. Null: none.
     * @minLength 1
     * @maxLength 2000
     * @nullable
     */
  notes?: string | null;
}

/**
 * Always the same.
 */
export type NotificationRecordDeletedMessage = 'Notification record deleted';
export interface NotificationRecordDeleted {
  /** Always the same. */
  message: NotificationRecordDeletedMessage;
  /** The id of what was deleted. */
  deleted_id: string;
  /** When it was deleted. */
  deleted_at: string;
}

/**
 * The ISO week, month, quarter or year of the user's time zone.
 */
export type StatsNotificationEntryTimeWindow = 'weekly' | 'monthly' | 'quarterly' | 'yearly';
/**
 * Always `active`: what is deactivated is removed.
 */
export type StatsNotificationEntryStatus = 'active';
export interface StatsNotificationEntry {
  /** The id of the notification. */
  notification_id: string;
  /** Your own id of the user. */
  user_id: string;
  /** The ISO week, month, quarter or year of the user's time zone. */
  time_window: StatsNotificationEntryTimeWindow;
  /** Always `active`: what is deactivated is removed. */
  status: StatsNotificationEntryStatus;
  /** When the snapshot was taken. */
  last_refreshed_at: string;
}

export interface StatsNotifications {
  /** The subscriptions, the newest first. */
  data: StatsNotificationEntry[];
  /** Which part of the list this is. */
  pagination: Pagination;
}

/**
 * The ISO week, month, quarter or year of the user's time zone.
 */
export type StatsNotificationTimeWindow = 'weekly' | 'monthly' | 'quarterly' | 'yearly';
/**
 * Always `active`: what is deactivated is removed.
 */
export type StatsNotificationStatus = 'active';
/**
 * From the start of the window up to now.
 */
export interface StatsSnapshot {
  /** Planned and completed ones. */
  total_activities: number;
  /** Activities of the window that were completed. */
  completed_activities: number;
  /** Of the completed ones. */
  hours_logged: number;
}

export interface StatsNotification {
  /** The id of the notification. */
  notification_id: string;
  /** Your own id of the user. */
  user_id: string;
  /** The ISO week, month, quarter or year of the user's time zone. */
  time_window: StatsNotificationTimeWindow;
  /** Always `active`: what is deactivated is removed. */
  status: StatsNotificationStatus;
  /** When the snapshot was taken. */
  last_refreshed_at: string;
  /** The figures, as of when they were last taken. */
  snapshot: StatsSnapshot;
}

/**
 * The ISO week, month, quarter or year of the user's time zone.
 */
export type StatsNotificationCreatedTimeWindow = 'weekly' | 'monthly' | 'quarterly' | 'yearly';
/**
 * The state that it is in.
 */
export type StatsNotificationCreatedStatus = 'active';
export interface StatsNotificationCreated {
  /** The id of the notification. */
  notification_id: string;
  /** Your own id of the user. */
  user_id: string;
  /** The ISO week, month, quarter or year of the user's time zone. */
  time_window: StatsNotificationCreatedTimeWindow;
  /** The state that it is in. */
  status: StatsNotificationCreatedStatus;
  /** The figures, as of when they were last taken. */
  snapshot: StatsSnapshot;
  /** When it was made. */
  created_at: string;
}

/**
 * The ISO week, month, quarter or year of the user's time zone.
 */
export type StatsNotificationCreateTimeWindow = 'weekly' | 'monthly' | 'quarterly' | 'yearly';
export interface StatsNotificationCreate {
  /**
     * Your own id of the user.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  user_id: string;
  /** The ISO week, month, quarter or year of the user's time zone. */
  time_window: StatsNotificationCreateTimeWindow;
}

/**
 * The ISO week, month, quarter or year of the user's time zone.
 */
export type StatsNotificationChangedTimeWindow = 'weekly' | 'monthly' | 'quarterly' | 'yearly';
/**
 * The state that it is in.
 */
export type StatsNotificationChangedStatus = 'active';
export interface StatsNotificationChanged {
  /** The id of the notification. */
  notification_id: string;
  /** Your own id of the user. */
  user_id: string;
  /** The ISO week, month, quarter or year of the user's time zone. */
  time_window: StatsNotificationChangedTimeWindow;
  /** The state that it is in. */
  status: StatsNotificationChangedStatus;
  /** When it last changed. */
  updated_at: string;
}

/**
 * The ISO week, month, quarter or year of the user's time zone.
 */
export type StatsNotificationChangeTimeWindow = 'weekly' | 'monthly' | 'quarterly' | 'yearly';
export interface StatsNotificationChange {
  /** The ISO week, month, quarter or year of the user's time zone. */
  time_window: StatsNotificationChangeTimeWindow;
}

export interface StatsNotificationDeleted {
  /** Always true. */
  deleted: true;
  /** The id of the notification. */
  notification_id: string;
}

export interface StatsNotificationRefreshed {
  /** The id of the notification. */
  notification_id: string;
  /** Always true. */
  refreshed: true;
  /** When the snapshot was taken. */
  refreshed_at: string;
  /** The figures, as of when they were last taken. */
  snapshot: StatsSnapshot;
}

/**
 * `running`: messages are still being made. `done`: all are made, though perhaps not sent. `cancelled`: no further one is made, and those still queued are cancelled.
 */
export type EventStatus = 'running' | 'done' | 'cancelled';
/**
 * Whom it is for. Of users only their number is kept: see the messages.
 */
export type EventRecipients = {
  /** How many users were named. */
  user_count?: number;
  /** Those who have subscribed to this topic. */
  topic?: string;
  /** All users of this organization. */
  org_id?: string;
  /** Whether organizations below it count, too. */
  include_sub_orgs?: boolean;
  /** How many chat connections were named. */
  connection_count?: number;
};

/**
 * Channel → reason → messages that were not made. Reasons: `unsubscribed`, `no_address`, `unverified`, `suppressed`, `no_device`, `no_connection`, `connection_paused`, `connection_broken`, `unknown_user`, `expired`, `throttled`, `duplicate`, `not_configured` (the service does not have the channel), and `collected` (it is part of another message).
 */
export type EventSkipped = {[key: string]: {[key: string]: number}};

export interface Event {
  /** Its id. */
  id: string;
  /** The type, one of your own. */
  type: string;
  /**
     * On whose behalf; null: the service's.
     * @nullable
     */
  org_id: string | null;
  /**
     * The dedupe key. Null: none.
     * @nullable
     */
  key: string | null;
  /** `running`: messages are still being made. `done`: all are made, though perhaps not sent. `cancelled`: no further one is made, and those still queued are cancelled. */
  status: EventStatus;
  /** Whom it is for. Of users only their number is kept: see the messages. */
  recipients: EventRecipients;
  /** Recipients handled so far. */
  recipient_count: number;
  /** Messages made so far; of a dry run: that would be made. */
  message_count: number;
  /** Channel → reason → messages that were not made. Reasons: `unsubscribed`, `no_address`, `unverified`, `suppressed`, `no_device`, `no_connection`, `connection_paused`, `connection_broken`, `unknown_user`, `expired`, `throttled`, `duplicate`, `not_configured` (the service does not have the channel), and `collected` (it is part of another message). */
  skipped: EventSkipped;
  /**
     * Only these of the type's channels. Null: all.
     * @nullable
     */
  channels: string[] | null;
  /**
     * The id of the user who caused it. Null: nobody was named.
     * @nullable
     */
  actor: string | null;
  /** Whether messages were only counted, and none made. */
  dry_run: boolean;
  /**
     * It is not sent before this time. Null: at once.
     * @nullable
     */
  send_at: string | null;
  /**
     * The earlier of the call's and the type's.
     * @nullable
     */
  expires_at: string | null;
  /** When it was made. */
  created_at: string;
}

/**
 * Whom it is for.
 */
export type EventSendRecipients = {
  /**
     * Ids, or users as a bulk of the directory takes them: these are written there first, which only service and global_admin may. A user who is named twice counts once.
     * @minItems 1
     * @maxItems 1000
     */
  users: (string | { [key: string]: unknown })[];
} | {
  /**
     * Of the organization, or inherited by it. An org_admin's event is for those subscribers who are in the own organization and those below.
     * @minLength 1
     * @maxLength 128
     */
  topic: string;
} | {
  /**
     * Your own id of the organization. Null: none.
     * @minLength 1
     * @maxLength 128
     */
  org_id: string;
  /** Also those below it. A user who moves between them meanwhile gets one message at most, and perhaps none. */
  include_sub_orgs?: boolean;
} | {
  /**
     * Chat connections of organizations (`con_…`): each gets the event once, whoever reads there. Only the channel `chat` of the type counts.
     * @minItems 1
     * @maxItems 100
     * @items.minLength 1
     * @items.maxLength 128
     */
  connections: string[];
};

/**
 * Fits the type's schema. At most 32 KB as JSON.
 */
export type EventSendData = {[key: string]: unknown};

export type EventSendChannelsItem = 'push' | 'email' | 'in_app' | 'sms' | 'chat';
export interface EventSend {
  /**
     * One of your own types.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  type: string;
  /**
     * On whose behalf: the type and the topic are looked up there and in those above. Left out: the own organization of an org_admin, else the service.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  org_id?: string;
  /** Whom it is for. */
  recipients: EventSendRecipients;
  /** Fits the type's schema. At most 32 KB as JSON. */
  data: EventSendData;
  /**
     * The dedupe key. The type says what is made once under it: the event (a second one is answered with the first), or the message to each recipient and channel.
     * @minLength 1
     * @maxLength 256
     */
  key?: string;
  /** Not before this time, which is at most 365 days ahead. */
  send_at?: string;
  /** Not sent after this time. The type may set an earlier one. */
  expires_at?: string;
  /**
     * Only these of the type's channels.
     * @maxItems 5
     */
  channels?: EventSendChannelsItem[];
  /**
     * The id of the user who caused it.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  actor?: string;
  /** Makes no message, and counts how many would be made, and why others would not. Whether the type has words is not looked at. It takes no key. */
  dry_run?: boolean;
}

export interface EventList {
  /** The events, the newest first. */
  data: Event[];
  /** Which part of the list this is. */
  pagination: IdPagination;
}

/**
 * `running`: messages are still being made. `done`: all are made, though perhaps not sent. `cancelled`: no further one is made, and those still queued are cancelled.
 */
export type EventWithCountsStatus = 'running' | 'done' | 'cancelled';
/**
 * Whom it is for. Of users only their number is kept: see the messages.
 */
export type EventWithCountsRecipients = {
  /** How many users were named. */
  user_count?: number;
  /** Those who have subscribed to this topic. */
  topic?: string;
  /** All users of this organization. */
  org_id?: string;
  /** Whether organizations below it count, too. */
  include_sub_orgs?: boolean;
  /** How many chat connections were named. */
  connection_count?: number;
};

/**
 * Channel → reason → messages that were not made. Reasons: `unsubscribed`, `no_address`, `unverified`, `suppressed`, `no_device`, `no_connection`, `connection_paused`, `connection_broken`, `unknown_user`, `expired`, `throttled`, `duplicate`, `not_configured` (the service does not have the channel), and `collected` (it is part of another message).
 */
export type EventWithCountsSkipped = {[key: string]: {[key: string]: number}};

/**
 * Channel → status → messages.
 */
export type EventWithCountsCounts = {[key: string]: {[key: string]: number}};

/**
 * Channel → error code → messages.
 */
export type EventWithCountsErrors = {[key: string]: {[key: string]: number}};

export interface EventWithCounts {
  /** Its id. */
  id: string;
  /** The type, one of your own. */
  type: string;
  /**
     * On whose behalf; null: the service's.
     * @nullable
     */
  org_id: string | null;
  /**
     * The dedupe key. Null: none.
     * @nullable
     */
  key: string | null;
  /** `running`: messages are still being made. `done`: all are made, though perhaps not sent. `cancelled`: no further one is made, and those still queued are cancelled. */
  status: EventWithCountsStatus;
  /** Whom it is for. Of users only their number is kept: see the messages. */
  recipients: EventWithCountsRecipients;
  /** Recipients handled so far. */
  recipient_count: number;
  /** Messages made so far; of a dry run: that would be made. */
  message_count: number;
  /** Channel → reason → messages that were not made. Reasons: `unsubscribed`, `no_address`, `unverified`, `suppressed`, `no_device`, `no_connection`, `connection_paused`, `connection_broken`, `unknown_user`, `expired`, `throttled`, `duplicate`, `not_configured` (the service does not have the channel), and `collected` (it is part of another message). */
  skipped: EventWithCountsSkipped;
  /**
     * Only these of the type's channels. Null: all.
     * @nullable
     */
  channels: string[] | null;
  /**
     * The id of the user who caused it. Null: nobody was named.
     * @nullable
     */
  actor: string | null;
  /** Whether messages were only counted, and none made. */
  dry_run: boolean;
  /**
     * It is not sent before this time. Null: at once.
     * @nullable
     */
  send_at: string | null;
  /**
     * The earlier of the call's and the type's.
     * @nullable
     */
  expires_at: string | null;
  /** When it was made. */
  created_at: string;
  /** Channel → status → messages. */
  counts: EventWithCountsCounts;
  /** Channel → error code → messages. */
  errors: EventWithCountsErrors;
  /** When the messages were counted. Above 5,000 they are counted once a minute at most. */
  counted_at: string;
}

/**
 * What became of it.
 */
export type EventMessageStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'bounced' | 'failed' | 'cancelled';
export interface EventMessage {
  /** The id of the message, as the log prints it. */
  dispatch_id: string;
  /**
     * Your own id of the organization. Null: none.
     * @nullable
     */
  org_id: string | null;
  /** The channel: `push`, `email`, `in_app`, `sms` or `chat`. */
  channel: string;
  /** Your own id of the user who gets it. */
  recipient_user_id: string;
  /** What became of it. */
  status: EventMessageStatus;
  /** When it is or was due. */
  due_at: string;
  /**
     * When it was sent. Null: it is not sent yet.
     * @nullable
     */
  sent_at: string | null;
  /** Why it failed, in English. */
  error?: string;
  /** Why it failed, for programs. */
  error_code?: string;
}

export interface EventMessageList {
  /** The messages, in the order in which they were made. */
  data: EventMessage[];
  /** Which part of the list this is. */
  pagination: IdPagination;
}

/**
 * The state that it is in.
 */
export type ExplanationDispatchStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'bounced' | 'failed' | 'cancelled';
/**
 * The message that there is. Null: it is about one that nobody has made.
 * @nullable
 */
export type ExplanationDispatch = {
  /** Its id. */
  id: string;
  /** The channel: `push`, `email`, `in_app`, `sms` or `chat`. */
  channel: string;
  /** The state that it is in. */
  status: ExplanationDispatchStatus;
  /** Why it failed, for programs. */
  error_code?: string;
  /** Why it failed, in English. */
  error?: string;
  /** When it is or was due. */
  due_at: string;
  /** The path of its timeline. */
  timeline: string;
} | null;

/**
 * What comes of it by all rules: the first by which it is never sent (`reject`: it cannot be; `skip`: it is not wanted), else the one that makes it `wait` the longest, else it is sent. `unknown`: something that it depends upon does not answer, or (`private`) is for operators: whether an address that is not verified is suppressed.
 */
export type ExplanationChannelsItemVerdict = 'send' | 'wait' | 'skip' | 'reject' | 'unknown';
/**
 * As the user would get it. E-mail: `subject`, `html`, `text`, `from`, `reply_to`; its unsubscribe link does not work. Push: `title`, `body`, `data`, `options`. In-app: `title`, `body`, `data`. Null: a rule says why there is none, or the caller is a user who may not see it: a message that is not `sent`, `delivered` or `bounced`, or one of your own types that nobody has made.
 * @nullable
 */
export type ExplanationChannelsItemRendering = {[key: string]: unknown} | null;

/**
 * `pass`: it does not stand in the way. `wait`: not yet. `skip`: it is not wanted. `reject`: it cannot be sent. `unknown`: what it depends upon does not answer.
 */
export type ExplainRuleVerdict = 'pass' | 'wait' | 'skip' | 'reject' | 'unknown';
/**
 * By rule. `wanted`: the category, and who has decided (`by`: user, org, service, default). `wording`: `source` (written, built_in, message, trial), `org_id`, `version`, `locale` and the locales `tried`. `provider`: the providers. `device`: how many. `slot`: the budget. `dedupe`, `batch`, `throttle`: what the type says. `fallback`: the `steps` that follow, and `follow_at`: when, unless it has reached the user.
 */
export type ExplainRuleDetails = {[key: string]: unknown};

export interface ExplainRule {
  /** In order: `state` and `due` (of a message that there is), `dedupe`, `batch` and `throttle` (of a type of your own, for a message that nobody has made), `in_scope`, `expiry`, `attempts`, `ttl`, `content`, `known`, `address`, `verified`, `suppressed`, `device`, `wanted`, `needed`, `quiet_hours`, `quota`, `slot`, `provider` (for admins), `wording`, `rendering`, `fallback`. Those that do not matter on a channel are missing. */
  rule: string;
  /** `pass`: it does not stand in the way. `wait`: not yet. `skip`: it is not wanted. `reject`: it cannot be sent. `unknown`: what it depends upon does not answer. */
  verdict: ExplainRuleVerdict;
  /** Why, for programs. It stays the same between versions. */
  code?: string;
  /** What it means, in English. */
  message: string;
  /** Until when it waits. Null: it does not. */
  until?: string;
  /** By rule. `wanted`: the category, and who has decided (`by`: user, org, service, default). `wording`: `source` (written, built_in, message, trial), `org_id`, `version`, `locale` and the locales `tried`. `provider`: the providers. `device`: how many. `slot`: the budget. `dedupe`, `batch`, `throttle`: what the type says. `fallback`: the `steps` that follow, and `follow_at`: when, unless it has reached the user. */
  details?: ExplainRuleDetails;
}

export type ExplanationChannelsItem = {
  /** The channel: `push`, `email`, `in_app`, `sms` or `chat`. */
  channel: string;
  /** What comes of it by all rules: the first by which it is never sent (`reject`: it cannot be; `skip`: it is not wanted), else the one that makes it `wait` the longest, else it is sent. `unknown`: something that it depends upon does not answer, or (`private`) is for operators: whether an address that is not verified is suppressed. */
  verdict: ExplanationChannelsItemVerdict;
  /**
     * Until when it waits. Null: it does not.
     * @nullable
     */
  until: string | null;
  /**
     * Why, for programs. Null: it is sent.
     * @nullable
     */
  code: string | null;
  /**
     * Why, in English. Null: it is sent.
     * @nullable
     */
  message: string | null;
  /** What each rule says, in order. */
  rules: ExplainRule[];
  /**
     * As the user would get it. E-mail: `subject`, `html`, `text`, `from`, `reply_to`; its unsubscribe link does not work. Push: `title`, `body`, `data`, `options`. In-app: `title`, `body`, `data`. Null: a rule says why there is none, or the caller is a user who may not see it: a message that is not `sent`, `delivered` or `bounced`, or one of your own types that nobody has made.
     * @nullable
     */
  rendering: ExplanationChannelsItemRendering;
};

export interface Explanation {
  /** Your own id of the user. */
  user_id: string;
  /** The type of the notification: a built-in one, or one of your own. */
  type: string;
  /** The time that the answer is of. */
  at: string;
  /**
     * The message that there is. Null: it is about one that nobody has made.
     * @nullable
     */
  dispatch: ExplanationDispatch;
  /** What becomes of it on each channel. */
  channels: ExplanationChannelsItem[];
}

/**
 * Only this one of the type's channels.
 */
export type ExplainRequestChannel = 'push' | 'email' | 'in_app' | 'sms' | 'chat';
/**
 * What it tells; it fits the type. Left out: the type's sample. Users give none for a type of your own.
 */
export type ExplainRequestData = {[key: string]: unknown};

export interface ExplainRequest {
  /** A message that there is, by any id that a view prints. Either this or `type`. */
  dispatch?: string;
  /**
     * A built-in type or one of your own: a message of it that nobody has made.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  type?: string;
  /**
     * To whom, with `type`. Users ask about themselves, and may leave it out.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  user_id?: string;
  /**
     * Whose type. Left out: the one that the user's organization has or inherits.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  org_id?: string;
  /** Only this one of the type's channels. */
  channel?: ExplainRequestChannel;
  /** As if it were sent then, at most 365 days ahead, with everything else as it is now. Left out: now. */
  at?: string;
  /**
     * The key of the event, of a type of your own: whether one with it came before. Admins only.
     * @minLength 1
     * @maxLength 256
     */
  key?: string;
  /** What it tells; it fits the type. Left out: the type's sample. Users give none for a type of your own. */
  data?: ExplainRequestData;
}

/**
 * The channel: `push`, `email`, `in_app`, `sms` or `chat`.
 */
export type TypeChannelsItemChannel = 'push' | 'email' | 'in_app' | 'sms' | 'chat';
/**
 * Of built-in types: the channel that is tried when the first has failed.
 * @nullable
 */
export type TypeFallback = 'push' | 'email' | 'in_app' | 'sms' | 'chat' | null;
/**
 * Null: built in.
 * @nullable
 */
export type TypeDedupe = 'event' | 'recipient' | null;
export type TypeChannelsItem = {
  /** The channel: `push`, `email`, `in_app`, `sms` or `chat`. */
  channel: TypeChannelsItemChannel;
  /** Seconds that it waits for the channels before it. */
  wait?: number;
};

/**
 * What the data holds: the variables of its words.
 * @nullable
 */
export type TypeSchema = {[key: string]: unknown} | null;

/**
 * Data for previews. Null: none.
 * @nullable
 */
export type TypeSample = {[key: string]: unknown} | null;

/**
 * Messages with the same key within the window become one. Null: each is sent.
 * @nullable
 */
export type TypeBatch = {
  /** In so many seconds. */
  window: number;
  /**
     * A field of the data. Null: all messages of the type.
     * @nullable
     */
  key: string | null;
} | null;

/**
 * At most so many messages to a user and channel. Null: no limit.
 * @nullable
 */
export type TypeThrottle = {
  /** So many messages. */
  limit: number;
  /** In so many seconds. */
  per: number;
} | null;

export interface Type {
  /** Your own id of the type, or that of a built-in one. */
  id: string;
  /**
     * Whose it is. Null: the service's.
     * @nullable
     */
  org_id: string | null;
  /** Part of Tidings: only its words can be changed. */
  built_in: boolean;
  /** For people who administer types. */
  name: string;
  /** What users switch on and off. */
  category: string;
  /** In the order in which they are tried. */
  channels: TypeChannelsItem[];
  /**
     * Of built-in types: the channel that is tried when the first has failed.
     * @nullable
     */
  fallback: TypeFallback;
  /** Whether it is sent although the user has switched it off, and in quiet hours. */
  critical: boolean;
  /**
     * What the data holds: the variables of its words.
     * @nullable
     */
  schema: TypeSchema;
  /**
     * Data for previews. Null: none.
     * @nullable
     */
  sample: TypeSample;
  /**
     * Null: built in.
     * @nullable
     */
  dedupe: TypeDedupe;
  /**
     * Messages with the same key within the window become one. Null: each is sent.
     * @nullable
     */
  batch: TypeBatch;
  /**
     * At most so many messages to a user and channel. Null: no limit.
     * @nullable
     */
  throttle: TypeThrottle;
  /**
     * Seconds after which it is not sent any more. Null: never.
     * @nullable
     */
  expires_after: number | null;
  /**
     * Null: built in.
     * @nullable
     */
  created_at: string | null;
  /**
     * When it last changed.
     * @nullable
     */
  updated_at: string | null;
}

export interface TypeList {
  /** The types, by id. */
  data: Type[];
  /** Which part of the list this is. */
  pagination: IdPagination;
}

/**
 * The channel: `push`, `email`, `in_app`, `sms` or `chat`.
 */
export type TypeBodyChannelsItemChannel = 'push' | 'email' | 'in_app' | 'sms' | 'chat';
export type TypeBodyChannelsItem = {
  /** The channel: `push`, `email`, `in_app`, `sms` or `chat`. */
  channel: TypeBodyChannelsItemChannel;
  /**
     * Seconds after the channel before, or after the event where nothing waits before it. The message is then sent only if no channel before has reached the user: an in-app message that was read, a push or an e-mail that was sent. Without it, the message is sent at once.
     * @minimum 0
     * @maximum 2592000
     */
  wait?: number;
};

/**
 * JSON Schema (2020-12) of an event's data, at most 16,384 characters. `$ref` leads to this document only. `pattern` has no lookaround and no back reference, and repeats no group that repeats. Null: any object.
 * @nullable
 */
export type TypeBodySchema = {[key: string]: unknown} | null;

/**
 * Data for previews. It fits the schema.
 * @nullable
 */
export type TypeBodySample = {[key: string]: unknown} | null;

/**
 * What an event's `key` is for. `event`: the same key is the same event. `recipient`: a new event, which notifies only those whom no event with this key has notified on the same channel.
 */
export type TypeBodyDedupe = 'event' | 'recipient';
/**
 * Messages to a user with the same key that come within the window become one. Null: each is sent.
 * @nullable
 */
export type TypeBodyBatch = {
  /**
     * Seconds.
     * @minimum 10
     * @maximum 86400
     */
  window: number;
  /**
     * A field of the data.
     * @minLength 1
     * @maxLength 100
     * @nullable
     */
  key?: string | null;
} | null;

/**
 * At most so many messages to a user and channel; the others are skipped.
 * @nullable
 */
export type TypeBodyThrottle = {
  /**
     * So many messages.
     * @minimum 1
     * @maximum 1000
     */
  limit: number;
  /**
     * Seconds.
     * @minimum 1
     * @maximum 2592000
     */
  per: number;
} | null;

export interface TypeBody {
  /**
     * For people who administer types.
     * @minLength 1
     * @maxLength 200
     */
  name: string;
  /**
     * What users switch on and off. Without it: the type's id.
     * @pattern ^[a-z][a-z0-9_]{0,63}$
     */
  category?: string;
  /**
     * In the order in which they are tried, each once.
     * @minItems 1
     * @maxItems 6
     */
  channels: TypeBodyChannelsItem[];
  /** Sent although the user has switched it off, and in quiet hours, but never to an address that is suppressed. Only service and global_admin may set it; an org_admin may keep it. */
  critical?: boolean;
  /**
     * JSON Schema (2020-12) of an event's data, at most 16,384 characters. `$ref` leads to this document only. `pattern` has no lookaround and no back reference, and repeats no group that repeats. Null: any object.
     * @nullable
     */
  schema?: TypeBodySchema;
  /**
     * Data for previews. It fits the schema.
     * @nullable
     */
  sample?: TypeBodySample;
  /** What an event's `key` is for. `event`: the same key is the same event. `recipient`: a new event, which notifies only those whom no event with this key has notified on the same channel. */
  dedupe?: TypeBodyDedupe;
  /**
     * Messages to a user with the same key that come within the window become one. Null: each is sent.
     * @nullable
     */
  batch?: TypeBodyBatch;
  /**
     * At most so many messages to a user and channel; the others are skipped.
     * @nullable
     */
  throttle?: TypeBodyThrottle;
  /**
     * Seconds after the event was to be sent. Null: never.
     * @minimum 60
     * @maximum 31536000
     * @nullable
     */
  expires_after?: number | null;
}

export interface TypeDeleted {
  /** Always true. */
  deleted: true;
  /** The id of the type. */
  type: string;
}

/**
 * `by_hand`: somebody switched it off. `gone`: it has answered 410. `failing`: for five days it has taken nothing.
 * @nullable
 */
export type WebhookEndpointDisabledReason = 'by_hand' | 'gone' | 'failing' | null;
export interface WebhookEndpoint {
  /** Its id. */
  id: string;
  /**
     * It hears of this organization and of all below it. Null: of everything.
     * @nullable
     */
  org_id: string | null;
  /** The address. */
  url: string;
  /**
     * The types of events that it wants. Null: all.
     * @nullable
     */
  types: string[] | null;
  /**
     * For people: what it is for.
     * @nullable
     */
  description: string | null;
  /** Whether it is on. */
  enabled: boolean;
  /**
     * `by_hand`: somebody switched it off. `gone`: it has answered 410. `failing`: for five days it has taken nothing.
     * @nullable
     */
  disabled_reason: WebhookEndpointDisabledReason;
  /**
     * When it was disabled. Null: it is enabled.
     * @nullable
     */
  disabled_at: string | null;
  /**
     * The first failure since it last took a webhook. Null: it works, or has got nothing yet.
     * @nullable
     */
  failing_since: string | null;
  /**
     * Until then the secret before the last rotation signs, too.
     * @nullable
     */
  previous_secret_until: string | null;
  /** Webhooks that were made for it today (UTC). Beyond 100,000 none is made; beyond 50,000 of what users cause at will (`preferences.changed`, `message.read`, `device.invalidated`) none of these. */
  queued_today: number;
  /** When it was made. */
  created_at: string;
  /** When it last changed. */
  updated_at: string;
}

export interface WebhookEndpointList {
  /** The endpoints, the oldest first. */
  data: WebhookEndpoint[];
  /** Which part of the list this is. */
  pagination: IdPagination;
}

/**
 * `by_hand`: somebody switched it off. `gone`: it has answered 410. `failing`: for five days it has taken nothing.
 * @nullable
 */
export type WebhookEndpointWithSecretDisabledReason = 'by_hand' | 'gone' | 'failing' | null;
export interface WebhookEndpointWithSecret {
  /** Its id. */
  id: string;
  /**
     * It hears of this organization and of all below it. Null: of everything.
     * @nullable
     */
  org_id: string | null;
  /** The address. */
  url: string;
  /**
     * The types of events that it wants. Null: all.
     * @nullable
     */
  types: string[] | null;
  /**
     * For people: what it is for.
     * @nullable
     */
  description: string | null;
  /** Whether it is on. */
  enabled: boolean;
  /**
     * `by_hand`: somebody switched it off. `gone`: it has answered 410. `failing`: for five days it has taken nothing.
     * @nullable
     */
  disabled_reason: WebhookEndpointWithSecretDisabledReason;
  /**
     * When it was disabled. Null: it is enabled.
     * @nullable
     */
  disabled_at: string | null;
  /**
     * The first failure since it last took a webhook. Null: it works, or has got nothing yet.
     * @nullable
     */
  failing_since: string | null;
  /**
     * Until then the secret before the last rotation signs, too.
     * @nullable
     */
  previous_secret_until: string | null;
  /** Webhooks that were made for it today (UTC). Beyond 100,000 none is made; beyond 50,000 of what users cause at will (`preferences.changed`, `message.read`, `device.invalidated`) none of these. */
  queued_today: number;
  /** When it was made. */
  created_at: string;
  /** When it last changed. */
  updated_at: string;
  /** It is shown this once. Whoever has it can sign as we do. */
  secret: string;
}

export type WebhookEndpointBodyTypesItem = 'message.sent' | 'message.delivered' | 'message.bounced' | 'message.failed' | 'message.skipped' | 'message.read' | 'event.completed' | 'device.invalidated' | 'suppression.added' | 'preferences.changed' | 'endpoint.disabled';
export interface WebhookEndpointBody {
  /**
     * https, a public host by its name, the default port, no credentials. Put no secret into it: it is stored as it is, and shown to all admins of the organization; verify the signature instead. On a development machine also http://localhost with any port.
     * @minLength 1
     * @maxLength 2000
     */
  url: string;
  /**
     * The types of events that it wants. Null: all, also those that a later version adds.
     * @minItems 1
     * @maxItems 11
     * @nullable
     */
  types?: WebhookEndpointBodyTypesItem[] | null;
  /**
     * For people: what it is for.
     * @minLength 1
     * @maxLength 200
     * @nullable
     */
  description?: string | null;
}

export type WebhookEndpointChangeTypesItem = 'message.sent' | 'message.delivered' | 'message.bounced' | 'message.failed' | 'message.skipped' | 'message.read' | 'event.completed' | 'device.invalidated' | 'suppression.added' | 'preferences.changed' | 'endpoint.disabled';
export interface WebhookEndpointChange {
  /**
     * https, a public host by its name, the default port, no credentials. Put no secret into it: it is stored as it is, and shown to all admins of the organization; verify the signature instead. On a development machine also http://localhost with any port.
     * @minLength 1
     * @maxLength 2000
     */
  url?: string;
  /**
     * The types of events that it wants. Null: all, also those that a later version adds.
     * @minItems 1
     * @maxItems 11
     * @nullable
     */
  types?: WebhookEndpointChangeTypesItem[] | null;
  /**
     * For people: what it is for.
     * @minLength 1
     * @maxLength 200
     * @nullable
     */
  description?: string | null;
  /** True begins anew: what it was disabled for is forgotten. */
  enabled?: boolean;
}

export interface WebhookEndpointDeleted {
  /** Always true. */
  deleted: true;
  /** Its id. */
  id: string;
}

export interface WebhookSecretRotation {
  /**
     * For so long the present secret signs, too. 0: it leaked, and signs no more.
     * @minimum 0
     * @maximum 168
     */
  overlap_hours?: number;
}

/**
 * `sent`: the receiver took it. `failed`: it did not, and no attempt is left. `cancelled`: the endpoint was disabled or deleted.
 */
export type WebhookMessageStatus = 'queued' | 'sending' | 'sent' | 'failed' | 'cancelled';
export type WebhookMessageAttemptsItem = {
  /** When it happened. */
  at: string;
  /** `accepted`: a 2xx. `retry`: it is tried again. `rejected`: it is not. */
  outcome: string;
  /** Of the answer. Missing: none came. */
  status?: number;
  /** How long the answer took, in milliseconds. */
  duration_ms?: number;
  /** Why, for programs. It stays the same between versions. */
  code?: string;
};

/**
 * What is sent: `type`, `version`, `timestamp` and `data`.
 */
export type WebhookMessageBody = {[key: string]: unknown};

export interface WebhookMessage {
  /** The header `webhook-id`, the same for every attempt. */
  id: string;
  /** A type of events, or `webhook.test`. */
  type: string;
  /** `sent`: the receiver took it. `failed`: it did not, and no attempt is left. `cancelled`: the endpoint was disabled or deleted. */
  status: WebhookMessageStatus;
  /**
     * Why it has failed, or is tried again.
     * @nullable
     */
  code: string | null;
  /** When it was made. */
  created_at: string;
  /**
     * When it is tried again. Null: it is not.
     * @nullable
     */
  next_attempt_at: string | null;
  /** In order. Of very many those in the middle are left out. */
  attempts: WebhookMessageAttemptsItem[];
  /** What is sent: `type`, `version`, `timestamp` and `data`. */
  body: WebhookMessageBody;
}

export interface WebhookMessageList {
  /** The webhooks, the newest first. */
  data: WebhookMessage[];
  /** Which part of the list this is. */
  pagination: IdPagination;
}

export interface WebhookReplayed {
  /** Webhooks that were queued again. */
  replayed: number;
  /** Present when there may be more. */
  next_after?: string;
}

export interface WebhookReplay {
  /** What happened from this time on. Webhooks are kept for a week. */
  since: string;
  /** What happened before this time. Without it: until now. */
  until?: string;
  /** Also those that the receiver has taken: it must leave out what it has seen. */
  include_sent?: boolean;
  /** `next_after` of the call before. */
  after?: string;
}

/**
 * The channel: `push`, `email`, `in_app`, `sms` or `chat`.
 */
export type WordingHeadChannel = 'push' | 'email' | 'in_app' | 'sms' | 'chat';
export interface WordingHead {
  /** The type whose words they are. */
  type: string;
  /** The channel: `push`, `email`, `in_app`, `sms` or `chat`. */
  channel: WordingHeadChannel;
  /** The language, as a BCP 47 tag. */
  locale: string;
  /**
     * Whose they are. Null: the service's.
     * @nullable
     */
  org_id: string | null;
  /**
     * The version in use. Null: none, so that words are inherited.
     * @nullable
     */
  published: number | null;
  /**
     * When the version in use was published. Null: none is.
     * @nullable
     */
  published_at: string | null;
  /** The latest version. */
  latest: number;
  /** When it last changed. */
  updated_at: string;
}

export interface WordingList {
  /** The words, by type, channel and language. */
  data: WordingHead[];
  /** Which part of the list this is. */
  pagination: IdPagination;
}

/**
 * The channel: `push`, `email`, `in_app`, `sms` or `chat`.
 */
export type WordingChannel = 'push' | 'email' | 'in_app' | 'sms' | 'chat';
/**
 * Of the version in use.
 * @nullable
 */
export type WordingFields = {
  /**
     * push, in_app, chat
     * @maxLength 1000
     */
  title?: string;
  /**
     * push, in_app; email, chat: in Markdown
     * @maxLength 20000
     */
  body?: string;
  /**
     * chat: the text of the link
     * @maxLength 1000
     * @nullable
     */
  action_label?: string | null;
  /**
     * in_app, chat: where the message leads
     * @maxLength 1000
     * @nullable
     */
  action_url?: string | null;
  /**
     * email
     * @maxLength 1000
     */
  subject?: string;
  /**
     * email: what clients show after the subject
     * @maxLength 1000
     * @nullable
     */
  preheader?: string | null;
  /**
     * sms
     * @maxLength 2000
     */
  text?: string;
} | null;

/**
 * Those of the channel.
 */
export type WordingLatestFields = {
  /**
     * push, in_app, chat
     * @maxLength 1000
     */
  title?: string;
  /**
     * push, in_app; email, chat: in Markdown
     * @maxLength 20000
     */
  body?: string;
  /**
     * chat: the text of the link
     * @maxLength 1000
     * @nullable
     */
  action_label?: string | null;
  /**
     * in_app, chat: where the message leads
     * @maxLength 1000
     * @nullable
     */
  action_url?: string | null;
  /**
     * email
     * @maxLength 1000
     */
  subject?: string;
  /**
     * email: what clients show after the subject
     * @maxLength 1000
     * @nullable
     */
  preheader?: string | null;
  /**
     * sms
     * @maxLength 2000
     */
  text?: string;
};

export interface Wording {
  /** The type of the notification: a built-in one, or one of your own. */
  type: string;
  /** The channel: `push`, `email`, `in_app`, `sms` or `chat`. */
  channel: WordingChannel;
  /** The language, as a BCP 47 tag. */
  locale: string;
  /**
     * Whose they are. Null: the service's.
     * @nullable
     */
  org_id: string | null;
  /**
     * The version in use. Null: none, so that words are inherited.
     * @nullable
     */
  published: number | null;
  /**
     * When the version in use was published. Null: none is.
     * @nullable
     */
  published_at: string | null;
  /** The latest version. */
  latest: number;
  /** When it last changed. */
  updated_at: string;
  /**
     * Of the version in use.
     * @nullable
     */
  fields: WordingFields;
  /** Those of the channel. */
  latest_fields: WordingLatestFields;
}

/**
 * The channel: `push`, `email`, `in_app`, `sms` or `chat`.
 */
export type WordingWrittenChannel = 'push' | 'email' | 'in_app' | 'sms' | 'chat';
/**
 * Of the version in use.
 * @nullable
 */
export type WordingWrittenFields = {
  /**
     * push, in_app, chat
     * @maxLength 1000
     */
  title?: string;
  /**
     * push, in_app; email, chat: in Markdown
     * @maxLength 20000
     */
  body?: string;
  /**
     * chat: the text of the link
     * @maxLength 1000
     * @nullable
     */
  action_label?: string | null;
  /**
     * in_app, chat: where the message leads
     * @maxLength 1000
     * @nullable
     */
  action_url?: string | null;
  /**
     * email
     * @maxLength 1000
     */
  subject?: string;
  /**
     * email: what clients show after the subject
     * @maxLength 1000
     * @nullable
     */
  preheader?: string | null;
  /**
     * sms
     * @maxLength 2000
     */
  text?: string;
} | null;

/**
 * Those of the channel.
 */
export type WordingWrittenLatestFields = {
  /**
     * push, in_app, chat
     * @maxLength 1000
     */
  title?: string;
  /**
     * push, in_app; email, chat: in Markdown
     * @maxLength 20000
     */
  body?: string;
  /**
     * chat: the text of the link
     * @maxLength 1000
     * @nullable
     */
  action_label?: string | null;
  /**
     * in_app, chat: where the message leads
     * @maxLength 1000
     * @nullable
     */
  action_url?: string | null;
  /**
     * email
     * @maxLength 1000
     */
  subject?: string;
  /**
     * email: what clients show after the subject
     * @maxLength 1000
     * @nullable
     */
  preheader?: string | null;
  /**
     * sms
     * @maxLength 2000
     */
  text?: string;
};

export type WordingWrittenWarningsItem = {
  /** Into the body (RFC 6901), or the name of a parameter or header. */
  pointer: string;
  /** What is wrong, in English. */
  detail: string;
  /** Where several members of a list have the same fault: how many. */
  count?: number;
  /** Their indexes, the first 100; `pointer` is into the first. */
  members?: number[];
};

export interface WordingWritten {
  /** The type of the notification: a built-in one, or one of your own. */
  type: string;
  /** The channel: `push`, `email`, `in_app`, `sms` or `chat`. */
  channel: WordingWrittenChannel;
  /** The language, as a BCP 47 tag. */
  locale: string;
  /**
     * Whose they are. Null: the service's.
     * @nullable
     */
  org_id: string | null;
  /**
     * The version in use. Null: none, so that words are inherited.
     * @nullable
     */
  published: number | null;
  /**
     * When the version in use was published. Null: none is.
     * @nullable
     */
  published_at: string | null;
  /** The latest version. */
  latest: number;
  /** When it last changed. */
  updated_at: string;
  /**
     * Of the version in use.
     * @nullable
     */
  fields: WordingWrittenFields;
  /** Those of the channel. */
  latest_fields: WordingWrittenLatestFields;
  /** What may be a mistake: variables that the type's schema does not have, a long subject, a large push. */
  warnings: WordingWrittenWarningsItem[];
}

/**
 * Liquid. push and in_app: `title`, `body` (in_app also `action_url`); email: `subject`, `preheader`, `body`; sms: `text`; chat: `title`, `body`, `action_label`, `action_url`.
 */
export interface WordingBody {
  /**
     * push, in_app, chat
     * @maxLength 1000
     */
  title?: string;
  /**
     * push, in_app; email, chat: in Markdown
     * @maxLength 20000
     */
  body?: string;
  /**
     * chat: the text of the link
     * @maxLength 1000
     * @nullable
     */
  action_label?: string | null;
  /**
     * in_app, chat: where the message leads
     * @maxLength 1000
     * @nullable
     */
  action_url?: string | null;
  /**
     * email
     * @maxLength 1000
     */
  subject?: string;
  /**
     * email: what clients show after the subject
     * @maxLength 1000
     * @nullable
     */
  preheader?: string | null;
  /**
     * sms
     * @maxLength 2000
     */
  text?: string;
}

export interface WordingRemoved {
  /** Always true. */
  deleted: true;
  /** The type of the notification: a built-in one, or one of your own. */
  type: string;
  /** The channel: `push`, `email`, `in_app`, `sms` or `chat`. */
  channel: string;
  /** The language, as a BCP 47 tag. */
  locale: string;
}

/**
 * Those of the channel.
 */
export type WordingVersionsDataItemFields = {
  /**
     * push, in_app, chat
     * @maxLength 1000
     */
  title?: string;
  /**
     * push, in_app; email, chat: in Markdown
     * @maxLength 20000
     */
  body?: string;
  /**
     * chat: the text of the link
     * @maxLength 1000
     * @nullable
     */
  action_label?: string | null;
  /**
     * in_app, chat: where the message leads
     * @maxLength 1000
     * @nullable
     */
  action_url?: string | null;
  /**
     * email
     * @maxLength 1000
     */
  subject?: string;
  /**
     * email: what clients show after the subject
     * @maxLength 1000
     * @nullable
     */
  preheader?: string | null;
  /**
     * sms
     * @maxLength 2000
     */
  text?: string;
};

export type WordingVersionsDataItem = {
  /** Which version. */
  version: number;
  /** Those of the channel. */
  fields: WordingVersionsDataItemFields;
  /** `role:id` */
  created_by: string;
  /** When it was made. */
  created_at: string;
};

export interface WordingVersions {
  /** The versions, the newest first. */
  data: WordingVersionsDataItem[];
  /** Which part of the list this is. */
  pagination: IdPagination;
}

export interface WordingPublish {
  /**
     * The version that is used from now on.
     * @minimum 1
     * @maximum 1000000000
     */
  version: number;
}

export type WordingDiffFieldsItem = {
  /** Which text of the message. */
  field: string;
  /** Each with `+` (added), `-` (removed) or a space (the same) before it. */
  lines: string[];
};

export interface WordingDiff {
  /** The earlier version. */
  from: number;
  /** The later version. */
  to: number;
  /** The texts that differ. */
  fields: WordingDiffFieldsItem[];
}

/**
 * The channel: `push`, `email`, `in_app`, `sms` or `chat`.
 */
export type WordingTestChannel = 'push' | 'email' | 'in_app' | 'sms' | 'chat';
/**
 * Which words these are: the given ones, a version of the owner, those of an organization above, or the built-in ones.
 */
export type WordingTestSource = 'draft' | 'version' | 'inherited' | 'built_in';
/**
 * The state that it is in.
 */
export type WordingTestStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'bounced' | 'failed' | 'cancelled';
export interface WordingTest {
  /** The type of the notification: a built-in one, or one of your own. */
  type: string;
  /** The channel: `push`, `email`, `in_app`, `sms` or `chat`. */
  channel: WordingTestChannel;
  /** The language, as a BCP 47 tag. */
  locale: string;
  /** Which words these are: the given ones, a version of the owner, those of an organization above, or the built-in ones. */
  source: WordingTestSource;
  /**
     * Which version. Null: the words have none.
     * @nullable
     */
  version: number | null;
  /** Its timeline tells the rest. */
  dispatch_id: string;
  /** The state that it is in. */
  status: WordingTestStatus;
  /** Why it failed, for programs. */
  error_code?: string;
  /** Why it failed, in English. */
  error?: string;
}

/**
 * Without it: the type's sample.
 */
export type WordingTestRequestData = {[key: string]: unknown};

export interface WordingTestRequest {
  /** Without it: the type's sample. */
  data?: WordingTestRequestData;
  /** The texts. */
  fields?: WordingBody & unknown;
  /**
     * A version that is written. Left out: the words in use.
     * @minimum 1
     * @maximum 1000000000
     */
  version?: number;
}

/**
 * The channel: `push`, `email`, `in_app`, `sms` or `chat`.
 */
export type WordingPreviewChannel = 'push' | 'email' | 'in_app' | 'sms' | 'chat';
/**
 * Which words these are: the given ones, a version of the owner, those of an organization above, or the built-in ones.
 */
export type WordingPreviewSource = 'draft' | 'version' | 'inherited' | 'built_in';
export interface WordingPreview {
  /** The type of the notification: a built-in one, or one of your own. */
  type: string;
  /** The channel: `push`, `email`, `in_app`, `sms` or `chat`. */
  channel: WordingPreviewChannel;
  /** The language, as a BCP 47 tag. */
  locale: string;
  /** Which words these are: the given ones, a version of the owner, those of an organization above, or the built-in ones. */
  source: WordingPreviewSource;
  /**
     * Which version. Null: the words have none.
     * @nullable
     */
  version: number | null;
  /** The title that its reader sees. */
  title?: string;
  /** The text of the message. */
  body?: string;
  /**
     * What stands on the message's button. Null: it has none.
     * @nullable
     */
  action_label?: string | null;
  /**
     * Where the message's button leads.
     * @nullable
     */
  action_url?: string | null;
  /** The subject line. */
  subject?: string;
  /** The e-mail as HTML. */
  html?: string;
  /** The e-mail as plain text. */
  text?: string;
}

/**
 * Without it: the type's sample.
 */
export type WordingPreviewRequestData = {[key: string]: unknown};

export interface WordingPreviewRequest {
  /** Without it: the type's sample. */
  data?: WordingPreviewRequestData;
  /** The texts. */
  fields?: WordingBody & unknown;
  /**
     * A version that is written. Left out: the words in use.
     * @minimum 1
     * @maximum 1000000000
     */
  version?: number;
  /**
     * Who reads it. Without it: somebody without a name.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  user_id?: string;
}

export interface Topic {
  /** Your own id of the topic. */
  id: string;
  /**
     * Whose it is. Null: the service's.
     * @nullable
     */
  org_id: string | null;
  /**
     * For people. Null: none.
     * @nullable
     */
  name: string | null;
  /** When it was made. */
  created_at: string;
  /** When it last changed. */
  updated_at: string;
}

export interface TopicList {
  /** The topics, by id. */
  data: Topic[];
  /** Which part of the list this is. */
  pagination: IdPagination;
}

export interface TopicBody {
  /**
     * For people. Null: none.
     * @minLength 1
     * @maxLength 200
     * @nullable
     */
  name?: string | null;
}

export interface TopicDeleted {
  /** Always true. */
  deleted: true;
  /** Your own id of the topic. */
  topic: string;
}

export type TopicSubscribersDataItem = {
  /** Your own id of the user. */
  user_id: string;
};

export interface TopicSubscribers {
  /** The users, by id. */
  data: TopicSubscribersDataItem[];
  /** Which part of the list this is. */
  pagination: IdPagination;
}

export interface TopicSubscribed {
  /** How many have not been subscribed before. */
  added: number;
  /** Ids of no user whom the directory has and the caller administers: they are not added. */
  unknown: string[];
}

export interface TopicUsers {
  /**
     * Your own ids of the users.
     * @minItems 1
     * @maxItems 1000
     * @items.pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  user_ids: string[];
}

export interface TopicUnsubscribed {
  /** How many were subscribed. */
  removed: number;
}

/**
 * What kind of chat it is.
 */
export type ChatConnectionKind = 'slack_webhook' | 'slack_bot' | 'teams' | 'discord' | 'webhook';
/**
 * `paused`: somebody has paused it. `broken`: the chat refuses what we send.
 */
export type ChatConnectionStatus = 'active' | 'paused' | 'broken';
/**
 * Why nothing is sent to it until it is mended: by a new secret, or by a test that works.
 * @nullable
 */
export type ChatConnectionBroken = {
  /** Why, for programs. It stays the same between versions. */
  code: string;
  /** What it means, in English. */
  message: string;
  /** When it happened. */
  at: string;
} | null;

export interface ChatConnection {
  /** Its id. */
  id: string;
  /** What kind of chat it is. */
  kind: ChatConnectionKind;
  /** For people: what the chat is called. */
  name: string;
  /**
     * The user whose messages come here. Null: it is an organization's.
     * @nullable
     */
  user_id: string | null;
  /**
     * The organization whose it is. Null: it is a user's.
     * @nullable
     */
  org_id: string | null;
  /**
     * Where a bot writes: the id of a channel or of a user. Null: the address says it.
     * @nullable
     */
  channel: string | null;
  /** What the secret can be known by: never the secret. */
  hint: string;
  /** `paused`: somebody has paused it. `broken`: the chat refuses what we send. */
  status: ChatConnectionStatus;
  /**
     * Why nothing is sent to it until it is mended: by a new secret, or by a test that works.
     * @nullable
     */
  broken: ChatConnectionBroken;
  /** When it was made. */
  created_at: string;
  /** When it last changed. */
  updated_at: string;
}

export interface ChatConnectionList {
  /** The connections, the oldest first. */
  data: ChatConnection[];
  /** Which part of the list this is. */
  pagination: IdPagination;
}

/**
 * What kind of chat it is.
 */
export type ChatConnectionCreatedKind = 'slack_webhook' | 'slack_bot' | 'teams' | 'discord' | 'webhook';
/**
 * `paused`: somebody has paused it. `broken`: the chat refuses what we send.
 */
export type ChatConnectionCreatedStatus = 'active' | 'paused' | 'broken';
/**
 * Why nothing is sent to it until it is mended: by a new secret, or by a test that works.
 * @nullable
 */
export type ChatConnectionCreatedBroken = {
  /** Why, for programs. It stays the same between versions. */
  code: string;
  /** What it means, in English. */
  message: string;
  /** When it happened. */
  at: string;
} | null;

export interface ChatConnectionCreated {
  /** Its id. */
  id: string;
  /** What kind of chat it is. */
  kind: ChatConnectionCreatedKind;
  /** For people: what the chat is called. */
  name: string;
  /**
     * The user whose messages come here. Null: it is an organization's.
     * @nullable
     */
  user_id: string | null;
  /**
     * The organization whose it is. Null: it is a user's.
     * @nullable
     */
  org_id: string | null;
  /**
     * Where a bot writes: the id of a channel or of a user. Null: the address says it.
     * @nullable
     */
  channel: string | null;
  /** What the secret can be known by: never the secret. */
  hint: string;
  /** `paused`: somebody has paused it. `broken`: the chat refuses what we send. */
  status: ChatConnectionCreatedStatus;
  /**
     * Why nothing is sent to it until it is mended: by a new secret, or by a test that works.
     * @nullable
     */
  broken: ChatConnectionCreatedBroken;
  /** When it was made. */
  created_at: string;
  /** When it last changed. */
  updated_at: string;
  /** Of a `webhook` for which none was given: store it now. */
  signing_secret?: string;
}

/**
 * What kind of chat it is.
 */
export type ChatConnectionBodyKind = 'slack_webhook' | 'slack_bot' | 'teams' | 'discord' | 'webhook';
export interface ChatConnectionBody {
  /**
     * A user whose own messages come here. With neither: the caller, or an org_admin's own organization.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  user_id?: string;
  /**
     * An organization: events name its connections as recipients.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  org_id?: string;
  /** What kind of chat it is. */
  kind: ChatConnectionBodyKind;
  /**
     * For people: what the chat is called.
     * @minLength 1
     * @maxLength 100
     */
  name: string;
  /**
     * Of `slack_webhook`, `teams`, `discord`, `webhook`. It is a secret: never answered again.
     * @maxLength 2000
     */
  url?: string;
  /**
     * Of `slack_bot`: a bot token with `chat:write`. Never answered again.
     * @maxLength 300
     */
  token?: string;
  /**
     * Of `slack_bot`: the id of a channel, or of a user for a direct message.
     * @maxLength 40
     */
  channel?: string;
  /**
     * Of `webhook`: what Standard Webhooks signs with. Left out: one is made, and answered once.
     * @maxLength 200
     */
  signing_secret?: string;
}

export interface ChatConnectionChange {
  /**
     * For people: what the chat is called.
     * @minLength 1
     * @maxLength 100
     */
  name?: string;
  /** Whether nothing is sent to it for now. */
  paused?: boolean;
  /**
     * Of `slack_webhook`, `teams`, `discord`, `webhook`. It is a secret: never answered again.
     * @maxLength 2000
     */
  url?: string;
  /**
     * Of `slack_bot`: a bot token with `chat:write`. Never answered again.
     * @maxLength 300
     */
  token?: string;
  /**
     * Of `slack_bot`: the id of a channel, or of a user for a direct message.
     * @maxLength 40
     */
  channel?: string;
  /**
     * Of `webhook`: what Standard Webhooks signs with. Left out: one is made, and answered once.
     * @maxLength 200
     */
  signing_secret?: string;
}

export interface ChatConnectionDeleted {
  /** Always true. */
  deleted: true;
  /** Its id. */
  id: string;
}

/**
 * What came of it.
 */
export type ChatConnectionTestedOutcome = 'accepted' | 'failed';
export interface ChatConnectionTested {
  /** What came of it. */
  outcome: ChatConnectionTestedOutcome;
  /**
     * Why it failed: `token_revoked`, `channel_gone`, `timeout` …
     * @nullable
     */
  code: string | null;
  /**
     * What went wrong, in English. Null: it arrived.
     * @nullable
     */
  message: string | null;
  /** The connection, as it is after the test. */
  connection: ChatConnection;
}

/**
 * What holds for pushes.
 */
export type OrgPreferencesCategoriesPush = {
  /** Whether it is on. */
  enabled: boolean;
  /** Whether users and organizations below cannot change it. */
  locked: boolean;
};

/**
 * What holds for e-mails.
 */
export type OrgPreferencesCategoriesEmail = {
  /** Whether it is on. */
  enabled: boolean;
  /** Whether users and organizations below cannot change it. */
  locked: boolean;
};

/**
 * What holds for the inbox.
 */
export type OrgPreferencesCategoriesInApp = {
  /** Whether it is on. */
  enabled: boolean;
  /** Whether users and organizations below cannot change it. */
  locked: boolean;
};

/**
 * What holds for text messages.
 */
export type OrgPreferencesCategoriesSms = {
  /** Whether it is on. */
  enabled: boolean;
  /** Whether users and organizations below cannot change it. */
  locked: boolean;
};

/**
 * What holds for chats.
 */
export type OrgPreferencesCategoriesChat = {
  /** Whether it is on. */
  enabled: boolean;
  /** Whether users and organizations below cannot change it. */
  locked: boolean;
};

/**
 * By category, and within it by channel.
 */
export type OrgPreferencesCategories = {[key: string]: {
  /** What holds for pushes. */
  push?: OrgPreferencesCategoriesPush;
  /** What holds for e-mails. */
  email?: OrgPreferencesCategoriesEmail;
  /** What holds for the inbox. */
  in_app?: OrgPreferencesCategoriesInApp;
  /** What holds for text messages. */
  sms?: OrgPreferencesCategoriesSms;
  /** What holds for chats. */
  chat?: OrgPreferencesCategoriesChat;
}};

/**
 * When messages to its users wait. Null: as those above have it.
 * @nullable
 */
export type OrgPreferencesQuietHours = {
  /** Whether it is on. */
  enabled: boolean;
  /** When they start, by the user's clock. */
  start: string;
  /** When they end, by the user's clock; on the next day where it is not after `start`. */
  end: string;
  /** The weekdays on which they start: 0 = Sunday … 6 = Saturday. */
  days: number[];
} | null;

/**
 * What holds for pushes.
 */
export type OrgPreferencesInheritedCategoriesPush = {
  /** Whether it is on. */
  enabled: boolean;
  /** Whether users and organizations below cannot change it. */
  locked: boolean;
  /**
     * Whose it is. Null: the service's.
     * @nullable
     */
  org_id: string | null;
};

/**
 * What holds for e-mails.
 */
export type OrgPreferencesInheritedCategoriesEmail = {
  /** Whether it is on. */
  enabled: boolean;
  /** Whether users and organizations below cannot change it. */
  locked: boolean;
  /**
     * Whose it is. Null: the service's.
     * @nullable
     */
  org_id: string | null;
};

/**
 * What holds for the inbox.
 */
export type OrgPreferencesInheritedCategoriesInApp = {
  /** Whether it is on. */
  enabled: boolean;
  /** Whether users and organizations below cannot change it. */
  locked: boolean;
  /**
     * Whose it is. Null: the service's.
     * @nullable
     */
  org_id: string | null;
};

/**
 * What holds for text messages.
 */
export type OrgPreferencesInheritedCategoriesSms = {
  /** Whether it is on. */
  enabled: boolean;
  /** Whether users and organizations below cannot change it. */
  locked: boolean;
  /**
     * Whose it is. Null: the service's.
     * @nullable
     */
  org_id: string | null;
};

/**
 * What holds for chats.
 */
export type OrgPreferencesInheritedCategoriesChat = {
  /** Whether it is on. */
  enabled: boolean;
  /** Whether users and organizations below cannot change it. */
  locked: boolean;
  /**
     * Whose it is. Null: the service's.
     * @nullable
     */
  org_id: string | null;
};

/**
 * By category, and within it by channel.
 */
export type OrgPreferencesInheritedCategories = {[key: string]: {
  /** What holds for pushes. */
  push?: OrgPreferencesInheritedCategoriesPush;
  /** What holds for e-mails. */
  email?: OrgPreferencesInheritedCategoriesEmail;
  /** What holds for the inbox. */
  in_app?: OrgPreferencesInheritedCategoriesInApp;
  /** What holds for text messages. */
  sms?: OrgPreferencesInheritedCategoriesSms;
  /** What holds for chats. */
  chat?: OrgPreferencesInheritedCategoriesChat;
}};

/**
 * When messages to its users wait. Null: nobody above has set any.
 * @nullable
 */
export type OrgPreferencesInheritedQuietHours = {
  /** Whether it is on. */
  enabled: boolean;
  /** When they start, by the user's clock. */
  start: string;
  /** When they end, by the user's clock; on the next day where it is not after `start`. */
  end: string;
  /** The weekdays on which they start: 0 = Sunday … 6 = Saturday. */
  days: number[];
  /**
     * Whose it is. Null: the service's.
     * @nullable
     */
  org_id: string | null;
} | null;

/**
 * The language of users who have none. Null: nobody above has set one.
 * @nullable
 */
export type OrgPreferencesInheritedLocale = {
  /** The language, as a BCP 47 tag. */
  locale: string;
  /**
     * Whose it is. Null: the service's.
     * @nullable
     */
  org_id: string | null;
} | null;

/**
 * What holds where the organization has set nothing.
 */
export type OrgPreferencesInherited = {
  /** By category, and within it by channel. */
  categories: OrgPreferencesInheritedCategories;
  /**
     * When messages to its users wait. Null: nobody above has set any.
     * @nullable
     */
  quiet_hours: OrgPreferencesInheritedQuietHours;
  /**
     * The language of users who have none. Null: nobody above has set one.
     * @nullable
     */
  locale: OrgPreferencesInheritedLocale;
};

export interface OrgPreferences {
  /**
     * Null: the service.
     * @nullable
     */
  org_id: string | null;
  /** By category, and within it by channel. */
  categories: OrgPreferencesCategories;
  /**
     * When messages to its users wait. Null: as those above have it.
     * @nullable
     */
  quiet_hours: OrgPreferencesQuietHours;
  /**
     * The language of users who have none. Null: as those above have it.
     * @nullable
     */
  locale: string | null;
  /** What holds where the organization has set nothing. */
  inherited: OrgPreferencesInherited;
}

/**
 * Null: no default of its own.
 * @nullable
 */
export type OrgPreferencesChangeCategoriesPush = {
  /** Whether it is on. */
  enabled: boolean;
  /** Users and organizations below cannot change it. */
  locked?: boolean;
} | null;

/**
 * Null: no default of its own.
 * @nullable
 */
export type OrgPreferencesChangeCategoriesEmail = {
  /** Whether it is on. */
  enabled: boolean;
  /** Users and organizations below cannot change it. */
  locked?: boolean;
} | null;

/**
 * Null: no default of its own.
 * @nullable
 */
export type OrgPreferencesChangeCategoriesInApp = {
  /** Whether it is on. */
  enabled: boolean;
  /** Users and organizations below cannot change it. */
  locked?: boolean;
} | null;

/**
 * Null: no default of its own.
 * @nullable
 */
export type OrgPreferencesChangeCategoriesSms = {
  /** Whether it is on. */
  enabled: boolean;
  /** Users and organizations below cannot change it. */
  locked?: boolean;
} | null;

/**
 * Null: no default of its own.
 * @nullable
 */
export type OrgPreferencesChangeCategoriesChat = {
  /** Whether it is on. */
  enabled: boolean;
  /** Users and organizations below cannot change it. */
  locked?: boolean;
} | null;

/**
 * `all` is the whole channel: off is off for each category.
 */
export type OrgPreferencesChangeCategories = {[key: string]: {
  /**
     * Null: no default of its own.
     * @nullable
     */
  push?: OrgPreferencesChangeCategoriesPush;
  /**
     * Null: no default of its own.
     * @nullable
     */
  email?: OrgPreferencesChangeCategoriesEmail;
  /**
     * Null: no default of its own.
     * @nullable
     */
  in_app?: OrgPreferencesChangeCategoriesInApp;
  /**
     * Null: no default of its own.
     * @nullable
     */
  sms?: OrgPreferencesChangeCategoriesSms;
  /**
     * Null: no default of its own.
     * @nullable
     */
  chat?: OrgPreferencesChangeCategoriesChat;
}};

/**
 * Null: as those above have them.
 * @nullable
 */
export type OrgPreferencesChangeQuietHours = {
  /** Whether it is on. */
  enabled?: boolean;
  /**
     * When they start, by the user's clock.
     * @pattern ^([01]\d|2[0-3]):[0-5]\d$
     */
  start?: string;
  /**
     * On the next day where it is not after `start`.
     * @pattern ^([01]\d|2[0-3]):[0-5]\d$
     */
  end?: string;
  /**
     * The weekdays on which they start: 0 = Sunday … 6 = Saturday. Left out: all.
     * @minItems 1
     * @maxItems 7
     * @items.minimum 0
     * @items.maximum 6
     */
  days?: number[];
} | null;

export interface OrgPreferencesChange {
  /** `all` is the whole channel: off is off for each category. */
  categories?: OrgPreferencesChangeCategories;
  /**
     * Null: as those above have them.
     * @nullable
     */
  quiet_hours?: OrgPreferencesChangeQuietHours;
  /**
     * The language of users who have none. Null: as those above have it.
     * @maxLength 64
     */
  locale?: string;
}

/**
 * What its e-mails have, with what it inherits.
 */
export type BrandEffective = {
  /**
     * The name in e-mails.
     * @nullable
     */
  name: string | null;
  /**
     * The address of a picture. Null: none.
     * @nullable
     */
  logo_url: string | null;
  /**
     * The colour of buttons and links, as `#rrggbb`.
     * @nullable
     */
  colour: string | null;
  /**
     * The name that e-mails come from. Null: that of the service.
     * @nullable
     */
  sender_name: string | null;
  /**
     * Where answers to e-mails go. Null: to the sender.
     * @nullable
     */
  reply_to: string | null;
  /**
     * The sender's postal address, at the end of e-mails. Null: none.
     * @nullable
     */
  postal_footer: string | null;
};

export interface Brand {
  /**
     * Null: the service.
     * @nullable
     */
  org_id: string | null;
  /**
     * The name in e-mails. Null: that of the service.
     * @nullable
     */
  name: string | null;
  /**
     * The address of a picture. Null: none.
     * @nullable
     */
  logo_url: string | null;
  /**
     * The colour of buttons and links, as `#rrggbb`.
     * @nullable
     */
  colour: string | null;
  /**
     * The name that e-mails come from. Null: that of the service.
     * @nullable
     */
  sender_name: string | null;
  /**
     * Where answers to e-mails go. Null: to the sender.
     * @nullable
     */
  reply_to: string | null;
  /**
     * The sender's postal address, at the end of e-mails. Null: none.
     * @nullable
     */
  postal_footer: string | null;
  /** What its e-mails have, with what it inherits. */
  effective: BrandEffective;
}

/**
 * What is null or left out is inherited. `colour` is that of links and buttons: as text on white it needs a contrast of 4.5:1 (WCAG AA); the one for dark mode is derived. `name` and `sender_name` must not look like an address: no `@`, `<`, `>` or `://`. `reply_to` is stored in its canonical spelling.
 */
export interface BrandBody {
  /**
     * The name in e-mails. Null: as those above have it.
     * @minLength 1
     * @maxLength 80
     * @nullable
     */
  name?: string | null;
  /**
     * The address of a picture. Null: none.
     * @maxLength 2000
     * @nullable
     */
  logo_url?: string | null;
  /**
     * The colour of buttons and links, as `#rrggbb`.
     * @nullable
     * @pattern ^#[0-9a-fA-F]{6}$
     */
  colour?: string | null;
  /**
     * The name that e-mails come from. Null: that of the service.
     * @minLength 1
     * @maxLength 80
     * @nullable
     */
  sender_name?: string | null;
  /**
     * Where answers to e-mails go. Null: to the sender.
     * @nullable
     */
  reply_to?: string | null;
  /**
     * The sender's postal address, at the end of e-mails. Null: none.
     * @minLength 1
     * @maxLength 500
     * @nullable
     */
  postal_footer?: string | null;
}

/**
 * Who has decided. `default`: nobody; it is on.
 */
export type PreferencesMatrixCategoriesPushInheritedFrom = 'user' | 'organization' | 'default';
/**
 * What holds for pushes.
 */
export type PreferencesMatrixCategoriesPush = {
  /** Whether it is on. */
  enabled: boolean;
  /** Who has decided. `default`: nobody; it is on. */
  inherited_from: PreferencesMatrixCategoriesPushInheritedFrom;
  /** The organization does not let its users change it. */
  locked: boolean;
};

/**
 * Who has decided. `default`: nobody; it is on.
 */
export type PreferencesMatrixCategoriesEmailInheritedFrom = 'user' | 'organization' | 'default';
/**
 * What holds for e-mails.
 */
export type PreferencesMatrixCategoriesEmail = {
  /** Whether it is on. */
  enabled: boolean;
  /** Who has decided. `default`: nobody; it is on. */
  inherited_from: PreferencesMatrixCategoriesEmailInheritedFrom;
  /** The organization does not let its users change it. */
  locked: boolean;
};

/**
 * Who has decided. `default`: nobody; it is on.
 */
export type PreferencesMatrixCategoriesInAppInheritedFrom = 'user' | 'organization' | 'default';
/**
 * What holds for the inbox.
 */
export type PreferencesMatrixCategoriesInApp = {
  /** Whether it is on. */
  enabled: boolean;
  /** Who has decided. `default`: nobody; it is on. */
  inherited_from: PreferencesMatrixCategoriesInAppInheritedFrom;
  /** The organization does not let its users change it. */
  locked: boolean;
};

/**
 * Who has decided. `default`: nobody; it is on.
 */
export type PreferencesMatrixCategoriesSmsInheritedFrom = 'user' | 'organization' | 'default';
/**
 * What holds for text messages.
 */
export type PreferencesMatrixCategoriesSms = {
  /** Whether it is on. */
  enabled: boolean;
  /** Who has decided. `default`: nobody; it is on. */
  inherited_from: PreferencesMatrixCategoriesSmsInheritedFrom;
  /** The organization does not let its users change it. */
  locked: boolean;
};

/**
 * Who has decided. `default`: nobody; it is on.
 */
export type PreferencesMatrixCategoriesChatInheritedFrom = 'user' | 'organization' | 'default';
/**
 * What holds for chats.
 */
export type PreferencesMatrixCategoriesChat = {
  /** Whether it is on. */
  enabled: boolean;
  /** Who has decided. `default`: nobody; it is on. */
  inherited_from: PreferencesMatrixCategoriesChatInheritedFrom;
  /** The organization does not let its users change it. */
  locked: boolean;
};

/**
 * `all` is the whole channel: off is off for each category. `sms` and `chat` are there where the service has the channel, or somebody has decided something on it.
 */
export type PreferencesMatrixCategories = {[key: string]: {
  /** What holds for pushes. */
  push: PreferencesMatrixCategoriesPush;
  /** What holds for e-mails. */
  email: PreferencesMatrixCategoriesEmail;
  /** What holds for the inbox. */
  in_app: PreferencesMatrixCategoriesInApp;
  /** What holds for text messages. */
  sms?: PreferencesMatrixCategoriesSms;
  /** What holds for chats. */
  chat?: PreferencesMatrixCategoriesChat;
}};

/**
 * Who has decided. `default`: nobody; it is on.
 */
export type PreferencesMatrixQuietHoursInheritedFrom = 'user' | 'organization' | 'default';
/**
 * Messages wait for their end; critical and in-app ones do not.
 */
export type PreferencesMatrixQuietHours = {
  /** Whether it is on. */
  enabled: boolean;
  /**
     * When they start, by the user's clock. Null: there are none.
     * @nullable
     */
  start: string | null;
  /**
     * When they end, by the user's clock. Null: there are none.
     * @nullable
     */
  end: string | null;
  /** The weekdays on which they start: 0 = Sunday … 6 = Saturday. */
  days: number[];
  /** Who has decided. `default`: nobody; it is on. */
  inherited_from: PreferencesMatrixQuietHoursInheritedFrom;
};

export interface PreferencesMatrix {
  /** Your own id of the user. */
  user_id: string;
  /** `all` is the whole channel: off is off for each category. `sms` and `chat` are there where the service has the channel, or somebody has decided something on it. */
  categories: PreferencesMatrixCategories;
  /** Messages wait for their end; critical and in-app ones do not. */
  quiet_hours: PreferencesMatrixQuietHours;
  /**
     * The user's, in which they count. Null: UTC.
     * @nullable
     */
  timezone: string | null;
}

/**
 * By category, and within it by channel.
 */
export type PreferencesChangeCategories = {[key: string]: {
  /**
     * What holds for pushes.
     * @nullable
     */
  push?: boolean | null;
  /**
     * What holds for e-mails.
     * @nullable
     */
  email?: boolean | null;
  /**
     * What holds for the inbox.
     * @nullable
     */
  in_app?: boolean | null;
  /**
     * What holds for text messages.
     * @nullable
     */
  sms?: boolean | null;
  /**
     * What holds for chats.
     * @nullable
     */
  chat?: boolean | null;
}};

/**
 * Null: as the organization has them.
 * @nullable
 */
export type PreferencesChangeQuietHours = {
  /** Whether it is on. */
  enabled?: boolean;
  /**
     * When they start, by the user's clock.
     * @pattern ^([01]\d|2[0-3]):[0-5]\d$
     */
  start?: string;
  /**
     * On the next day where it is not after `start`.
     * @pattern ^([01]\d|2[0-3]):[0-5]\d$
     */
  end?: string;
  /**
     * The weekdays on which they start: 0 = Sunday … 6 = Saturday. Left out: all.
     * @minItems 1
     * @maxItems 7
     * @items.minimum 0
     * @items.maximum 6
     */
  days?: number[];
} | null;

export interface PreferencesChange {
  /** By category, and within it by channel. */
  categories?: PreferencesChangeCategories;
  /**
     * Null: as the organization has them.
     * @nullable
     */
  quiet_hours?: PreferencesChangeQuietHours;
}

/**
 * Which part of the list this is.
 */
export type InboxPagination = {
  /** At most so many. */
  limit: number;
  /** Present when there is more. */
  next_cursor?: string;
};

export interface Inbox {
  /** The messages, the newest first. */
  data: InboxMessage[];
  /** Unread messages, archived ones not counted; 1000 stands for as many or more. */
  unread_count: number;
  /** Connect with this as `after`, and nothing is missed in between. */
  live_cursor: string;
  /** Which part of the list this is. */
  pagination: InboxPagination;
}

export interface InboxAllRead {
  /** Messages marked by this call. */
  updated: number;
  /** Unread messages, archived ones not counted; 1000 stands for as many or more. */
  unread_count: number;
}

export interface InboxTicket {
  /** What opens one connection; it stands for the caller. */
  ticket: string;
  /** Until when it opens a connection. */
  expires_at: string;
  /** For `new WebSocket(…)`, the ticket included; add `&after=` and a cursor. */
  url: string;
}

/**
 * What its sender gave for programs, such as where a click leads. Null: nothing.
 * @nullable
 */
export type InboxMessageChangedData = {[key: string]: unknown} | null;

export interface InboxMessageChanged {
  /** The id of the message. */
  id: string;
  /** The type of the notification: a built-in one, or one of your own. */
  type: string;
  /** The title that its reader sees. */
  title: string;
  /** The text of the message. */
  body: string;
  /**
     * What its sender gave for programs, such as where a click leads. Null: nothing.
     * @nullable
     */
  data: InboxMessageChangedData;
  /** When it came to the inbox. */
  sent_at: string;
  /**
     * Until when its sender meant it. The message stays; a client may show it as out of date.
     * @nullable
     */
  expires_at: string | null;
  /**
     * When its reader read it. Null: it is unread.
     * @nullable
     */
  read_at: string | null;
  /**
     * When its reader archived it. Null: it is not archived.
     * @nullable
     */
  archived_at: string | null;
  /** When it last changed. */
  updated_at: string;
  /** Unread messages, archived ones not counted; 1000 stands for as many or more. */
  unread_count: number;
}

export interface Organization {
  /** Your own id of the organization. */
  id: string;
  /** The name. */
  name: string;
  /**
     * The organization above it. Null: none.
     * @nullable
     */
  parent_id: string | null;
  /**
     * The country, as two letters (ISO 3166-1).
     * @nullable
     */
  country: string | null;
}

export interface OrganizationFacts {
  /**
     * For people.
     * @minLength 1
     * @maxLength 200
     */
  name: string;
  /**
     * The organization above. It may come later.
     * @nullable
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  parent_id?: string | null;
  /**
     * Where text messages to its users may go, unless the service says otherwise. Null: as those above have it.
     * @nullable
     * @pattern ^[A-Z]{2}$
     */
  country?: string | null;
}

export interface DirectoryDeleted {
  /** Always true. */
  deleted: true;
  /** Your own id of what was deleted. */
  id: string;
}

export type DirectoryUpsertedErrorsItem = {
  /** Into the body (RFC 6901), or the name of a parameter or header. */
  pointer: string;
  /** What is wrong, in English. */
  detail: string;
  /** Where several members of a list have the same fault: how many. */
  count?: number;
  /** Their indexes, the first 100; `pointer` is into the first. */
  members?: number[];
};

export interface DirectoryUpserted {
  /** How many items were written. */
  upserted: number;
  /** Where the items stand in the request, from 0, that were not written. Absent when all were. */
  rejected?: number[];
  /** What is wrong with them, as in a problem document; 100 at most. */
  errors?: DirectoryUpsertedErrorsItem[];
  /** True when there are more than 100. */
  errors_capped?: boolean;
}

export interface OrganizationItem {
  /**
     * Your own id of the organization.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  id: string;
  /**
     * The name.
     * @minLength 1
     * @maxLength 200
     */
  name: string;
  /**
     * The organization above. It may come later.
     * @nullable
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  parent_id?: string | null;
  /**
     * Where text messages to its users may go, unless the service says otherwise. Null: as those above have it.
     * @nullable
     * @pattern ^[A-Z]{2}$
     */
  country?: string | null;
}

export interface User {
  /** Your own id of the user. */
  id: string;
  /**
     * The organization that the user belongs to. Null: none.
     * @nullable
     */
  org_id: string | null;
  /**
     * The name that messages may use. Null: none is known.
     * @nullable
     */
  name: string | null;
  /**
     * The e-mail address. Null: none is known.
     * @nullable
     */
  email: string | null;
  /** Whether you have verified that the address is the user's. */
  email_verified: boolean;
  /**
     * The number in international form, from + on. Null: none is known.
     * @nullable
     */
  phone: string | null;
  /** Whether you have verified that the number is the user's. */
  phone_verified: boolean;
  /**
     * The language, as a BCP 47 tag.
     * @nullable
     */
  locale: string | null;
  /**
     * The IANA time zone. Null: none is known, so UTC counts.
     * @nullable
     */
  timezone: string | null;
  /** When it was made. */
  created_at: string;
  /** When something about the user last changed. */
  updated_at: string;
}

export interface UserFacts {
  /**
     * The user's organization. It may come later.
     * @nullable
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  org_id?: string | null;
  /**
     * The name that messages may use.
     * @minLength 1
     * @maxLength 200
     * @nullable
     */
  name?: string | null;
  /**
     * Kept as it is, but for the domain: that is put in lower case, and in Punycode where it is not ASCII (`bücher.example` → `xn--bcher-kva.example`).
     * @maxLength 254
     */
  email?: string;
  /** Only a verified address is written to, but for `welcome` and `test`: these say nothing of a caller's to an unverified one, neither names nor subjects. */
  email_verified?: boolean;
  /**
     * A number in international form, from + on, is kept in E.164 (`+47 400 00 000` → `+4740000000`), and text messages can be sent to it. Any other text is kept as it is.
     * @minLength 1
     * @maxLength 40
     * @nullable
     */
  phone?: string | null;
  /** Only a verified number gets text messages. */
  phone_verified?: boolean;
  /**
     * A BCP 47 tag: the language of messages. `nb_NO` is kept as `nb-NO`.
     * @maxLength 64
     */
  locale?: string;
  /**
     * An IANA name: when it is morning for this user, the time of reminders and digests.
     * @maxLength 64
     * @nullable
     */
  timezone?: string | null;
}

export interface UserItem {
  /**
     * Your own id of the user.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  id: string;
  /**
     * The user's organization. It may come later.
     * @nullable
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  org_id?: string | null;
  /**
     * The name that messages may use.
     * @minLength 1
     * @maxLength 200
     * @nullable
     */
  name?: string | null;
  /**
     * Kept as it is, but for the domain: that is put in lower case, and in Punycode where it is not ASCII (`bücher.example` → `xn--bcher-kva.example`).
     * @maxLength 254
     */
  email?: string;
  /** Only a verified address is written to, but for `welcome` and `test`: these say nothing of a caller's to an unverified one, neither names nor subjects. */
  email_verified?: boolean;
  /**
     * A number in international form, from + on, is kept in E.164 (`+47 400 00 000` → `+4740000000`), and text messages can be sent to it. Any other text is kept as it is.
     * @minLength 1
     * @maxLength 40
     * @nullable
     */
  phone?: string | null;
  /** Only a verified number gets text messages. */
  phone_verified?: boolean;
  /**
     * A BCP 47 tag: the language of messages. `nb_NO` is kept as `nb-NO`.
     * @maxLength 64
     */
  locale?: string;
  /**
     * An IANA name: when it is morning for this user, the time of reminders and digests.
     * @maxLength 64
     * @nullable
     */
  timezone?: string | null;
}

export interface Certification {
  /** Your own id of the certificate. */
  id: string;
  /** Your own id of the user. */
  user_id: string;
  /**
     * Your own id of the organization. Null: none.
     * @nullable
     */
  org_id: string | null;
  /** What it certifies. */
  name: string;
  /** Until when it is valid. */
  expires_at: string;
}

export interface CertificationFacts {
  /**
     * Whose it is.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  user_id: string;
  /**
     * Who asks for it.
     * @nullable
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  org_id?: string | null;
  /**
     * What it certifies.
     * @minLength 1
     * @maxLength 200
     */
  name: string;
  /** A new expiry is a new reason for reminders. */
  expires_at: string;
}

export interface CertificationItem {
  /**
     * Your own id of the certificate.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  id: string;
  /**
     * Whose it is.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  user_id: string;
  /**
     * Who asks for it.
     * @nullable
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  org_id?: string | null;
  /**
     * What it certifies.
     * @minLength 1
     * @maxLength 200
     */
  name: string;
  /** A new expiry is a new reason for reminders. */
  expires_at: string;
}

export interface PeerMentor {
  /** Your own id of the peer mentor. */
  id: string;
  /** First and last name. */
  full_name: string;
  /**
     * The e-mail address. Null: none is known.
     * @nullable
     */
  email: string | null;
  /**
     * The number in international form, from + on. Null: none is known.
     * @nullable
     */
  phone: string | null;
  /**
     * The user who coordinates the mentor. Null: nobody.
     * @nullable
     */
  coordinator_id: string | null;
  /**
     * Your own id of the organization. Null: none.
     * @nullable
     */
  org_id: string | null;
  /** Whether the mentor is active or paused. */
  current_status: string;
  /**
     * Since when the mentor is paused. Null: the mentor is not.
     * @nullable
     */
  pause_start_date: string | null;
  /**
     * Why the mentor is paused. Null: not given.
     * @nullable
     */
  pause_reason: string | null;
  /** When something about the mentor last changed. */
  updated_at: string;
}

export interface PeerMentorFacts {
  /**
     * First and last name.
     * @minLength 1
     * @maxLength 200
     */
  full_name: string;
  /**
     * The e-mail address. Null: none is known.
     * @maxLength 254
     */
  email?: string;
  /**
     * The number in international form, from + on. Null: none is known.
     * @minLength 1
     * @maxLength 40
     * @nullable
     */
  phone?: string | null;
  /**
     * The user who is notified when the mentor pauses or returns.
     * @nullable
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  coordinator_id?: string | null;
  /**
     * The mentor's organization. It may come later.
     * @nullable
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  org_id?: string | null;
  /**
     * `active`, `paused`, or any other word.
     * @pattern ^[a-z_]{1,32}$
     */
  current_status?: string;
  /**
     * When the pause takes effect; else at once.
     * @nullable
     */
  pause_start_date?: string | null;
  /**
     * Why the mentor is paused. Null: not given.
     * @minLength 1
     * @maxLength 1000
     * @nullable
     */
  pause_reason?: string | null;
}

export interface PeerMentorItem {
  /**
     * Your own id of the peer mentor.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  id: string;
  /**
     * First and last name.
     * @minLength 1
     * @maxLength 200
     */
  full_name: string;
  /**
     * The e-mail address. Null: none is known.
     * @maxLength 254
     */
  email?: string;
  /**
     * The number in international form, from + on. Null: none is known.
     * @minLength 1
     * @maxLength 40
     * @nullable
     */
  phone?: string | null;
  /**
     * The user who is notified when the mentor pauses or returns.
     * @nullable
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  coordinator_id?: string | null;
  /**
     * The mentor's organization. It may come later.
     * @nullable
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  org_id?: string | null;
  /**
     * `active`, `paused`, or any other word.
     * @pattern ^[a-z_]{1,32}$
     */
  current_status?: string;
  /**
     * When the pause takes effect; else at once.
     * @nullable
     */
  pause_start_date?: string | null;
  /**
     * Why the mentor is paused. Null: not given.
     * @minLength 1
     * @maxLength 1000
     * @nullable
     */
  pause_reason?: string | null;
}

/**
 * Whether it is planned, completed or cancelled.
 */
export type ActivityStatus = 'planned' | 'completed' | 'cancelled';
export interface Activity {
  /** Your own id of the activity. */
  id: string;
  /** Your own id of the user. */
  user_id: string;
  /** Whether it is planned, completed or cancelled. */
  status: ActivityStatus;
  /** How many hours it took. */
  hours: number;
  /** When it took place, or will. */
  occurred_at: string;
}

/**
 * Whether it is planned, completed or cancelled.
 */
export type ActivityFactsStatus = 'planned' | 'completed' | 'cancelled';
export interface ActivityFacts {
  /**
     * Whose it is.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  user_id: string;
  /** Whether it is planned, completed or cancelled. */
  status: ActivityFactsStatus;
  /**
     * Decimal, kept to the minute: sums are exact.
     * @minimum 0
     * @maximum 100000
     */
  hours: number;
  /** When it was, or is to be: decides in which window it counts. */
  occurred_at: string;
}

/**
 * Whether it is planned, completed or cancelled.
 */
export type ActivityItemStatus = 'planned' | 'completed' | 'cancelled';
export interface ActivityItem {
  /**
     * Your own id of the activity.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  id: string;
  /**
     * Whose it is.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  user_id: string;
  /** Whether it is planned, completed or cancelled. */
  status: ActivityItemStatus;
  /**
     * Decimal, kept to the minute: sums are exact.
     * @minimum 0
     * @maximum 100000
     */
  hours: number;
  /** When it was, or is to be: decides in which window it counts. */
  occurred_at: string;
}

export interface Grant {
  /** Your own id of the grant. */
  id: string;
  /** What the grant is called. */
  title: string;
  /**
     * Where one reads more. Null: nowhere.
     * @nullable
     */
  url: string | null;
  /**
     * Until when one can apply. Null: no end is known.
     * @nullable
     */
  deadline: string | null;
}

export interface GrantFacts {
  /**
     * What the grant is called.
     * @minLength 1
     * @maxLength 200
     */
  title: string;
  /**
     * Where to read more: what messages link to.
     * @maxLength 2000
     */
  url?: string;
  /**
     * Until when one can apply. A new deadline is a new reason for reminders.
     * @nullable
     */
  deadline?: string | null;
}

export interface GrantItem {
  /**
     * Your own id of the grant.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  id: string;
  /**
     * What the grant is called.
     * @minLength 1
     * @maxLength 200
     */
  title: string;
  /**
     * Where to read more: what messages link to.
     * @maxLength 2000
     */
  url?: string;
  /**
     * Until when one can apply. A new deadline is a new reason for reminders.
     * @nullable
     */
  deadline?: string | null;
}

export interface Match {
  /** Your own id of the match. */
  id: string;
  /** Your own id of the user. */
  user_id: string;
  /** Your own id of the grant. */
  grant_id: string;
  /** How well it suits the user, from 0 to 100. */
  score: number;
  /** When it was made. */
  created_at: string;
}

export interface MatchFacts {
  /**
     * Whom the grant fits.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  user_id: string;
  /**
     * The grant. It may come later.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  grant_id: string;
  /**
     * How well it fits.
     * @minimum 0
     * @maximum 100
     */
  score: number;
}

export interface MatchItem {
  /**
     * Your own id of the match.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  id: string;
  /**
     * Whom the grant fits.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  user_id: string;
  /**
     * The grant. It may come later.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  grant_id: string;
  /**
     * How well it fits.
     * @minimum 0
     * @maximum 100
     */
  score: number;
}

export interface Application {
  /** Your own id of the application. */
  id: string;
  /** Your own id of the user. */
  user_id: string;
  /** Your own id of the grant. */
  grant_id: string;
  /** How far it has come, in your own words. */
  status: string;
  /** When something about it last changed. */
  updated_at: string;
}

export interface ApplicationFacts {
  /**
     * Who has applied.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  user_id: string;
  /**
     * For which grant. It may come later.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  grant_id: string;
  /**
     * Any word, such as `under_review`.
     * @pattern ^[a-z_]{1,64}$
     */
  status: string;
}

export interface ApplicationItem {
  /**
     * Your own id of the application.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  id: string;
  /**
     * Who has applied.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  user_id: string;
  /**
     * For which grant. It may come later.
     * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
     */
  grant_id: string;
  /**
     * Any word, such as `under_review`.
     * @pattern ^[a-z_]{1,64}$
     */
  status: string;
}

/**
 * The channel: `push`, `email`, `in_app`, `sms` or `chat`.
 */
export type WithheldWithheldItemChannel = 'push' | 'email' | 'in_app' | 'sms' | 'chat';
/**
 * Why.
 */
export type WithheldWithheldItemReason = 'below_threshold' | 'switched_off' | 'nothing_to_say' | 'unknown_user' | 'unknown_grant' | 'unsubscribed' | 'no_address' | 'unverified' | 'suppressed' | 'no_device' | 'no_number' | 'invalid_number' | 'number_unverified' | 'no_country' | 'country_not_allowed' | 'no_words' | 'throttled' | 'duplicate';
export type WithheldWithheldItem = {
  /** The day, UTC. */
  date: string;
  /** The type of the notification: a built-in one, or one of your own. */
  type: string;
  /** The channel: `push`, `email`, `in_app`, `sms` or `chat`. */
  channel: WithheldWithheldItemChannel;
  /** Why. */
  reason: WithheldWithheldItemReason;
  /**
     * How many on that day.
     * @minimum 1
     */
  count: number;
};

export interface Withheld {
  /** Your own id of the user. */
  user_id: string;
  /** Messages that were never made, counted by day and reason. */
  withheld: WithheldWithheldItem[];
}

/**
 * What the directory says of the user. Null: nothing.
 * @nullable
 */
export type UserExportUser = {
  /** Its id. */
  id: string;
  /**
     * Your own id of the organization. Null: none.
     * @nullable
     */
  org_id: string | null;
  /**
     * The name.
     * @nullable
     */
  name: string | null;
  /**
     * The e-mail address. Null: none is known.
     * @nullable
     */
  email: string | null;
  /** Whether you have verified that the address is the user's. */
  email_verified: boolean;
  /**
     * The number in international form, from + on. Null: none is known.
     * @nullable
     */
  phone: string | null;
  /**
     * The country of the number, as two letters.
     * @nullable
     */
  phone_country: string | null;
  /** Whether you have verified that the number is the user's. */
  phone_verified: boolean;
  /**
     * The language, as a BCP 47 tag.
     * @nullable
     */
  locale: string | null;
  /**
     * The IANA time zone. Null: none is known, so UTC counts.
     * @nullable
     */
  timezone: string | null;
  /** When it was made. */
  created_at: string;
  /** When it last changed. */
  updated_at: string;
} | null;

/**
 * When new matches are sent.
 */
export type UserExportPreferencesNotificationFrequency = 'immediate' | 'daily' | 'weekly';
/**
 * What the user has chosen. Null: nothing yet.
 * @nullable
 */
export type UserExportPreferences = {
  /**
     * Whether anything but test e-mails is sent. Null: nobody has chosen.
     * @nullable
     */
  email_notifications_enabled: boolean | null;
  /** When new matches are sent. */
  notification_frequency: UserExportPreferencesNotificationFrequency;
  /**
     * Whether e-mails tell of new matches.
     * @nullable
     */
  new_match_notifications: boolean | null;
  /** The lowest score of a match that is sent. */
  match_threshold: number;
  /**
     * Whether e-mails remind of deadlines.
     * @nullable
     */
  deadline_notifications: boolean | null;
  /** How many days before a deadline, the largest first. */
  deadline_reminder_days?: unknown;
  /**
     * Whether a digest comes each week.
     * @nullable
     */
  weekly_digest_enabled: boolean | null;
  /** On which day it comes: 0 = Sunday … 6 = Saturday. */
  weekly_digest_day: number;
  /**
     * Whether e-mails tell of changes of the user's applications.
     * @nullable
     */
  application_status_notifications: boolean | null;
  /** Further choices: category → channel → on or off. */
  cells?: unknown;
  /** When messages wait. Null: none are set. */
  quiet_hours?: unknown;
  /** When it was made. */
  created_at: string;
  /** When it last changed. */
  updated_at: string;
} | null;

/**
 * What kind of device it is.
 */
export type UserExportDevicesItemPlatform = 'ios' | 'android' | 'web';
export type UserExportDevicesItem = {
  /** Its id. */
  id: number;
  /** Only its end. */
  token: string;
  /** Who carried it, or would. */
  provider: string;
  /**
     * Which app, where several are configured by name. Null: the default one.
     * @nullable
     */
  app: string | null;
  /** What kind of device it is. */
  platform: UserExportDevicesItemPlatform;
  /**
     * The language, as a BCP 47 tag.
     * @nullable
     */
  locale: string | null;
  /**
     * The IANA time zone. Null: none is known, so UTC counts.
     * @nullable
     */
  timezone: string | null;
  /**
     * The version of the app, in its own words.
     * @nullable
     */
  app_version: string | null;
  /** When the device was registered. */
  registered_at: string;
  /**
     * When a push was last sent to it. Null: never.
     * @nullable
     */
  last_used_at: string | null;
  /**
     * When the device was taken out of use. Null: it is in use.
     * @nullable
     */
  invalidated_at: string | null;
  /**
     * Why the device gets no more pushes. Null: it gets them.
     * @nullable
     */
  invalid_reason: string | null;
};

/**
 * Why nothing is sent there.
 */
export type UserExportSuppressionsItemReason = 'bounce' | 'complaint' | 'unsubscribed';
export type UserExportSuppressionsItem = {
  /** Its id. */
  id: string;
  /** The address, or the number. */
  email: string;
  /** Why nothing is sent there. */
  reason: UserExportSuppressionsItemReason;
  /** When it was made. */
  created_at: string;
  /**
     * When it ends. Null: never.
     * @nullable
     */
  expires_at: string | null;
};

export type UserExportTopicsItem = {
  /** Your own id of the topic. */
  topic: string;
  /** Your own id of the organization. Null: none. */
  org_id: string;
  /**
     * The topic's name. Null: none.
     * @nullable
     */
  name: string | null;
};

export type UserExportCertificationsItem = {
  /** Its id. */
  id: string;
  /**
     * Your own id of the organization. Null: none.
     * @nullable
     */
  org_id: string | null;
  /** What it certifies. */
  name: string;
  /** Until when it is valid. */
  expires_at: string;
};

/**
 * The state that it is in.
 */
export type UserExportActivitiesItemStatus = 'planned' | 'completed' | 'cancelled';
export type UserExportActivitiesItem = {
  /** Its id. */
  id: string;
  /** The state that it is in. */
  status: UserExportActivitiesItemStatus;
  /** How many hours it took. */
  hours: number;
  /** When it took place, or will. */
  occurred_at: string;
};

/**
 * Of which kind.
 */
export type UserExportChatConnectionsItemKind = 'slack_webhook' | 'slack_bot' | 'teams' | 'discord' | 'webhook';
export type UserExportChatConnectionsItem = {
  /** Its id. */
  id: string;
  /** Of which kind. */
  kind: UserExportChatConnectionsItemKind;
  /** What the chat is called. */
  name: string;
  /**
     * Where a bot writes. Null: the address says it.
     * @nullable
     */
  channel: string | null;
  /** What the secret can be known by; never the secret. */
  hint: string;
  /** When it was made. */
  created_at: string;
};

export type UserExportApplicationsItem = {
  /** Its id. */
  id: string;
  /** Your own id of the grant. */
  grant_id: string;
  /** The state that it is in. */
  status: string;
  /** When it last changed. */
  updated_at: string;
};

export type UserExportMatchesItem = {
  /** Its id. */
  id: string;
  /** Your own id of the grant. */
  grant_id: string;
  /** How well it suits the user, from 0 to 100. */
  score: number;
  /** When it was made. */
  created_at: string;
};

/**
 * The ISO week, month, quarter or year of the user's time zone.
 */
export type UserExportStatsSubscriptionsItemTimeWindow = 'weekly' | 'monthly' | 'quarterly' | 'yearly';
export type UserExportStatsSubscriptionsItem = {
  /** Its id. */
  id: string;
  /** The ISO week, month, quarter or year of the user's time zone. */
  time_window: UserExportStatsSubscriptionsItemTimeWindow;
  /** The window that is open now, such as `2026-W13`. */
  period: string;
  /** Activities of the window, planned and completed. */
  total_activities: number;
  /** Activities of the window that were completed. */
  completed_activities: number;
  /** Hours of the completed activities. */
  completed_hours: number;
  /** When the snapshot was taken. */
  last_refreshed_at: string;
  /** When it was made. */
  created_at: string;
};

/**
 * What is looked at.
 */
export type UserExportSchedulesItemKind = 'certifications' | 'deadlines' | 'digest' | 'matches';
export type UserExportSchedulesItem = {
  /** What is looked at. */
  kind: UserExportSchedulesItemKind;
  /**
     * The last window that was handled. Null: none.
     * @nullable
     */
  period: string | null;
  /** When it is next looked at. */
  next_at: string;
};

/**
 * Why.
 */
export type UserExportWithheldItemReason = 'below_threshold' | 'switched_off' | 'nothing_to_say' | 'unknown_user' | 'unknown_grant' | 'unsubscribed' | 'no_address' | 'unverified' | 'suppressed' | 'no_device' | 'no_number' | 'invalid_number' | 'number_unverified' | 'no_country' | 'country_not_allowed' | 'no_words' | 'throttled' | 'duplicate';
export type UserExportWithheldItem = {
  /** The day, in UTC. */
  date: string;
  /** The type of the notification: a built-in one, or one of your own. */
  type: string;
  /** The channel: `push`, `email`, `in_app`, `sms` or `chat`. */
  channel: string;
  /** Why. */
  reason: UserExportWithheldItemReason;
  /** How many. */
  count: number;
};

export type UserExportEmailTotalsItem = {
  /** The type of the notification: a built-in one, or one of your own. */
  type: string;
  /** The state that it is in. */
  status: string;
  /** How many. */
  count: number;
};

export type UserExportCoordinatorOfItem = {
  /** Your own id of the peer mentor. */
  peer_mentor_id: string;
  /**
     * Your own id of the organization. Null: none.
     * @nullable
     */
  org_id: string | null;
};

/**
 * Whether a pause began or ended.
 */
export type UserExportNotificationRecordsItemEventType = 'pause_activated' | 'pause_deactivated';
export type UserExportNotificationRecordsItem = {
  /** Its id. */
  id: string;
  /** Your own id of the peer mentor. */
  peer_mentor_id: string;
  /** Whether a pause began or ended. */
  event_type: UserExportNotificationRecordsItemEventType;
  /** When it was sent. Null: it is not sent yet. */
  sent_at: string;
};

export type UserExportEventsCausedItem = {
  /** Its id. */
  id: string;
  /**
     * Your own id of the organization. Null: none.
     * @nullable
     */
  org_id: string | null;
  /** The type of the notification: a built-in one, or one of your own. */
  type: string;
  /** When it was made. */
  created_at: string;
};

/**
 * The state that it is in.
 */
export type UserExportDispatchesItemStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'bounced' | 'failed' | 'cancelled';
/**
 * The state that it is in.
 */
export type UserExportDispatchesItemDeliveriesItemStatus = 'accepted' | 'retry' | 'failed';
export type UserExportDispatchesItemDeliveriesItem = {
  /** Our number of the device; it is no token. */
  device_id: number;
  /** The state that it is in. */
  status: UserExportDispatchesItemDeliveriesItemStatus;
  /** Who carried it, or would. */
  provider: string;
  /**
     * Why it failed, in English.
     * @nullable
     */
  error: string | null;
  /**
     * When the push service took it.
     * @nullable
     */
  accepted_at: string | null;
};

export type UserExportDispatchesItemTimelineItem = {
  /** What happened. */
  did: string;
  /** When it happened. */
  at: string;
  [key: string]: unknown;
};

export type UserExportDispatchesItem = {
  /** Its id. */
  id: string;
  /** The channel: `push`, `email`, `in_app`, `sms` or `chat`. */
  channel: string;
  /** The type of the message. */
  type: string;
  /**
     * Your own id of the organization. Null: none.
     * @nullable
     */
  org_id: string | null;
  /**
     * The batch that it was sent with. Null: none.
     * @nullable
     */
  batch_id: string | null;
  /** The state that it is in. */
  status: UserExportDispatchesItemStatus;
  /**
     * What a person marked it as: `retried` or `resolved`.
     * @nullable
     */
  mark: string | null;
  /**
     * Why it failed, for programs.
     * @nullable
     */
  error_code: string | null;
  /**
     * Why it failed, in English.
     * @nullable
     */
  error: string | null;
  /**
     * The title or the subject. Null: none was kept.
     * @nullable
     */
  title: string | null;
  /**
     * The text of the message.
     * @nullable
     */
  body: string | null;
  /** What went with it for programs. */
  data?: unknown;
  /** How the push is shown and kept. */
  options?: unknown;
  /** What the text is made from. */
  payload?: unknown;
  /**
     * Where it went.
     * @nullable
     */
  to_address: string | null;
  /**
     * Who carried it, or would.
     * @nullable
     */
  provider: string | null;
  /** When it was made. */
  created_at: string;
  /**
     * When it was to be sent. Null: at once.
     * @nullable
     */
  scheduled_at: string | null;
  /** When it is or was due. */
  due_at: string;
  /**
     * After this time it is not sent any more. Null: no end.
     * @nullable
     */
  expires_at: string | null;
  /**
     * When it was sent. Null: it is not sent yet.
     * @nullable
     */
  sent_at: string | null;
  /**
     * When the receiver's side reported that it arrived. Null: no report.
     * @nullable
     */
  delivered_at: string | null;
  /**
     * When its reader read it. Null: it is unread.
     * @nullable
     */
  read_at: string | null;
  /**
     * When its reader archived it. Null: it is not archived.
     * @nullable
     */
  archived_at: string | null;
  /** What became of it on each device. */
  deliveries: UserExportDispatchesItemDeliveriesItem[];
  /**
     * A note of staff. Null: none.
     * @nullable
     */
  note?: string | null;
  /**
     * A note of staff. Null: none.
     * @nullable
     */
  retry_note?: string | null;
  /**
     * The provider's id of the message.
     * @nullable
     */
  provider_message_id?: string | null;
  /** What happened to it. */
  timeline?: UserExportDispatchesItemTimelineItem[];
};

export interface UserExport {
  /** Your own id of the user. */
  user_id: string;
  /** When the export began. */
  exported_at: string;
  /**
     * What the directory says of the user. Null: nothing.
     * @nullable
     */
  user: UserExportUser;
  /**
     * What the user has chosen. Null: nothing yet.
     * @nullable
     */
  preferences: UserExportPreferences;
  /** The user's devices. */
  devices: UserExportDevicesItem[];
  /** Addresses and numbers of the user that nothing is sent to. */
  suppressions: UserExportSuppressionsItem[];
  /** Topics that the user has subscribed to. */
  topics: UserExportTopicsItem[];
  /** The user's certificates. */
  certifications: UserExportCertificationsItem[];
  /** The user's activities. */
  activities: UserExportActivitiesItem[];
  /** Chats that the user has connected. */
  chat_connections: UserExportChatConnectionsItem[];
  /** The user's applications for grants. */
  applications: UserExportApplicationsItem[];
  /** Grants that suit the user. */
  matches: UserExportMatchesItem[];
  /** Summaries that the user has subscribed to. */
  stats_subscriptions: UserExportStatsSubscriptionsItem[];
  /** What is looked at for the user, and when. */
  schedules: UserExportSchedulesItem[];
  /** Messages that were never made, counted by day and reason. */
  withheld: UserExportWithheldItem[];
  /** How many e-mails the user ever got, by type and status. */
  email_totals: UserExportEmailTotalsItem[];
  /** Peer mentors whom the user coordinates. */
  coordinator_of: UserExportCoordinatorOfItem[];
  /** Records that name the user. */
  notification_records: UserExportNotificationRecordsItem[];
  /** Events that name the user as their actor. */
  events_caused: UserExportEventsCausedItem[];
  /** The user's messages, of every channel. */
  dispatches: UserExportDispatchesItem[];
  /** False when there was more than one request can read: some 180,000 messages. */
  complete: boolean;
}

export interface FoundUser {
  /** Your own id of the user. */
  id: string;
  /**
     * Your own id of the organization. Null: none.
     * @nullable
     */
  org_id: string | null;
  /**
     * The name.
     * @nullable
     */
  name: string | null;
  /**
     * The e-mail address. Null: none is known.
     * @nullable
     */
  email: string | null;
  /** Whether you have verified that the address is the user's. */
  email_verified: boolean;
}

export interface FoundUsers {
  /** The users. */
  data: FoundUser[];
  /** Which part of the list this is. */
  pagination: IdPagination;
}

export interface UserSearch {
  /**
     * How an id, a name, the last word of a name, or an address begins, in any case (ids: as they are). Empty: everybody.
     * @maxLength 254
     */
  query?: string;
  /**
     * At most so many.
     * @minimum 1
     * @maximum 100
     */
  limit?: number;
  /**
     * `next_cursor` of the page before. It belongs to its query and its caller.
     * @maxLength 4000
     */
  cursor?: string;
}

/**
 * `bounce`: the mailbox or the number does not exist. `complaint`: its owner has reported a mail of ours as spam. `unsubscribed`: its owner has sent STOP.
 */
export type SuppressionReason = 'bounce' | 'complaint' | 'unsubscribed';
export interface Suppression {
  /** Its id. */
  id: string;
  /**
     * In lower case, the domain in Punycode: every spelling of the address is meant. Null: it is a number.
     * @nullable
     */
  email: string | null;
  /**
     * E.164. Null: it is an address.
     * @nullable
     */
  phone: string | null;
  /** `bounce`: the mailbox or the number does not exist. `complaint`: its owner has reported a mail of ours as spam. `unsubscribed`: its owner has sent STOP. */
  reason: SuppressionReason;
  /** When we first heard of it. */
  created_at: string;
  /**
     * A bounce is kept for 90 days; null: for ever.
     * @nullable
     */
  expires_at: string | null;
}

export interface SuppressionList {
  /** The suppressions, the newest first. */
  data: Suppression[];
  /** Which part of the list this is. */
  pagination: Pagination;
}

export interface SuppressionLookup {
  /**
     * An address, in any spelling.
     * @maxLength 254
     */
  email?: string;
  /**
     * In international form, from + on.
     * @minLength 1
     * @maxLength 40
     */
  phone?: string;
}

export interface SuppressionLifted {
  /** Always true. */
  deleted: true;
  /** Its id. */
  id: string;
}

export type GetEmailPreferencesParams = {
/**
 * A user in the caller's scope: a service must name one, admins may. Left out: the caller.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
user_id?: string;
};

export type UpdateEmailPreferencesParams = {
/**
 * A user in the caller's scope: a service must name one, admins may. Left out: the caller.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
user_id?: string;
};

export type SetEmailPreferencesParams = {
/**
 * A user in the caller's scope: a service must name one, admins may. Left out: the caller.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
user_id?: string;
};

export type ListEmailsParams = {
/**
 * A user in the caller's scope: a service must name one, admins may. Left out: the caller.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
user_id?: string;
/**
 * Only those of this type.
 */
notification_type?: ListEmailsNotificationType;
/**
 * Only those in this state.
 */
status?: ListEmailsStatus;
/**
 * From 1. Pages end at the 10,000th row; `cursor` goes on.
 * @minimum 1
 */
page?: number;
/**
 * How many a page has.
 * @minimum 1
 * @maximum 100
 */
page_size?: number;
/**
 * `next_cursor` of the page before; `page` is then ignored.
 * @pattern ^[A-Za-z0-9_-]{1,64}$
 */
cursor?: string;
};

export type ListEmailsNotificationType = 'certification_reminder' | 'welcome' | 'new_match' | 'deadline_reminder' | 'weekly_digest' | 'application_status' | 'test' | 'pause_activated' | 'pause_deactivated' | 'stats_summary' | 'push';
export type ListEmailsStatus = 'pending' | 'sent' | 'delivered' | 'bounced' | 'failed';
export type GetEmailParams = {
/**
 * A user in the caller's scope: a service must name one, admins may. Left out: the caller.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
user_id?: string;
};

export type GetEmailStatsParams = {
/**
 * A user in the caller's scope: a service must name one, admins may. Left out: the caller.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
user_id?: string;
};

export type ListDevicesParams = {
/**
 * Whose devices; a `user` may leave it out.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
user_id?: string;
};

export type ListPushesParams = {
/**
 * From 1. Pages end at the 10,000th row; `cursor` goes on.
 * @minimum 1
 */
page?: number;
/**
 * At most so many.
 * @minimum 1
 * @maximum 100
 */
limit?: number;
/**
 * `next_cursor` of the page before; `page` is then ignored.
 * @pattern ^[A-Za-z0-9_-]{1,64}$
 */
cursor?: string;
/**
 * Only those to this user.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
user_id?: string;
/**
 * Only those in this state.
 */
status?: ListPushesStatus;
/**
 * Only those of this scenario.
 * @minLength 1
 * @maxLength 128
 */
scenario_id?: string;
/**
 * Only those of this prompt.
 * @minLength 1
 * @maxLength 128
 */
prompt_id?: string;
/**
 * Only those of this batch.
 * @maxLength 64
 */
batch_id?: string;
/**
 * Created at or after.
 */
from?: string;
/**
 * Created before.
 */
to?: string;
};

export type ListPushesStatus = 'queued' | 'sending' | 'sent' | 'failed' | 'cancelled' | 'retried' | 'resolved';
export type GetVapidKeyParams = {
/**
 * Of which app, where several are configured by name. Left out: the default one.
 * @minLength 1
 * @maxLength 64
 */
app?: string;
};

export type ListDispatchesParams = {
/**
 * From 1. Pages end at the 10,000th row; `cursor` goes on.
 * @minimum 1
 */
page?: number;
/**
 * At most so many.
 * @minimum 1
 * @maximum 100
 */
limit?: number;
/**
 * `next_cursor` of the page before; `page` is then ignored.
 * @pattern ^[A-Za-z0-9_-]{1,64}$
 */
cursor?: string;
/**
 * Only those to users of this organization.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
/**
 * With org_id: those below it, too.
 */
include_sub_orgs?: ListDispatchesIncludeSubOrgs;
/**
 * Only those of this type.
 * @minLength 1
 * @maxLength 64
 */
type?: string;
/**
 * Only those on this channel.
 */
channel?: ListDispatchesChannel;
/**
 * Only those in this state.
 */
status?: ListDispatchesStatus;
/**
 * Only those to this user.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
recipient_user_id?: string;
/**
 * Only those of this batch.
 * @maxLength 64
 */
batch_id?: string;
/**
 * Created at or after.
 */
from?: string;
/**
 * Created before.
 */
to?: string;
};

export type ListDispatchesIncludeSubOrgs = 'true' | 'false';
export type ListDispatchesChannel = 'push' | 'email' | 'in_app' | 'sms' | 'chat';
export type ListDispatchesStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'bounced' | 'failed' | 'cancelled';
export type ListNotificationRecordsParams = {
/**
 * From 1. Pages end at the 10,000th row; `cursor` goes on.
 * @minimum 1
 */
page?: number;
/**
 * At most so many.
 * @minimum 1
 * @maximum 100
 */
limit?: number;
/**
 * `next_cursor` of the page before; `page` is then ignored.
 * @pattern ^[A-Za-z0-9_-]{1,64}$
 */
cursor?: string;
/**
 * Only those about this peer mentor.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
peer_mentor_id?: string;
/**
 * Only those of a pause that began, or of one that ended.
 */
event_type?: ListNotificationRecordsEventType;
/**
 * The coordinator who was notified.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
coordinator_id?: string;
/**
 * Sent at or after.
 */
from?: string;
/**
 * Sent before.
 */
to?: string;
};

export type ListNotificationRecordsEventType = 'pause_activated' | 'pause_deactivated';
export type ListNotificationHistoryParams = {
/**
 * Older events are in the list of records.
 * @minimum 1
 * @maximum 1000
 */
limit?: number;
};

export type ListStatsSubscriptionsParams = {
/**
 * From 1. Pages end at the 10,000th row; `cursor` goes on.
 * @minimum 1
 */
page?: number;
/**
 * At most so many.
 * @minimum 1
 * @maximum 100
 */
limit?: number;
/**
 * `next_cursor` of the page before; `page` is then ignored.
 * @pattern ^[A-Za-z0-9_-]{1,64}$
 */
cursor?: string;
/**
 * Only those of this user.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
user_id?: string;
/**
 * The ISO week, month, quarter or year of the user's time zone.
 */
time_window?: ListStatsSubscriptionsTimeWindow;
/**
 * What is deactivated is removed, so `inactive` finds nothing.
 */
status?: ListStatsSubscriptionsStatus;
};

export type ListStatsSubscriptionsTimeWindow = 'weekly' | 'monthly' | 'quarterly' | 'yearly';
export type ListStatsSubscriptionsStatus = 'active' | 'inactive';
export type ListEventsParams = {
/**
 * Only those of this type.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
type?: string;
/**
 * Only those in this state.
 */
status?: ListEventsStatus;
/**
 * At most so many.
 * @minimum 1
 * @maximum 100
 */
limit?: number;
/**
 * `next_cursor` of the page before. With a filter a page may be short and still have a next one.
 * @pattern ^[A-Za-z0-9_-]{1,180}$
 */
cursor?: string;
};

export type ListEventsStatus = 'running' | 'done' | 'cancelled';
export type ListEventMessagesParams = {
/**
 * Only those in this state.
 */
status?: ListEventMessagesStatus;
/**
 * Only those on this channel.
 */
channel?: ListEventMessagesChannel;
/**
 * At most so many.
 * @minimum 1
 * @maximum 100
 */
limit?: number;
/**
 * `next_cursor` of the page before. With a filter a page may be short and still have a next one.
 * @pattern ^[A-Za-z0-9_-]{1,180}$
 */
cursor?: string;
};

export type ListEventMessagesStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'bounced' | 'failed' | 'cancelled';
export type ListEventMessagesChannel = 'push' | 'email' | 'in_app' | 'sms' | 'chat';
export type ListTypesParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
/**
 * At most so many.
 * @minimum 1
 * @maximum 100
 */
limit?: number;
/**
 * `next_cursor` of the page before.
 * @pattern ^[A-Za-z0-9_-]{1,180}$
 */
cursor?: string;
};

export type GetTypeParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
};

export type PutTypeParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
};

export type DeleteTypeParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
};

export type ListWebhookEndpointsParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
/**
 * At most so many.
 * @minimum 1
 * @maximum 100
 */
limit?: number;
/**
 * `next_cursor` of the page before.
 * @pattern ^[A-Za-z0-9_-]{1,180}$
 */
cursor?: string;
};

export type CreateWebhookEndpointParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
};

export type ListWebhookMessagesParams = {
/**
 * Only those in this state.
 */
status?: ListWebhookMessagesStatus;
/**
 * At most so many.
 * @minimum 1
 * @maximum 100
 */
limit?: number;
/**
 * `next_cursor` of the page before.
 * @pattern ^[A-Za-z0-9_-]{1,180}$
 */
cursor?: string;
};

export type ListWebhookMessagesStatus = 'queued' | 'sending' | 'sent' | 'failed' | 'cancelled';
export type ListWordingsParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
/**
 * Only those of this type.
 * @maxLength 64
 */
type?: string;
/**
 * At most so many.
 * @minimum 1
 * @maximum 100
 */
limit?: number;
/**
 * `next_cursor` of the page before.
 * @pattern ^[A-Za-z0-9_-]{1,180}$
 */
cursor?: string;
};

export type GetWordingParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
};

export type PutWordingParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
/**
 * `false`: the version is written, and what is in use stays.
 */
publish?: PutWordingPublish;
};

export type PutWordingPublish = 'true' | 'false';
export type DeleteWordingParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
};

export type ListWordingVersionsParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
/**
 * At most so many.
 * @minimum 1
 * @maximum 100
 */
limit?: number;
/**
 * `next_cursor` of the page before.
 * @pattern ^[A-Za-z0-9_-]{1,180}$
 */
cursor?: string;
};

export type PublishWordingParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
};

export type DiffWordingsParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
/**
 * The older version.
 */
from: number;
/**
 * The newer version.
 */
to: number;
};

export type TestWordingParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
};

export type PreviewWordingParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
};

export type ListTopicsParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
/**
 * At most so many.
 * @minimum 1
 * @maximum 100
 */
limit?: number;
/**
 * `next_cursor` of the page before.
 * @pattern ^[A-Za-z0-9_-]{1,180}$
 */
cursor?: string;
};

export type GetTopicParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
};

export type PutTopicParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
};

export type DeleteTopicParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
};

export type ListTopicSubscribersParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
/**
 * At most so many.
 * @minimum 1
 * @maximum 100
 */
limit?: number;
/**
 * `next_cursor` of the page before.
 * @pattern ^[A-Za-z0-9_-]{1,180}$
 */
cursor?: string;
/**
 * This user alone, if subscribed.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
user_id?: string;
};

export type SubscribeToTopicParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
};

export type UnsubscribeFromTopicParams = {
/**
 * An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
};

export type ListChatConnectionsParams = {
/**
 * A user whose own messages come here. With neither: the caller, or an org_admin's own organization.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
user_id?: string;
/**
 * An organization: events name its connections as recipients.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
org_id?: string;
/**
 * At most so many.
 * @minimum 1
 * @maximum 100
 */
limit?: number;
/**
 * `next_cursor` of the page before.
 * @pattern ^[A-Za-z0-9_-]{1,180}$
 */
cursor?: string;
};

export type GetPreferencesParams = {
/**
 * A user in the caller's scope: a service must name one, admins may. Left out: the caller.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
user_id?: string;
};

export type UpdatePreferencesParams = {
/**
 * A user in the caller's scope: a service must name one, admins may. Left out: the caller.
 * @pattern ^[A-Za-z0-9_.:@-]{1,128}$
 */
user_id?: string;
};

export type ListInboxParams = {
/**
 * At most so many.
 * @minimum 1
 * @maximum 100
 */
limit?: number;
/**
 * `next_cursor` of the page before.
 * @pattern ^[A-Za-z0-9_-]{1,64}$
 */
cursor?: string;
/**
 * Only unread messages, or only read ones.
 */
unread?: ListInboxUnread;
/**
 * Only archived messages; without it only the others.
 */
archived?: ListInboxArchived;
/**
 * Only those of this type.
 * @minLength 1
 * @maxLength 64
 */
type?: string;
};

export type ListInboxUnread = 'true' | 'false';
export type ListInboxArchived = 'true' | 'false';
export type PutOrganizationParams = {
/**
 * `false`: this change notifies nobody.
 */
notify?: PutOrganizationNotify;
};

export type PutOrganizationNotify = 'true' | 'false';
export type PutOrgsParams = {
/**
 * `false`: this change notifies nobody.
 */
notify?: PutOrgsNotify;
};

export type PutOrgsNotify = 'true' | 'false';
export type PutOrgsBody = {
  /**
     * The members.
     * @minItems 1
     * @maxItems 1000
     */
  items: OrganizationItem[];
};

export type PutUserParams = {
/**
 * `false`: this change notifies nobody.
 */
notify?: PutUserNotify;
};

export type PutUserNotify = 'true' | 'false';
export type PutUsersParams = {
/**
 * `false`: this change notifies nobody.
 */
notify?: PutUsersNotify;
};

export type PutUsersNotify = 'true' | 'false';
export type PutUsersBody = {
  /**
     * The members.
     * @minItems 1
     * @maxItems 1000
     */
  items: UserItem[];
};

export type PutCertificationParams = {
/**
 * `false`: this change notifies nobody.
 */
notify?: PutCertificationNotify;
};

export type PutCertificationNotify = 'true' | 'false';
export type PutCertificationsParams = {
/**
 * `false`: this change notifies nobody.
 */
notify?: PutCertificationsNotify;
};

export type PutCertificationsNotify = 'true' | 'false';
export type PutCertificationsBody = {
  /**
     * The members.
     * @minItems 1
     * @maxItems 1000
     */
  items: CertificationItem[];
};

export type PutPeerMentorParams = {
/**
 * `false`: this change notifies nobody.
 */
notify?: PutPeerMentorNotify;
};

export type PutPeerMentorNotify = 'true' | 'false';
export type PutPeerMentorsParams = {
/**
 * `false`: this change notifies nobody.
 */
notify?: PutPeerMentorsNotify;
};

export type PutPeerMentorsNotify = 'true' | 'false';
export type PutPeerMentorsBody = {
  /**
     * The members.
     * @minItems 1
     * @maxItems 1000
     */
  items: PeerMentorItem[];
};

export type PutActivityParams = {
/**
 * `false`: this change notifies nobody.
 */
notify?: PutActivityNotify;
};

export type PutActivityNotify = 'true' | 'false';
export type PutActivitiesParams = {
/**
 * `false`: this change notifies nobody.
 */
notify?: PutActivitiesNotify;
};

export type PutActivitiesNotify = 'true' | 'false';
export type PutActivitiesBody = {
  /**
     * The members.
     * @minItems 1
     * @maxItems 1000
     */
  items: ActivityItem[];
};

export type PutGrantParams = {
/**
 * `false`: this change notifies nobody.
 */
notify?: PutGrantNotify;
};

export type PutGrantNotify = 'true' | 'false';
export type PutGrantsParams = {
/**
 * `false`: this change notifies nobody.
 */
notify?: PutGrantsNotify;
};

export type PutGrantsNotify = 'true' | 'false';
export type PutGrantsBody = {
  /**
     * The members.
     * @minItems 1
     * @maxItems 1000
     */
  items: GrantItem[];
};

export type PutMatchParams = {
/**
 * `false`: this change notifies nobody.
 */
notify?: PutMatchNotify;
};

export type PutMatchNotify = 'true' | 'false';
export type PutMatchesParams = {
/**
 * `false`: this change notifies nobody.
 */
notify?: PutMatchesNotify;
};

export type PutMatchesNotify = 'true' | 'false';
export type PutMatchesBody = {
  /**
     * The members.
     * @minItems 1
     * @maxItems 1000
     */
  items: MatchItem[];
};

export type PutApplicationParams = {
/**
 * `false`: this change notifies nobody.
 */
notify?: PutApplicationNotify;
};

export type PutApplicationNotify = 'true' | 'false';
export type PutApplicationsParams = {
/**
 * `false`: this change notifies nobody.
 */
notify?: PutApplicationsNotify;
};

export type PutApplicationsNotify = 'true' | 'false';
export type PutApplicationsBody = {
  /**
     * The members.
     * @minItems 1
     * @maxItems 1000
     */
  items: ApplicationItem[];
};

export type GetWithheldParams = {
/**
 * So many days, today among them.
 * @minimum 1
 * @maximum 60
 */
days?: number;
};

export type ListSuppressionsParams = {
/**
 * From 1. Pages end at the 10,000th row; `cursor` goes on.
 * @minimum 1
 */
page?: number;
/**
 * At most so many.
 * @minimum 1
 * @maximum 100
 */
limit?: number;
/**
 * `next_cursor` of the page before; `page` is then ignored.
 * @pattern ^[A-Za-z0-9_-]{1,64}$
 */
cursor?: string;
};

import type { Call, CallOptions } from "../operation.ts";

/** A method for each operation, in the order of the document. */
export const methodsBy = (call: Call) => ({
  /**
   * Is the service well?
   *
   * 200 when it is; 503 when the cron has not come (yet), a job fails, a dispatch is more than ten minutes late, or the database is 80 % full. For uptime monitors; needs no token.
   */
  getHealth: (options?: CallOptions) =>
    call<Health>({ method: "GET", path: "/healthz" }, options),

  /**
   * Get a link that signs in to the console
   *
   * It signs in once, as the caller, within five minutes (on a development machine within twelve hours).
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  createConsoleTicket: (options?: CallOptions) =>
    call<ConsoleTicket>({ method: "POST", path: "/api/v1/console/tickets" }, options),

  /**
   * The caller's preferences
   *
   * Created with the defaults at the first look.
   *
   * Every role may call it, within its scope.
   */
  getEmailPreferences: (query?: GetEmailPreferencesParams, options?: CallOptions) =>
    call<NotificationPreferences>({ method: "GET", path: "/api/v1/notifications/preferences", query }, options),

  /**
   * Change some preferences
   *
   * Only the fields that are given change.
   *
   * Every role may call it, within its scope.
   */
  updateEmailPreferences: (body: NotificationPreferencesUpdate, query?: UpdateEmailPreferencesParams, options?: CallOptions) =>
    call<NotificationPreferences>({ method: "PATCH", path: "/api/v1/notifications/preferences", body, query }, options),

  /**
   * Change preferences
   *
   * The same as PATCH: fields that are not given stay.
   *
   * Every role may call it, within its scope.
   */
  setEmailPreferences: (body: NotificationPreferencesUpdate, query?: SetEmailPreferencesParams, options?: CallOptions) =>
    call<NotificationPreferences>({ method: "PUT", path: "/api/v1/notifications/preferences", body, query }, options),

  /**
   * The caller's e-mails, newest first
   *
   * Every role may call it, within its scope.
   */
  listEmails: (query?: ListEmailsParams, options?: CallOptions) =>
    call<NotificationHistoryList>({ method: "GET", path: "/api/v1/notifications/history", query }, options),

  /**
   * One of the caller's e-mails
   *
   * Every role may call it, within its scope.
   */
  getEmail: (notificationId: string, query?: GetEmailParams, options?: CallOptions) =>
    call<NotificationHistoryItem>({ method: "GET", path: `/api/v1/notifications/history/${encodeURIComponent(notificationId)}`, query }, options),

  /**
   * Send a test e-mail to the caller
   *
   * Says what the provider answered. Five an hour.
   *
   * For `user`, `coordinator`, `org_admin`, `global_admin`.
   */
  sendTestEmail: (body?: TestEmail, options?: CallOptions) =>
    call<TestEmailResult>({ method: "POST", path: "/api/v1/notifications/test", body, keyed: true }, options),

  /**
   * How many e-mails the caller got, by type and by outcome
   *
   * Every role may call it, within its scope.
   */
  getEmailStats: (query?: GetEmailStatsParams, options?: CallOptions) =>
    call<NotificationStats>({ method: "GET", path: "/api/v1/notifications/stats", query }, options),

  /**
   * Is the e-mail service well?
   *
   * Every role may call it, within its scope.
   */
  getEmailHealth: (options?: CallOptions) =>
    call<EmailHealth>({ method: "GET", path: "/api/v1/notifications/health" }, options),

  /**
   * A user's registered device tokens
   *
   * Every role may call it, within its scope. Where `OPEN_CONTRACTS` lists `push-notifications`, also without a token.
   */
  listDevices: (query?: ListDevicesParams, options?: CallOptions) =>
    call<Devices>({ method: "GET", path: "/api/v1/notifications/device-tokens", query }, options),

  /**
   * Register a device token
   *
   * A token belongs to one user: registering it again moves it, makes it alive again, and replaces what was said of it. Whose
   * token it is shows its form; `provider` is needed where the form leaves that open. For Web Push send the members of the
   * subscription's `toJSON()` in place of `token`.
   *
   * Every role may call it, within its scope. Where `OPEN_CONTRACTS` lists `push-notifications`, also without a token.
   */
  registerDevice: (body: DeviceRegistration, options?: CallOptions) =>
    call<Device>({ method: "POST", path: "/api/v1/notifications/device-tokens", body }, options),

  /**
   * Invalidate a device token
   *
   * Nothing is sent to it any more, until it is registered again. Repeating the call changes nothing.
   *
   * Every role may call it, within its scope. Where `OPEN_CONTRACTS` lists `push-notifications`, also without a token.
   */
  invalidateDevice: (token: string, options?: CallOptions) =>
    call<DeviceInvalidated>({ method: "DELETE", path: `/api/v1/notifications/device-tokens/${encodeURIComponent(token)}` }, options),

  /**
   * Send pushes to up to 1,000 targets
   *
   * Waits for the outcome, three seconds unless `Prefer: wait=` or the configuration says otherwise: 201 with it, or 202 and a Location while it is on its way. A target that is wrong fails as `invalid_request`, is named in `errors`, and keeps none of the others from being sent; where none can be sent, the answer is 400. Unknown users fail by themselves, too. What is over a user's hourly budget is sent later; what would come more than 24 hours later is not taken, and fails as `rate_limited`. Where it is more than is left of an organization's daily quota, all of it is refused with 429.
   *
   * For `org_admin`, `global_admin`, `service`. Where `OPEN_CONTRACTS` lists `push-notifications`, also without a token.
   */
  sendPushBatch: (body: PushBatch, options?: CallOptions) =>
    call<PushBatchSent>({ method: "POST", path: "/api/v1/notifications/batch", body, keyed: true }, options),

  /**
   * Pushes, newest first
   *
   * Every role may call it, within its scope. Where `OPEN_CONTRACTS` lists `push-notifications`, also without a token.
   */
  listPushes: (query?: ListPushesParams, options?: CallOptions) =>
    call<PushList>({ method: "GET", path: "/api/v1/notifications", query }, options),

  /**
   * Send a push to one user
   *
   * Waits for the outcome, three seconds unless `Prefer: wait=` or the configuration says otherwise: 201 with it, or 202 and a Location while it is on its way. Over the user's hourly budget (of pushes, or of in-app messages) or the organization's daily quota it is refused with 429.
   *
   * For `org_admin`, `global_admin`, `service`. Where `OPEN_CONTRACTS` lists `push-notifications`, also without a token.
   */
  sendPush: (body: PushSend, options?: CallOptions) =>
    call<PushSent>({ method: "POST", path: "/api/v1/notifications", body, keyed: true }, options),

  /**
   * One push
   *
   * Every role may call it, within its scope. Where `OPEN_CONTRACTS` lists `push-notifications`, also without a token.
   */
  getPush: (id: string, options?: CallOptions) =>
    call<PushRecord>({ method: "GET", path: `/api/v1/notifications/${encodeURIComponent(id)}` }, options),

  /**
   * Mark a push as retried or resolved, or note something
   *
   * A mark for people: nothing is sent. Only once the push is finished.
   *
   * For `org_admin`, `global_admin`, `service`. Where `OPEN_CONTRACTS` lists `push-notifications`, also without a token.
   */
  annotatePush: (id: string, body: PushAnnotation, options?: CallOptions) =>
    call<PushAnnotated>({ method: "PUT", path: `/api/v1/notifications/${encodeURIComponent(id)}`, body }, options),

  /**
   * Delete the record of a push
   *
   * A push that is still queued is thereby never sent.
   *
   * For `org_admin`, `global_admin`, `service`. Where `OPEN_CONTRACTS` lists `push-notifications`, also without a token.
   */
  deletePush: (id: string, options?: CallOptions) =>
    call<PushDeleted>({ method: "DELETE", path: `/api/v1/notifications/${encodeURIComponent(id)}` }, options),

  /**
   * The key with which browsers subscribe to Web Push
   *
   * A page passes it to `pushManager.subscribe`, and sends what it gets to `POST /api/v1/notifications/device-tokens`. The key is public and the same for everybody, so that no token is needed. It may be cached for five minutes.
   */
  getVapidKey: (query?: GetVapidKeyParams, options?: CallOptions) =>
    call<VapidKey>({ method: "GET", path: "/api/v1/push/vapid-key", query }, options),

  /**
   * Every dispatch of every channel, newest first
   *
   * For `org_admin`, `global_admin`, `service`. Where `OPEN_CONTRACTS` lists `admin-notifications`, also without a token.
   */
  listDispatches: (query?: ListDispatchesParams, options?: CallOptions) =>
    call<DispatchLog>({ method: "GET", path: "/api/v1/admin/notifications", query }, options),

  /**
   * Find dispatches as a person looks for them, newest first
   *
   * It changes nothing. An address is in the body, since URLs are kept in logs. A dispatch whose own id is given is found whatever the other filters say.
   *
   * For `org_admin`, `global_admin`, `service`. Where `OPEN_CONTRACTS` lists `admin-notifications`, also without a token.
   */
  searchDispatches: (body: DispatchSearch, options?: CallOptions) =>
    call<FoundDispatches>({ method: "POST", path: "/api/v1/admin/notifications/search", body }, options),

  /**
   * Remind one user of their certificates
   *
   * Queues one e-mail that lists them, nearest expiry first. 409 `no_certification` when there is none.
   *
   * For `org_admin`, `global_admin`, `service`. Where `OPEN_CONTRACTS` lists `admin-notifications`, also without a token.
   */
  remindOfCertificates: (body: CertificationReminder, options?: CallOptions) =>
    call<CertificationReminderQueued>({ method: "POST", path: "/api/v1/admin/notifications/certification-reminder", body, keyed: true }, options),

  /**
   * Remind everyone in an organization whose certificate expires soon
   *
   * One e-mail a user. `total_eligible` = `dispatched` + `failed` + `skipped`. Certificates that have expired do not count. Called again after an interruption it goes on where it was.
   *
   * For `org_admin`, `global_admin`, `service`. Where `OPEN_CONTRACTS` lists `admin-notifications`, also without a token.
   */
  remindOrganizationOfCertificates: (body: BulkCertificationReminders, options?: CallOptions) =>
    call<BulkCertificationRemindersQueued>({ method: "POST", path: "/api/v1/admin/notifications/bulk-certification-reminders", body, keyed: true }, options),

  /**
   * One dispatch
   *
   * For `org_admin`, `global_admin`, `service`. Where `OPEN_CONTRACTS` lists `admin-notifications`, also without a token.
   */
  getDispatch: (id: string, options?: CallOptions) =>
    call<DispatchDetail>({ method: "GET", path: `/api/v1/admin/notifications/${encodeURIComponent(id)}` }, options),

  /**
   * Retry a dispatch that failed or was cancelled, or note something
   *
   * `retry`: sends again what failed, bounced or was cancelled, with new attempts. 409 says why it could not be sent: `no_device`, `provider_not_configured`, `no_address`, `unverified`, `suppressed`, `unsubscribed`, `nothing_to_say`, `expired`; or `told_since` if another message has said the same since. `update`: sets `note`.
   *
   * For `org_admin`, `global_admin`, `service`. Where `OPEN_CONTRACTS` lists `admin-notifications`, also without a token.
   */
  changeDispatch: (id: string, body: DispatchChange, options?: CallOptions) =>
    call<DispatchChanged>({ method: "PUT", path: `/api/v1/admin/notifications/${encodeURIComponent(id)}`, body }, options),

  /**
   * Cancel a queued dispatch
   *
   * 409 once it is no longer queued: what is being sent cannot be taken back.
   *
   * For `org_admin`, `global_admin`, `service`. Where `OPEN_CONTRACTS` lists `admin-notifications`, also without a token.
   */
  cancelDispatch: (id: string, options?: CallOptions) =>
    call<DispatchCancelled>({ method: "DELETE", path: `/api/v1/admin/notifications/${encodeURIComponent(id)}` }, options),

  /**
   * What happened to a message, from its making to its end
   *
   * Of any channel, by any of its ids. Admins see those in scope, and users their own, without what only staff see: persons, notes, keys and the provider's id.
   *
   * Every role may call it, within its scope.
   */
  getTimeline: (id: string, options?: CallOptions) =>
    call<Timeline>({ method: "GET", path: `/api/v1/dispatches/${encodeURIComponent(id)}/timeline` }, options),

  /**
   * Notification records, newest first
   *
   * A coordinator sees the mentors whom they coordinate, an org_admin those of their organizations.
   *
   * For `coordinator`, `org_admin`, `global_admin`, `service`.
   */
  listNotificationRecords: (query?: ListNotificationRecordsParams, options?: CallOptions) =>
    call<NotificationRecords>({ method: "GET", path: "/api/v1/notification-records", query }, options),

  /**
   * Record that a notification was sent for a pause event
   *
   * For what was sent elsewhere: a mentor's change of status in the directory writes its record by itself.
   *
   * For `coordinator`, `org_admin`, `service`.
   */
  createNotificationRecord: (body: NotificationSent, options?: CallOptions) =>
    call<NotificationRecorded>({ method: "POST", path: "/api/v1/notification-records", body, keyed: true }, options),

  /**
   * The notification history of a peer mentor, newest first
   *
   * A coordinator sees the mentors whom they coordinate, an org_admin those of their organizations.
   *
   * For `coordinator`, `org_admin`, `global_admin`, `service`.
   */
  listNotificationHistory: (peerMentorId: string, query?: ListNotificationHistoryParams, options?: CallOptions) =>
    call<NotificationHistory>({ method: "GET", path: `/api/v1/notification-records/history/${encodeURIComponent(peerMentorId)}`, query }, options),

  /**
   * A peer mentor as notification routing sees them
   *
   * A coordinator sees the mentors whom they coordinate, an org_admin those of their organizations.
   *
   * For `coordinator`, `org_admin`, `global_admin`, `service`.
   */
  getPeerMentorProfile: (peerMentorId: string, options?: CallOptions) =>
    call<PeerMentorProfile>({ method: "GET", path: `/api/v1/notification-records/peer-mentor-profile/${encodeURIComponent(peerMentorId)}` }, options),

  /**
   * One notification record
   *
   * A coordinator sees the mentors whom they coordinate, an org_admin those of their organizations.
   *
   * For `coordinator`, `org_admin`, `global_admin`, `service`.
   */
  getNotificationRecord: (id: string, options?: CallOptions) =>
    call<NotificationRecord>({ method: "GET", path: `/api/v1/notification-records/${encodeURIComponent(id)}` }, options),

  /**
   * Correct a notification record
   *
   * Fields that are left out do not change.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  updateNotificationRecord: (id: string, body: NotificationRecordChange, options?: CallOptions) =>
    call<NotificationRecordChanged>({ method: "PUT", path: `/api/v1/notification-records/${encodeURIComponent(id)}`, body }, options),

  /**
   * Delete a notification record
   *
   * The messages that it is about stay in the dispatch log.
   *
   * For `global_admin`, `service`.
   */
  deleteNotificationRecord: (id: string, options?: CallOptions) =>
    call<NotificationRecordDeleted>({ method: "DELETE", path: `/api/v1/notification-records/${encodeURIComponent(id)}` }, options),

  /**
   * Subscriptions and their time windows, newest first
   *
   * Every role may call it, within its scope. Where `OPEN_CONTRACTS` lists `stats-notifications`, also without a token.
   */
  listStatsSubscriptions: (query?: ListStatsSubscriptionsParams, options?: CallOptions) =>
    call<StatsNotifications>({ method: "GET", path: "/api/v1/stats-notifications", query }, options),

  /**
   * Subscribe a user to the summaries of a time window
   *
   * When a window closes, the user gets its summary at 08:00 local time (or at the configured hour): the first one is that of the window which is open now. 409 `already_subscribed` names the user's subscription to that window as `notification_id`.
   *
   * Every role may call it, within its scope. Where `OPEN_CONTRACTS` lists `stats-notifications`, also without a token.
   */
  createStatsSubscription: (body: StatsNotificationCreate, options?: CallOptions) =>
    call<StatsNotificationCreated>({ method: "POST", path: "/api/v1/stats-notifications", body, keyed: true }, options),

  /**
   * One subscription, with its stored snapshot
   *
   * The snapshot follows changed activities, and a new window, within a minute or two.
   *
   * Every role may call it, within its scope. Where `OPEN_CONTRACTS` lists `stats-notifications`, also without a token.
   */
  getStatsSubscription: (id: string, options?: CallOptions) =>
    call<StatsNotification>({ method: "GET", path: `/api/v1/stats-notifications/${encodeURIComponent(id)}` }, options),

  /**
   * Change the time window of a subscription
   *
   * Takes a new snapshot. 409 `already_subscribed` names the user's subscription to that window as `notification_id`.
   *
   * Every role may call it, within its scope. Where `OPEN_CONTRACTS` lists `stats-notifications`, also without a token.
   */
  updateStatsSubscription: (id: string, body: StatsNotificationChange, options?: CallOptions) =>
    call<StatsNotificationChanged>({ method: "PUT", path: `/api/v1/stats-notifications/${encodeURIComponent(id)}`, body }, options),

  /**
   * Deactivate and remove a subscription
   *
   * Nothing is sent for it afterwards: a summary that waits to be sent is cancelled.
   *
   * Every role may call it, within its scope. Where `OPEN_CONTRACTS` lists `stats-notifications`, also without a token.
   */
  deleteStatsSubscription: (id: string, options?: CallOptions) =>
    call<StatsNotificationDeleted>({ method: "DELETE", path: `/api/v1/stats-notifications/${encodeURIComponent(id)}` }, options),

  /**
   * Take a new snapshot now
   *
   * Every role may call it, within its scope. Where `OPEN_CONTRACTS` lists `stats-notifications`, also without a token.
   */
  refreshStatsSubscription: (id: string, options?: CallOptions) =>
    call<StatsNotificationRefreshed>({ method: "POST", path: `/api/v1/stats-notifications/${encodeURIComponent(id)}/refresh` }, options),

  /**
   * Send an event: tell its recipients what happened
   *
   * Makes a message for each recipient on each channel of the type. The first 1,000 recipients are done when it is answered; a job does the rest. A recipient who does not want it, or cannot be reached, is no error: `skipped` counts why.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  sendEvent: (body: EventSend, options?: CallOptions) =>
    call<Event>({ method: "POST", path: "/api/v1/events", body, keyed: true }, options),

  /**
   * Events, newest first
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  listEvents: (query?: ListEventsParams, options?: CallOptions) =>
    call<EventList>({ method: "GET", path: "/api/v1/events", query }, options),

  /**
   * One event, and how its messages do
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  getEvent: (id: string, options?: CallOptions) =>
    call<EventWithCounts>({ method: "GET", path: `/api/v1/events/${encodeURIComponent(id)}` }, options),

  /**
   * Cancel what is not sent yet
   *
   * No further message is made, and those still queued are cancelled; many of them by a job. What is being sent stays, and so does a message that has collected other events, too. It may be repeated.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  cancelEvent: (id: string, options?: CallOptions) =>
    call<EventWithCounts>({ method: "DELETE", path: `/api/v1/events/${encodeURIComponent(id)}` }, options),

  /**
   * An event's messages, in the order in which they were made
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  listEventMessages: (id: string, query?: ListEventMessagesParams, options?: CallOptions) =>
    call<EventMessageList>({ method: "GET", path: `/api/v1/events/${encodeURIComponent(id)}/messages`, query }, options),

  /**
   * Why is a message sent, or not?
   *
   * Says what each rule says of a message, what comes of it, and how it looks: of a message that there is, or of one that nobody has made. The rules are those of sending itself. Nothing is sent, written or taken. Admins ask about the users of their organizations; users about themselves, without what is for staff: the rules and what comes of them, but how it looks only of a message that has been sent to them, or of a built-in type.
   *
   * Every role may call it, within its scope.
   */
  explain: (body: ExplainRequest, options?: CallOptions) =>
    call<Explanation>({ method: "POST", path: "/api/v1/explain", body }, options),

  /**
   * The types that an organization has and inherits
   *
   * Built-in types first, then the others by id. An organization inherits the types of those above it and of the service.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  listTypes: (query?: ListTypesParams, options?: CallOptions) =>
    call<TypeList>({ method: "GET", path: "/api/v1/types", query }, options),

  /**
   * Read a type that an organization has or inherits
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  getType: (type: string, query?: GetTypeParams, options?: CallOptions) =>
    call<Type>({ method: "GET", path: `/api/v1/types/${encodeURIComponent(type)}`, query }, options),

  /**
   * Create or replace a type
   *
   * What the body leaves out gets its default. Events that are running go on with the type as it was. 409 `type_built_in`: the id is that of a built-in type. 409 `type_taken`: the service, or an organization above or below, has a type with this id; organizations side by side may use the same. Service and global_admin get in `taken_by` the ids of up to 10 that have it (null: the service). 409 `too_many_types`: an owner has at most 500. 403 `critical_not_allowed`: only service and global_admin may make a type critical.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  putType: (type: string, body: TypeBody, query?: PutTypeParams, options?: CallOptions) =>
    call<Type>({ method: "PUT", path: `/api/v1/types/${encodeURIComponent(type)}`, body, query }, options),

  /**
   * Delete a type
   *
   * Its words go with it, also those of the organizations that inherit it, but not of one below that has a type of its own with this id. Events that are running go on. 409 `type_built_in`: built-in types stay.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  deleteType: (type: string, query?: DeleteTypeParams, options?: CallOptions) =>
    call<TypeDeleted>({ method: "DELETE", path: `/api/v1/types/${encodeURIComponent(type)}`, query }, options),

  /**
   * The webhook endpoints of an organization
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  listWebhookEndpoints: (query?: ListWebhookEndpointsParams, options?: CallOptions) =>
    call<WebhookEndpointList>({ method: "GET", path: "/api/v1/webhook-endpoints", query }, options),

  /**
   * Make a webhook endpoint
   *
   * It hears of its organization and of all below it. The answer has the secret, which is not shown again. Requests are signed by Standard Webhooks 1.0.0. A repeat makes another endpoint. 409 `too_many_endpoints`: an owner has at most 20. 503 `secrets_key_missing`: this deployment has no key to keep secrets.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  createWebhookEndpoint: (body: WebhookEndpointBody, query?: CreateWebhookEndpointParams, options?: CallOptions) =>
    call<WebhookEndpointWithSecret>({ method: "POST", path: "/api/v1/webhook-endpoints", body, query }, options),

  /**
   * Read a webhook endpoint
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  getWebhookEndpoint: (id: string, options?: CallOptions) =>
    call<WebhookEndpoint>({ method: "GET", path: `/api/v1/webhook-endpoints/${encodeURIComponent(id)}` }, options),

  /**
   * Change a webhook endpoint
   *
   * What the body leaves out stays. What is queued goes to the new URL.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  updateWebhookEndpoint: (id: string, body: WebhookEndpointChange, options?: CallOptions) =>
    call<WebhookEndpoint>({ method: "PATCH", path: `/api/v1/webhook-endpoints/${encodeURIComponent(id)}`, body }, options),

  /**
   * Delete a webhook endpoint
   *
   * What is queued for it is not sent.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  deleteWebhookEndpoint: (id: string, options?: CallOptions) =>
    call<WebhookEndpointDeleted>({ method: "DELETE", path: `/api/v1/webhook-endpoints/${encodeURIComponent(id)}` }, options),

  /**
   * Give a webhook endpoint a new secret
   *
   * For 24 hours, or as the body says, requests carry a signature of each: change the receiver within this time. A repeat makes yet another secret.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  rotateWebhookSecret: (id: string, body: WebhookSecretRotation, options?: CallOptions) =>
    call<WebhookEndpointWithSecret>({ method: "POST", path: `/api/v1/webhook-endpoints/${encodeURIComponent(id)}/rotate-secret`, body }, options),

  /**
   * Send a webhook to try an endpoint out
   *
   * Of the type `webhook.test`, whatever types the endpoint wants, and even if it is disabled. Read the message to see what came of it. 20 an hour for all endpoints of an owner.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  testWebhookEndpoint: (id: string, options?: CallOptions) =>
    call<WebhookMessage>({ method: "POST", path: `/api/v1/webhook-endpoints/${encodeURIComponent(id)}/test` }, options),

  /**
   * What was sent to a webhook endpoint, newest first
   *
   * Each with its attempts. They are kept for a week.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  listWebhookMessages: (id: string, query?: ListWebhookMessagesParams, options?: CallOptions) =>
    call<WebhookMessageList>({ method: "GET", path: `/api/v1/webhook-endpoints/${encodeURIComponent(id)}/messages`, query }, options),

  /**
   * Read one webhook
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  getWebhookMessage: (id: string, message: string, options?: CallOptions) =>
    call<WebhookMessage>({ method: "GET", path: `/api/v1/webhook-endpoints/${encodeURIComponent(id)}/messages/${encodeURIComponent(message)}` }, options),

  /**
   * Send one webhook again
   *
   * With the same `webhook-id` and all its attempts. 409 `not_finished`: it is still being tried. 409 `endpoint_disabled`. 409 `too_old`: what it tells of happened more than a week ago. 600 an hour for all endpoints of an owner.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  replayWebhookMessage: (id: string, message: string, options?: CallOptions) =>
    call<WebhookMessage>({ method: "POST", path: `/api/v1/webhook-endpoints/${encodeURIComponent(id)}/messages/${encodeURIComponent(message)}/replay` }, options),

  /**
   * Send webhooks again, since a time
   *
   * Those that were not taken, the oldest first; up to 1000 a call. Call again with `next_after` where there are more: 60 calls an hour for all endpoints of an owner. What happened more than a week ago is left out. 409 `endpoint_disabled`: enable it first.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  replayWebhookMessages: (id: string, body: WebhookReplay, options?: CallOptions) =>
    call<WebhookReplayed>({ method: "POST", path: `/api/v1/webhook-endpoints/${encodeURIComponent(id)}/replay`, body }, options),

  /**
   * The words that an organization has written
   *
   * By type, channel and locale. What it inherits from others is not among them.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  listWordings: (query?: ListWordingsParams, options?: CallOptions) =>
    call<WordingList>({ method: "GET", path: "/api/v1/wordings", query }, options),

  /**
   * Read the words in use, and the latest version
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  getWording: (type: string, channel: string, locale: string, query?: GetWordingParams, options?: CallOptions) =>
    call<Wording>({ method: "GET", path: `/api/v1/wordings/${encodeURIComponent(type)}/${encodeURIComponent(channel)}/${encodeURIComponent(locale)}`, query }, options),

  /**
   * Write a version of the words, and publish it
   *
   * Fields that are the same as in the latest version make no new one. A template that cannot be parsed, or rendered with the type's sample, is refused with line and column. The channel must be one of the type's, or `sms`. There are at most 100 languages for a type and a channel (409 `too_many_locales`). Those of built-in types can be replaced on all of their channels, but not those of `push`, which are its caller's, and of `test`.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  putWording: (type: string, channel: string, locale: string, body: WordingBody, query?: PutWordingParams, options?: CallOptions) =>
    call<WordingWritten>({ method: "PUT", path: `/api/v1/wordings/${encodeURIComponent(type)}/${encodeURIComponent(channel)}/${encodeURIComponent(locale)}`, body, query }, options),

  /**
   * Take the words out of use
   *
   * Words are then inherited again. The versions stay, and can be published again.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  deleteWording: (type: string, channel: string, locale: string, query?: DeleteWordingParams, options?: CallOptions) =>
    call<WordingRemoved>({ method: "DELETE", path: `/api/v1/wordings/${encodeURIComponent(type)}/${encodeURIComponent(channel)}/${encodeURIComponent(locale)}`, query }, options),

  /**
   * The versions of the words, the newest first
   *
   * The latest 100 are kept, and the one in use.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  listWordingVersions: (type: string, channel: string, locale: string, query?: ListWordingVersionsParams, options?: CallOptions) =>
    call<WordingVersions>({ method: "GET", path: `/api/v1/wordings/${encodeURIComponent(type)}/${encodeURIComponent(channel)}/${encodeURIComponent(locale)}/versions`, query }, options),

  /**
   * Publish a version; an older one rolls back
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  publishWording: (type: string, channel: string, locale: string, body: WordingPublish, query?: PublishWordingParams, options?: CallOptions) =>
    call<Wording>({ method: "POST", path: `/api/v1/wordings/${encodeURIComponent(type)}/${encodeURIComponent(channel)}/${encodeURIComponent(locale)}/publish`, body, query }, options),

  /**
   * How two versions differ
   *
   * Only fields that differ, line by line.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  diffWordings: (type: string, channel: string, locale: string, query: DiffWordingsParams, options?: CallOptions) =>
    call<WordingDiff>({ method: "GET", path: `/api/v1/wordings/${encodeURIComponent(type)}/${encodeURIComponent(channel)}/${encodeURIComponent(locale)}/diff`, query }, options),

  /**
   * Send yourself a test of the words
   *
   * At once, on this channel, to the user who has the caller's id, and to nobody else: to that user's devices, inbox or address, which must be verified. The words are chosen as for a preview, published or not, also in place of a built-in type's. Five an hour, with those of `POST /api/v1/notifications/test`. 404 `no_user` where the directory has no such user in the caller's scope; 403 `no_user` for a service.
   *
   * For `org_admin`, `global_admin`.
   */
  testWording: (type: string, channel: string, locale: string, body: WordingTestRequest, query?: TestWordingParams, options?: CallOptions) =>
    call<WordingTest>({ method: "POST", path: `/api/v1/wordings/${encodeURIComponent(type)}/${encodeURIComponent(channel)}/${encodeURIComponent(locale)}/test`, body, query, keyed: true }, options),

  /**
   * Render words as a reader gets them
   *
   * The given `fields`, or a `version`; without both the owner's latest version, or what it inherits: the words of an organization above, the service's, the built-in ones. With the organization's brand. 400 where there are no words, or neither data nor a sample.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  previewWording: (type: string, channel: string, locale: string, body: WordingPreviewRequest, query?: PreviewWordingParams, options?: CallOptions) =>
    call<WordingPreview>({ method: "POST", path: `/api/v1/wordings/${encodeURIComponent(type)}/${encodeURIComponent(channel)}/${encodeURIComponent(locale)}/preview`, body, query }, options),

  /**
   * The topics that an organization has and inherits, by id
   *
   * An organization inherits the topics of those above it and of the service. Of two with the same id the nearest counts.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  listTopics: (query?: ListTopicsParams, options?: CallOptions) =>
    call<TopicList>({ method: "GET", path: "/api/v1/topics", query }, options),

  /**
   * Read a topic that an organization has or inherits
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  getTopic: (topic: string, query?: GetTopicParams, options?: CallOptions) =>
    call<Topic>({ method: "GET", path: `/api/v1/topics/${encodeURIComponent(topic)}`, query }, options),

  /**
   * Create or rename a topic
   *
   * Its subscribers stay. 409 `too_many_topics`: an owner has at most 10000.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  putTopic: (topic: string, body: TopicBody, query?: PutTopicParams, options?: CallOptions) =>
    call<Topic>({ method: "PUT", path: `/api/v1/topics/${encodeURIComponent(topic)}`, body, query }, options),

  /**
   * Delete a topic with its subscriptions
   *
   * 503: not all of very many subscriptions are deleted yet; send the request again.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  deleteTopic: (topic: string, query?: DeleteTopicParams, options?: CallOptions) =>
    call<TopicDeleted>({ method: "DELETE", path: `/api/v1/topics/${encodeURIComponent(topic)}`, query }, options),

  /**
   * The users who subscribe to a topic, by id
   *
   * Only for those who may change the topic. An org_admin sees users who are in scope today.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  listTopicSubscribers: (topic: string, query?: ListTopicSubscribersParams, options?: CallOptions) =>
    call<TopicSubscribers>({ method: "GET", path: `/api/v1/topics/${encodeURIComponent(topic)}/subscribers`, query }, options),

  /**
   * Subscribe users to a topic
   *
   * Up to 1,000. Those who subscribe already stay as they are. Users whom the caller does not administer are named in `unknown`, like those whom the directory does not have. A user who moves to another organization stays subscribed; whether an event may reach that user is decided when it is sent.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  subscribeToTopic: (topic: string, body: TopicUsers, query?: SubscribeToTopicParams, options?: CallOptions) =>
    call<TopicSubscribed>({ method: "PUT", path: `/api/v1/topics/${encodeURIComponent(topic)}/subscribers`, body, query }, options),

  /**
   * End the subscriptions of users
   *
   * Up to 1,000, in a body. Users who do not subscribe are ignored.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  unsubscribeFromTopic: (topic: string, body: TopicUsers, query?: UnsubscribeFromTopicParams, options?: CallOptions) =>
    call<TopicUnsubscribed>({ method: "DELETE", path: `/api/v1/topics/${encodeURIComponent(topic)}/subscribers`, body, query }, options),

  /**
   * The chat connections of a user or of an organization, the oldest first
   *
   * Every role may call it, within its scope.
   */
  listChatConnections: (query?: ListChatConnectionsParams, options?: CallOptions) =>
    call<ChatConnectionList>({ method: "GET", path: "/api/v1/chat-connections", query }, options),

  /**
   * Connect a chat: Slack, Microsoft Teams, Discord, or a program of yours
   *
   * A user's messages on the channel `chat` go to the user's oldest connection that works; the others take over when it breaks or is paused. Events name an organization's connections as recipients. A user has at most 10, an organization 100: 409 `too_many_connections`. An org_admin makes those of organizations; a user's are the user's alone: 403 `not_the_user`. Secrets are stored sealed; 503 `secrets_key_missing`: this service cannot store any.
   *
   * Every role may call it, within its scope.
   */
  createChatConnection: (body: ChatConnectionBody, options?: CallOptions) =>
    call<ChatConnectionCreated>({ method: "POST", path: "/api/v1/chat-connections", body }, options),

  /**
   * Read a chat connection
   *
   * Every role may call it, within its scope.
   */
  getChatConnection: (id: string, options?: CallOptions) =>
    call<ChatConnection>({ method: "GET", path: `/api/v1/chat-connections/${encodeURIComponent(id)}` }, options),

  /**
   * Rename, pause or mend a chat connection, or rotate its secret
   *
   * What is not given stays. A new secret or channel makes a broken connection active again. Of a user's connection the user alone may: 403 `not_the_user` for an org_admin.
   *
   * Every role may call it, within its scope.
   */
  updateChatConnection: (id: string, body: ChatConnectionChange, options?: CallOptions) =>
    call<ChatConnection>({ method: "PATCH", path: `/api/v1/chat-connections/${encodeURIComponent(id)}`, body }, options),

  /**
   * Delete a chat connection
   *
   * Messages to it that are still queued end as `connection_gone`.
   *
   * Every role may call it, within its scope.
   */
  deleteChatConnection: (id: string, options?: CallOptions) =>
    call<ChatConnectionDeleted>({ method: "DELETE", path: `/api/v1/chat-connections/${encodeURIComponent(id)}` }, options),

  /**
   * Send a test to a chat connection, and wait for the answer
   *
   * Also to a paused or broken one: where it works, it is active again. 20 an hour for all connections of an owner. Of a user's connection the user alone may: 403 `not_the_user` for an org_admin.
   *
   * Every role may call it, within its scope.
   */
  testChatConnection: (id: string, options?: CallOptions) =>
    call<ChatConnectionTested>({ method: "POST", path: `/api/v1/chat-connections/${encodeURIComponent(id)}/test` }, options),

  /**
   * What an organization has set for its users, and what it inherits
   *
   * `categories`, `quiet_hours` and `locale` are what it has set itself; `inherited` is what holds by those above it. A default is what users have until they choose; a locked cell is not theirs to choose. The nearest organization's default counts, but the highest one's lock. An org_admin reads the own organization and those below.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  getOrgPreferences: (id: string, options?: CallOptions) =>
    call<OrgPreferences>({ method: "GET", path: `/api/v1/orgs/${encodeURIComponent(id)}/preferences` }, options),

  /**
   * Change some defaults, the quiet hours or the language
   *
   * What is not given stays; null removes it, so that it is inherited again. It holds for every message that is sent from then on. 403 `lock_not_allowed`: only service and global_admin may lock a cell on. 409 `locked`: an organization above has locked the cell, and nothing changes. An organization has defaults in at most 100 categories.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  updateOrgPreferences: (id: string, body: OrgPreferencesChange, options?: CallOptions) =>
    call<OrgPreferences>({ method: "PATCH", path: `/api/v1/orgs/${encodeURIComponent(id)}/preferences`, body }, options),

  /**
   * An organization's brand in e-mails, and what it inherits
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  getBrand: (id: string, options?: CallOptions) =>
    call<Brand>({ method: "GET", path: `/api/v1/orgs/${encodeURIComponent(id)}/brand` }, options),

  /**
   * Replace an organization's brand
   *
   * It holds for every e-mail that is sent from then on.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  putBrand: (id: string, body: BrandBody, options?: CallOptions) =>
    call<Brand>({ method: "PUT", path: `/api/v1/orgs/${encodeURIComponent(id)}/brand`, body }, options),

  /**
   * What the caller wants to get, and where
   *
   * A matrix of categories and channels: those of the built-in types, those of the own types that the user's organization has, and those that somebody has chosen.
   *
   * Every role may call it, within its scope.
   */
  getPreferences: (query?: GetPreferencesParams, options?: CallOptions) =>
    call<PreferencesMatrix>({ method: "GET", path: "/api/v1/preferences", query }, options),

  /**
   * Change some cells, or the quiet hours
   *
   * What is not given stays. Null inherits again: from the organization, those above it, the service. A cell that is locked is refused with 409 `locked`, and nothing changes.
   *
   * Every role may call it, within its scope.
   */
  updatePreferences: (body: PreferencesChange, query?: UpdatePreferencesParams, options?: CallOptions) =>
    call<PreferencesMatrix>({ method: "PATCH", path: "/api/v1/preferences", body, query }, options),

  /**
   * The caller's messages, newest first
   *
   * For `user`, `coordinator`, `org_admin`, `global_admin`.
   */
  listInbox: (query?: ListInboxParams, options?: CallOptions) =>
    call<Inbox>({ method: "GET", path: "/api/v1/inbox", query }, options),

  /**
   * Mark everything as read
   *
   * Archived messages stay as they are.
   *
   * For `user`, `coordinator`, `org_admin`, `global_admin`.
   */
  markAllRead: (options?: CallOptions) =>
    call<InboxAllRead>({ method: "POST", path: "/api/v1/inbox/read-all" }, options),

  /**
   * Get a ticket for a live connection
   *
   * It opens one connection within a minute, so that no token stands in a URL.
   *
   * For `user`, `coordinator`, `org_admin`, `global_admin`.
   */
  createInboxTicket: (options?: CallOptions) =>
    call<InboxTicket>({ method: "POST", path: "/api/v1/inbox/ticket" }, options),

  /**
   * Mark a message as read
   *
   * Repeating it changes nothing. The caller's open connections hear of it.
   *
   * For `user`, `coordinator`, `org_admin`, `global_admin`.
   */
  markRead: (id: string, options?: CallOptions) =>
    call<InboxMessageChanged>({ method: "POST", path: `/api/v1/inbox/${encodeURIComponent(id)}/read` }, options),

  /**
   * Mark a message as unread
   *
   * Repeating it changes nothing. The caller's open connections hear of it.
   *
   * For `user`, `coordinator`, `org_admin`, `global_admin`.
   */
  markUnread: (id: string, options?: CallOptions) =>
    call<InboxMessageChanged>({ method: "POST", path: `/api/v1/inbox/${encodeURIComponent(id)}/unread` }, options),

  /**
   * Archive a message
   *
   * Repeating it changes nothing. The caller's open connections hear of it.
   *
   * For `user`, `coordinator`, `org_admin`, `global_admin`.
   */
  archiveMessage: (id: string, options?: CallOptions) =>
    call<InboxMessageChanged>({ method: "POST", path: `/api/v1/inbox/${encodeURIComponent(id)}/archive` }, options),

  /**
   * Bring an archived message back
   *
   * Repeating it changes nothing. The caller's open connections hear of it.
   *
   * For `user`, `coordinator`, `org_admin`, `global_admin`.
   */
  unarchiveMessage: (id: string, options?: CallOptions) =>
    call<InboxMessageChanged>({ method: "POST", path: `/api/v1/inbox/${encodeURIComponent(id)}/unarchive` }, options),

  /**
   * Create or replace this organization
   *
   * Organizations form a tree. One cannot be below itself (`org_cycle`). The whole organization is replaced: what the body leaves out becomes null, or its default.
   *
   * For `global_admin`, `service`.
   */
  putOrganization: (id: string, body: OrganizationFacts, query?: PutOrganizationParams, options?: CallOptions) =>
    call<Organization>({ method: "PUT", path: `/api/v1/directory/orgs/${encodeURIComponent(id)}`, body, query }, options),

  /**
   * Read this organization
   *
   * For `global_admin`, `service`.
   */
  getOrganization: (id: string, options?: CallOptions) =>
    call<Organization>({ method: "GET", path: `/api/v1/directory/orgs/${encodeURIComponent(id)}` }, options),

  /**
   * Delete this organization
   *
   * Its own types, words and settings go with it; its running events go on. Refused with `org_not_empty` while it has users, branches or topics.
   *
   * For `global_admin`, `service`.
   */
  deleteOrganization: (id: string, options?: CallOptions) =>
    call<DirectoryDeleted>({ method: "DELETE", path: `/api/v1/directory/orgs/${encodeURIComponent(id)}` }, options),

  /**
   * Create or replace many orgs
   *
   * Organizations form a tree. One cannot be below itself (`org_cycle`). Up to 1,000 items, each as in its own PUT. One that is wrong is named in `rejected` and `errors`, and keeps none of the others from being written; of several with one id the first that is right counts. Where none can be written, the answer is 400. Repeating the request changes nothing.
   *
   * For `global_admin`, `service`.
   */
  putOrgs: (body: PutOrgsBody, query?: PutOrgsParams, options?: CallOptions) =>
    call<DirectoryUpserted>({ method: "POST", path: "/api/v1/directory/orgs", body, query }, options),

  /**
   * Create or replace this user
   *
   * Users are whom notifications go to. The first PUT of a user who has an address sends them `welcome`, once; with `notify=false`, or by a bulk, it does not. The whole user is replaced: what the body leaves out becomes null, or its default.
   *
   * For `global_admin`, `service`.
   */
  putUser: (id: string, body: UserFacts, query?: PutUserParams, options?: CallOptions) =>
    call<User>({ method: "PUT", path: `/api/v1/directory/users/${encodeURIComponent(id)}`, body, query }, options),

  /**
   * Read this user
   *
   * For `global_admin`, `service`.
   */
  getUser: (id: string, options?: CallOptions) =>
    call<User>({ method: "GET", path: `/api/v1/directory/users/${encodeURIComponent(id)}` }, options),

  /**
   * Delete this user
   *
   * Erases the user's personal data everywhere: devices, messages, limits. Nothing is sent to them afterwards. It may be repeated.
   *
   * For `global_admin`, `service`.
   */
  deleteUser: (id: string, options?: CallOptions) =>
    call<DirectoryDeleted>({ method: "DELETE", path: `/api/v1/directory/users/${encodeURIComponent(id)}` }, options),

  /**
   * Create or replace many users
   *
   * Users are whom notifications go to. The first PUT of a user who has an address sends them `welcome`, once; with `notify=false`, or by a bulk, it does not. Up to 1,000 items, each as in its own PUT. One that is wrong is named in `rejected` and `errors`, and keeps none of the others from being written; of several with one id the first that is right counts. Where none can be written, the answer is 400. Repeating the request changes nothing.
   *
   * For `global_admin`, `service`.
   */
  putUsers: (body: PutUsersBody, query?: PutUsersParams, options?: CallOptions) =>
    call<DirectoryUpserted>({ method: "POST", path: "/api/v1/directory/users", body, query }, options),

  /**
   * Create or replace this certification
   *
   * Certifications expire, and their owners are reminded before they do. The whole certification is replaced: what the body leaves out becomes null, or its default.
   *
   * For `global_admin`, `service`.
   */
  putCertification: (id: string, body: CertificationFacts, query?: PutCertificationParams, options?: CallOptions) =>
    call<Certification>({ method: "PUT", path: `/api/v1/directory/certifications/${encodeURIComponent(id)}`, body, query }, options),

  /**
   * Read this certification
   *
   * For `global_admin`, `service`.
   */
  getCertification: (id: string, options?: CallOptions) =>
    call<Certification>({ method: "GET", path: `/api/v1/directory/certifications/${encodeURIComponent(id)}` }, options),

  /**
   * Delete this certification
   *
   * Nobody is reminded of it any more.
   *
   * For `global_admin`, `service`.
   */
  deleteCertification: (id: string, options?: CallOptions) =>
    call<DirectoryDeleted>({ method: "DELETE", path: `/api/v1/directory/certifications/${encodeURIComponent(id)}` }, options),

  /**
   * Create or replace many certifications
   *
   * Certifications expire, and their owners are reminded before they do. Up to 1,000 items, each as in its own PUT. One that is wrong is named in `rejected` and `errors`, and keeps none of the others from being written; of several with one id the first that is right counts. Where none can be written, the answer is 400. Repeating the request changes nothing.
   *
   * For `global_admin`, `service`.
   */
  putCertifications: (body: PutCertificationsBody, query?: PutCertificationsParams, options?: CallOptions) =>
    call<DirectoryUpserted>({ method: "POST", path: "/api/v1/directory/certifications", body, query }, options),

  /**
   * Create or replace this peer mentor
   *
   * Peer mentors are looked after by a coordinator. When `current_status` changes to `paused`, or from `paused` to anything else, a notification record is written and the coordinator is notified by push (by e-mail if that fails) and in-app. A new mentor, or `notify=false`, leads to neither. The whole peer mentor is replaced: what the body leaves out becomes null, or its default.
   *
   * For `global_admin`, `service`.
   */
  putPeerMentor: (id: string, body: PeerMentorFacts, query?: PutPeerMentorParams, options?: CallOptions) =>
    call<PeerMentor>({ method: "PUT", path: `/api/v1/directory/peer-mentors/${encodeURIComponent(id)}`, body, query }, options),

  /**
   * Read this peer mentor
   *
   * For `global_admin`, `service`.
   */
  getPeerMentor: (id: string, options?: CallOptions) =>
    call<PeerMentor>({ method: "GET", path: `/api/v1/directory/peer-mentors/${encodeURIComponent(id)}` }, options),

  /**
   * Delete this peer mentor
   *
   * The notification records about the mentor go with them.
   *
   * For `global_admin`, `service`.
   */
  deletePeerMentor: (id: string, options?: CallOptions) =>
    call<DirectoryDeleted>({ method: "DELETE", path: `/api/v1/directory/peer-mentors/${encodeURIComponent(id)}` }, options),

  /**
   * Create or replace many peer-mentors
   *
   * Peer mentors are looked after by a coordinator. When `current_status` changes to `paused`, or from `paused` to anything else, a notification record is written and the coordinator is notified by push (by e-mail if that fails) and in-app. A new mentor, or `notify=false`, leads to neither. Up to 1,000 items, each as in its own PUT. One that is wrong is named in `rejected` and `errors`, and keeps none of the others from being written; of several with one id the first that is right counts. Where none can be written, the answer is 400. Repeating the request changes nothing.
   *
   * For `global_admin`, `service`.
   */
  putPeerMentors: (body: PutPeerMentorsBody, query?: PutPeerMentorsParams, options?: CallOptions) =>
    call<DirectoryUpserted>({ method: "POST", path: "/api/v1/directory/peer-mentors", body, query }, options),

  /**
   * Create or replace this activity
   *
   * Activities are what users did or plan to do. The statistics count them. The whole activity is replaced: what the body leaves out becomes null, or its default.
   *
   * For `global_admin`, `service`.
   */
  putActivity: (id: string, body: ActivityFacts, query?: PutActivityParams, options?: CallOptions) =>
    call<Activity>({ method: "PUT", path: `/api/v1/directory/activities/${encodeURIComponent(id)}`, body, query }, options),

  /**
   * Read this activity
   *
   * For `global_admin`, `service`.
   */
  getActivity: (id: string, options?: CallOptions) =>
    call<Activity>({ method: "GET", path: `/api/v1/directory/activities/${encodeURIComponent(id)}` }, options),

  /**
   * Delete this activity
   *
   * The statistics do not count it any more.
   *
   * For `global_admin`, `service`.
   */
  deleteActivity: (id: string, options?: CallOptions) =>
    call<DirectoryDeleted>({ method: "DELETE", path: `/api/v1/directory/activities/${encodeURIComponent(id)}` }, options),

  /**
   * Create or replace many activities
   *
   * Activities are what users did or plan to do. The statistics count them. Up to 1,000 items, each as in its own PUT. One that is wrong is named in `rejected` and `errors`, and keeps none of the others from being written; of several with one id the first that is right counts. Where none can be written, the answer is 400. Repeating the request changes nothing.
   *
   * For `global_admin`, `service`.
   */
  putActivities: (body: PutActivitiesBody, query?: PutActivitiesParams, options?: CallOptions) =>
    call<DirectoryUpserted>({ method: "POST", path: "/api/v1/directory/activities", body, query }, options),

  /**
   * Create or replace this grant
   *
   * Users match grants and apply for them, and are reminded of their deadlines. If a match arrives before its grant, the user is notified when the grant arrives. The whole grant is replaced: what the body leaves out becomes null, or its default.
   *
   * For `global_admin`, `service`.
   */
  putGrant: (id: string, body: GrantFacts, query?: PutGrantParams, options?: CallOptions) =>
    call<Grant>({ method: "PUT", path: `/api/v1/directory/grants/${encodeURIComponent(id)}`, body, query }, options),

  /**
   * Read this grant
   *
   * For `global_admin`, `service`.
   */
  getGrant: (id: string, options?: CallOptions) =>
    call<Grant>({ method: "GET", path: `/api/v1/directory/grants/${encodeURIComponent(id)}` }, options),

  /**
   * Delete this grant
   *
   * Nobody hears of it any more. Its matches and applications stay.
   *
   * For `global_admin`, `service`.
   */
  deleteGrant: (id: string, options?: CallOptions) =>
    call<DirectoryDeleted>({ method: "DELETE", path: `/api/v1/directory/grants/${encodeURIComponent(id)}` }, options),

  /**
   * Create or replace many grants
   *
   * Users match grants and apply for them, and are reminded of their deadlines. If a match arrives before its grant, the user is notified when the grant arrives. Up to 1,000 items, each as in its own PUT. One that is wrong is named in `rejected` and `errors`, and keeps none of the others from being written; of several with one id the first that is right counts. Where none can be written, the answer is 400. Repeating the request changes nothing.
   *
   * For `global_admin`, `service`.
   */
  putGrants: (body: PutGrantsBody, query?: PutGrantsParams, options?: CallOptions) =>
    call<DirectoryUpserted>({ method: "POST", path: "/api/v1/directory/grants", body, query }, options),

  /**
   * Create or replace this match
   *
   * Matches say which grants fit a user. A match that reaches the user's `match_threshold` is sent once, as `new_match`, at the user's `notification_frequency`, unless `notify=false`. If its grant or user is not known yet, it waits for them for up to seven days. A grant that has closed when the message is sent is left out. The whole match is replaced: what the body leaves out becomes null, or its default.
   *
   * For `global_admin`, `service`.
   */
  putMatch: (id: string, body: MatchFacts, query?: PutMatchParams, options?: CallOptions) =>
    call<Match>({ method: "PUT", path: `/api/v1/directory/matches/${encodeURIComponent(id)}`, body, query }, options),

  /**
   * Read this match
   *
   * For `global_admin`, `service`.
   */
  getMatch: (id: string, options?: CallOptions) =>
    call<Match>({ method: "GET", path: `/api/v1/directory/matches/${encodeURIComponent(id)}` }, options),

  /**
   * Delete this match
   *
   * It is left out of messages that are sent later.
   *
   * For `global_admin`, `service`.
   */
  deleteMatch: (id: string, options?: CallOptions) =>
    call<DirectoryDeleted>({ method: "DELETE", path: `/api/v1/directory/matches/${encodeURIComponent(id)}` }, options),

  /**
   * Create or replace many matches
   *
   * Matches say which grants fit a user. A match that reaches the user's `match_threshold` is sent once, as `new_match`, at the user's `notification_frequency`, unless `notify=false`. If its grant or user is not known yet, it waits for them for up to seven days. A grant that has closed when the message is sent is left out. Up to 1,000 items, each as in its own PUT. One that is wrong is named in `rejected` and `errors`, and keeps none of the others from being written; of several with one id the first that is right counts. Where none can be written, the answer is 400. Repeating the request changes nothing.
   *
   * For `global_admin`, `service`.
   */
  putMatches: (body: PutMatchesBody, query?: PutMatchesParams, options?: CallOptions) =>
    call<DirectoryUpserted>({ method: "POST", path: "/api/v1/directory/matches", body, query }, options),

  /**
   * Create or replace this application
   *
   * Applications are what users send in for grants. Each change of `status` sends one `application_status`, unless `notify=false`. A new application sends none. There are no reminders of the grant's deadline for an application whose status is `withdrawn`. The whole application is replaced: what the body leaves out becomes null, or its default.
   *
   * For `global_admin`, `service`.
   */
  putApplication: (id: string, body: ApplicationFacts, query?: PutApplicationParams, options?: CallOptions) =>
    call<Application>({ method: "PUT", path: `/api/v1/directory/applications/${encodeURIComponent(id)}`, body, query }, options),

  /**
   * Read this application
   *
   * For `global_admin`, `service`.
   */
  getApplication: (id: string, options?: CallOptions) =>
    call<Application>({ method: "GET", path: `/api/v1/directory/applications/${encodeURIComponent(id)}` }, options),

  /**
   * Delete this application
   *
   * Nobody hears of it any more.
   *
   * For `global_admin`, `service`.
   */
  deleteApplication: (id: string, options?: CallOptions) =>
    call<DirectoryDeleted>({ method: "DELETE", path: `/api/v1/directory/applications/${encodeURIComponent(id)}` }, options),

  /**
   * Create or replace many applications
   *
   * Applications are what users send in for grants. Each change of `status` sends one `application_status`, unless `notify=false`. A new application sends none. There are no reminders of the grant's deadline for an application whose status is `withdrawn`. Up to 1,000 items, each as in its own PUT. One that is wrong is named in `rejected` and `errors`, and keeps none of the others from being written; of several with one id the first that is right counts. Where none can be written, the answer is 400. Repeating the request changes nothing.
   *
   * For `global_admin`, `service`.
   */
  putApplications: (body: PutApplicationsBody, query?: PutApplicationsParams, options?: CallOptions) =>
    call<DirectoryUpserted>({ method: "POST", path: "/api/v1/directory/applications", body, query }, options),

  /**
   * Read why this user was not notified
   *
   * Counts of messages that were never created, and so are in no log, by day and reason, newest first:
   *
   * - `below_threshold`: a match scored less than the user's `match_threshold`.
   * - `switched_off`: the user has turned this type, or all e-mail, off.
   * - `nothing_to_say`: a digest was due, but it would have been empty.
   * - `unknown_user`, `unknown_grant`: a match or a status has waited seven days for its user or grant.
   *
   * Of an event's messages:
   *
   * - `unsubscribed`: the user, or an organization of the user's, has switched this category or channel off.
   * - `no_address`, `unverified`, `suppressed`, `no_device`: the channel could not reach the user.
   * - `throttled`: the user had as many messages of this type on this channel as the type allows.
   * - `duplicate`: another event with the same key has notified the user on this channel.
   *
   * `deadline_reminder` and `weekly_digest` count once a day at most. A message that was created and then not sent is a
   * cancelled dispatch: the admin log has its reason. For admins, of users in their scope.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  getWithheld: (id: string, query?: GetWithheldParams, options?: CallOptions) =>
    call<Withheld>({ method: "GET", path: `/api/v1/directory/users/${encodeURIComponent(id)}/withheld`, query }, options),

  /**
   * Export everything about this person
   *
   * One JSON document with all that we have about a person, to be handed over or kept: facts, devices (of a token
   * only its end), preferences, suppressions (of an address that is not verified, for operators), topics, certificates, activities, applications, matches, subscriptions, what was
   * withheld, and every message with its content, until retention removes it. Users export themselves. An org_admin exports those of the own organizations, with
   * the messages that were sent in these; notes of staff and what happened to each message are in admins' exports only. A message that is not sent yet has no text if its
   * text is made when it is sent.
   *
   * The document is sent while it is read, so it is not of one moment. If something fails meanwhile, it breaks off, and is no JSON.
   * `complete` is its last field. Exports by others than the person are in the audit log, and
   * count in the daily quota of the caller's organization. Users may export themselves 10 times an hour.
   *
   * Every role may call it, within its scope.
   */
  exportUser: (id: string, options?: CallOptions) =>
    call<UserExport>({ method: "GET", path: `/api/v1/directory/users/${encodeURIComponent(id)}/export` }, options),

  /**
   * Find users
   *
   * It changes nothing. The text is in the body, since URLs are kept in logs. Those whose id begins with it come first, then
   * those whose name, last name and address does. An org_admin finds those of the own organizations; a page may then have fewer users than
   * `limit`, or none, and yet a next one: each looks at 2,000 users at most.
   *
   * For `org_admin`, `global_admin`, `service`.
   */
  searchUsers: (body: UserSearch, options?: CallOptions) =>
    call<FoundUsers>({ method: "POST", path: "/api/v1/directory/users/search", body }, options),

  /**
   * Addresses that no e-mail is sent to, and numbers that no text message is sent to, newest first
   *
   * For `global_admin`, `service`.
   */
  listSuppressions: (query?: ListSuppressionsParams, options?: CallOptions) =>
    call<SuppressionList>({ method: "GET", path: "/api/v1/directory/suppressions", query }, options),

  /**
   * Find the suppression of an address or a number
   *
   * It changes nothing. The address is in the body, since URLs are kept in logs. 404: messages may be sent to it.
   *
   * For `global_admin`, `service`.
   */
  findSuppression: (body: SuppressionLookup, options?: CallOptions) =>
    call<Suppression>({ method: "POST", path: "/api/v1/directory/suppressions/lookup", body }, options),

  /**
   * Lift a suppression
   *
   * Mail is sent to the address again; what has failed meanwhile is not. It is written into the audit log. An e-mail provider may have a suppression list of its own, from which the address must be removed there; else its next bounce suppresses the address again.
   *
   * For `global_admin`, `service`.
   */
  liftSuppression: (id: string, options?: CallOptions) =>
    call<SuppressionLifted>({ method: "DELETE", path: `/api/v1/directory/suppressions/${encodeURIComponent(id)}` }, options),

});
