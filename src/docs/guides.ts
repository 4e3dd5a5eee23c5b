import deploy from "./guides/deploy.md";
import digests from "./guides/digests.md";
import eventsAndWords from "./guides/events-and-words.md";
import firstPush from "./guides/first-push.md";
import inbox from "./guides/inbox.md";
import operate from "./guides/operate.md";
import providers from "./guides/providers.md";
import testing from "./guides/testing.md";
import webhooks from "./guides/webhooks.md";

/** A guide as it is written: its first line is the title (`# …`), its first paragraph says what one gets from it. */
export interface Guide {
  /** Its address below /docs. */
  slug: string;
  title: string;
  /** The first paragraph, in one line of plain text. */
  summary: string;
  markdown: string;
}

export interface Group {
  name: string;
  guides: readonly Guide[];
}

const guide = (slug: string, markdown: string): Guide => {
  const [, title = slug, summary = ""] = /^# (.+)\n\n((?:.+\n)+)/u.exec(markdown) ?? [];
  return { slug, title, summary: plain(summary.trim().replaceAll("\n", " ")), markdown };
};

/** Markdown without its marks. */
export const plain = (markdown: string): string =>
  markdown.replaceAll(/\[([^\]]+)\]\([^)]*\)/gu, "$1").replaceAll(/\*\*|`/gu, "");

/** All guides, in the order in which one reads them. */
export const GROUPS: readonly Group[] = [
  {
    name: "Start",
    guides: [
      guide("first-push", firstPush),
      guide("events-and-words", eventsAndWords),
      guide("digests", digests),
      guide("inbox", inbox),
    ],
  },
  {
    name: "Connect",
    guides: [guide("webhooks", webhooks), guide("testing", testing)],
  },
  {
    name: "Run",
    guides: [guide("deploy", deploy), guide("providers", providers), guide("operate", operate)],
  },
];

export const GUIDES: readonly Guide[] = GROUPS.flatMap(({ guides }) => guides);

/** The guides' own addresses: where a local Tidings is, and one in production. Readers see those of the service they ask. */
const LOCAL = "http://127.0.0.1:8787";
const LIVE = "https://notifications.example.com";

/** A guide's text with the addresses of this service. @param base its own address, without a slash at the end */
export const textFor = ({ markdown }: Guide, base: string): string =>
  (base.startsWith("https://") ? markdown.replaceAll(LIVE, base) : markdown).replaceAll(LOCAL, base);

/** As `textFor`, with absolute links: for those who read it outside of its page. */
export const portable = (guide: Guide, base: string): string =>
  textFor(guide, base)
    .replaceAll(/\]\(([a-z-]+\.md)/gu, `](${base}/docs/$1`)
    .replaceAll("](/", `](${base}/`);
