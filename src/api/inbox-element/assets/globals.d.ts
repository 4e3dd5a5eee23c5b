// What the parts of the module know of each other's types. `module.ts` puts these constants before the parts.

type Words = import("../words/en.ts").InboxWords &
  Record<`category_${string}` | `channel_${string}`, string | undefined>;
declare const KEYS: string[];
declare const WORDS: { en: string[] } & Record<string, string[]>;
declare const STYLE: string;
/** Where the module was loaded from. */
declare const HERE: URL;

/** A message, as the API prints it. */
interface Message {
  id: string;
  type: string;
  title: string;
  body: string;
  data: Record<string, unknown> | null;
  sent_at: string;
  expires_at: string | null;
  read_at: string | null;
  archived_at: string | null;
  updated_at: string;
}
interface InboxPage {
  data: Message[];
  unread_count: number;
  live_cursor: string;
  pagination: { next_cursor?: string };
}
type Frame = { ack?: string } & (
  | { type: "reset" }
  | { type: "changes"; cursor: string; unread_count: number; messages: Message[] }
);
type Change = "read" | "unread" | "archive" | "unarchive";

interface Cell {
  enabled: boolean;
  locked: boolean;
}
interface Matrix {
  categories: Record<string, Record<string, Cell>>;
  quiet_hours: { enabled: boolean; start: string | null; end: string | null; days: number[] };
}

/** A tab: a part of the inbox, and how far it is loaded. */
interface View {
  key: string;
  name: string;
  query: string;
  has: (message: Message) => boolean;
  /** The last message loaded; older ones are not shown yet, even if they are known. Null: nothing is loaded. */
  until: Message | null;
  next: string | undefined;
  state: "new" | "loading" | "some" | "all" | "failed";
  /** Messages that have left it while their reader looks on: they stay until another tab is chosen. */
  kept: Set<string>;
}

/** A link that a message offers. */
interface Action {
  label: string;
  href: string;
  /** Whether the link leads to another site. */
  away: boolean;
}
