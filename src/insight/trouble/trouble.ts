/** Where to look at what is wrong, and to mend it. */
export type Place =
  | { page: "messages"; channel?: string; status?: string; type?: string }
  /** `orgId`: of one of the messages: the type is found from there. Null: of the service. */
  | { page: "wordings"; type: string; orgId: string | null }
  | { page: "webhook"; id: string }
  | { page: "chat"; id: string }
  | { page: "webhooks" | "chats" | "settings" };

/** Something that is wrong now, in sentences. They hold no address, token or name of a person. */
export interface Trouble {
  /**
   * `error`: messages do not arrive, or soon will not. `warning`: some do not arrive. `info`: some people cannot be reached, as
   * their own data says.
   */
  level: "error" | "warning" | "info";
  what: string;
  /** How to mend it. */
  fix: string;
  place: Place | null;
}

const ORDER = { error: 0, warning: 1, info: 2 } as const satisfies Record<Trouble["level"], number>;

/** The worst first; of the same level as they were found. */
export const byLevel = (troubles: readonly Trouble[]): Trouble[] =>
  troubles.toSorted((a, b) => ORDER[a.level] - ORDER[b.level]);

const FORMS = {
  push: ["push", "pushes"],
  email: ["e-mail", "e-mails"],
  in_app: ["in-app message", "in-app messages"],
  sms: ["text message", "text messages"],
  chat: ["chat message", "chat messages"],
} as const satisfies Record<string, readonly [string, string]>;

const isKnown = (channel: string): channel is keyof typeof FORMS => Object.hasOwn(FORMS, channel);

/** Numbers as sentences have them: 12,000. */
export const count = new Intl.NumberFormat("en");

/** "push" and "pushes". @param channel null for messages of any */
const formsOf = (channel: string | null): readonly [string, string] =>
  channel !== null && isKnown(channel) ? FORMS[channel] : ["message", "messages"];

export const plural = (channel: string | null): string => formsOf(channel)[1];

/** "1 push", "12 e-mails". */
export function messages(n: number, channel: string | null): string {
  const [one, many] = formsOf(channel);
  return `${count.format(n)} ${n === 1 ? one : many}`;
}

/** "a", "a and b", "a, b and c", "a, b and 4 others". */
export function listed(names: readonly string[], most = 3): string {
  const shown = names.slice(0, names.length <= most ? most : most - 1);
  const rest = names.length - shown.length;
  const parts = rest > 0 ? [...shown, `${rest} others`] : shown;
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1) ?? ""}`;
}
