import { z } from "zod";
import type { Config } from "../../config/config.ts";
import type { ChatKind } from "../../db/schema/index.ts";
import type { FieldError } from "../../lib/failure.ts";
import { publicUrl, type UrlRules } from "../../lib/public-url.ts";

/** What a connection's requests need, and nobody is shown. */
const chatSecret = z.union([
  /** A bot's token. */
  z.strictObject({ token: z.string() }),
  /** A URL that whoever knows it may post to. `signing`: signs what a program gets, `whsec_…`. */
  z.strictObject({ url: z.string(), signing: z.string().optional() }),
]);
export type ChatSecret = z.output<typeof chatSecret>;

/** The secret in an opened text; null where it is none. */
export const readSecret = (json: unknown): ChatSecret | null => chatSecret.safeParse(json).data ?? null;

/** What a caller says of where messages go. */
export interface GivenAddress {
  url?: string | undefined;
  token?: string | undefined;
  channel?: string | undefined;
  signing_secret?: string | undefined;
}

/** Which of them a kind has. */
export const FIELDS = {
  slack_webhook: ["url"],
  slack_bot: ["token", "channel"],
  teams: ["url"],
  discord: ["url"],
  webhook: ["url", "signing_secret"],
} as const satisfies Record<ChatKind, readonly (keyof GivenAddress)[]>;

/** Whose URLs a kind takes, and what their paths look like. @see the vendors' pages on incoming webhooks */
const PLACES: { readonly [K in ChatKind]?: { host: RegExp; path: RegExp; say: string } } = {
  slack_webhook: {
    host: /^hooks\.slack(-gov)?\.com$/,
    path: /^\/(services|workflows|triggers)\/[\w/-]+$/,
    say: "must be an incoming webhook of Slack, such as https://hooks.slack.com/services/T…/B…/…",
  },
  teams: {
    // Office connectors (*.webhook.office.com) were retired in 2026.
    host: /(^|\.)(logic\.azure\.(com|us)|api\.(powerplatform\.com|gov\.powerplatform\.microsoft\.us))$/,
    path: /^\/.+/,
    say: "must be the URL of a Teams workflow (*.logic.azure.com or *.api.powerplatform.com)",
  },
  discord: {
    host: /^((canary|ptb)\.)?discord(app)?\.com$/,
    path: /^\/api(\/v\d+)?\/webhooks\/\d+\/[\w-]+$/,
    say: "must be a webhook of Discord, such as https://discord.com/api/webhooks/…/…",
  },
};

/** Whether requests may go to this computer: where people try things out. */
export const urlRules = ({ config }: { config: Pick<Config, "environment"> }): UrlRules => ({
  isLocalAllowed: config.environment === "development",
});

/** The URL in its normal form, or why the kind does not take it. */
export function chatUrl(kind: ChatKind, text: string, rules: UrlRules): { url: string } | { fault: string } {
  const place = PLACES[kind];
  const checked = publicUrl(text, place === undefined ? rules : { isLocalAllowed: false });
  if ("fault" in checked || place === undefined) return checked;
  const { hostname, pathname } = new URL(checked.url);
  return place.host.test(hostname) && place.path.test(pathname) ? checked : { fault: place.say };
}

const TOKEN = /^xoxb-[A-Za-z0-9-]{10,250}$/;
/** Of a public or private channel, a direct message, a group, or a user. */
const SLACK_ID = /^[CGDUW][A-Z0-9]{2,30}$/;
/** What Standard Webhooks signs with: 24 to 64 bytes in base64. */
const SIGNING = /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/;

/** The faults of the fields that are given. */
export function faultsOf(kind: ChatKind, given: GivenAddress, rules: UrlRules): FieldError[] {
  const errors: FieldError[] = [];
  const url = given.url === undefined ? null : chatUrl(kind, given.url, rules);
  if (url !== null && "fault" in url) errors.push({ pointer: "/url", detail: url.fault });
  const check = (name: "token" | "channel" | "signing_secret", form: RegExp, detail: string) => {
    const value = given[name];
    if (value !== undefined && !form.test(value)) errors.push({ pointer: `/${name}`, detail });
  };
  check("token", TOKEN, "must be a bot token, which begins with xoxb-");
  check("channel", SLACK_ID, "must be the id of a channel or a user, such as C024BE91L");
  check("signing_secret", SIGNING, "must be whsec_ and 24 to 64 bytes in base64");
  return errors;
}

/** A new signing secret, as Standard Webhooks wants it. */
export function makeSigningSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}

/** What an owner knows a secret by: the host, and the last four characters. Those of a short one would say too much. */
export function hintOf(secret: ChatSecret): string {
  const text = "token" in secret ? secret.token : secret.url;
  const end = text.length < 24 ? "…" : `…${text.slice(-4)}`;
  return "token" in secret ? `xoxb-${end}` : `${new URL(secret.url).host}/${end}`;
}
