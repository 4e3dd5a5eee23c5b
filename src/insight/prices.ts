/** When the list prices below were read. */
export const PRICES_READ_ON = "2026-11-22";

/** What Cloudflare bills of what Tidings does. */
export const ITEMS = [
  "requests",
  "rowsRead",
  "rowsWritten",
  "queueOperations",
  "objectRequests",
  "objectRows",
] as const;
export type Item = (typeof ITEMS)[number];

interface Price {
  /** What it is called on a bill. */
  name: string;
  /** US dollars a million, beyond what the paid plan includes. */
  perMillion: number;
  /** A month, for the whole account. */
  included: number;
}

/** Cloudflare's list prices: developers.cloudflare.com, /<product>/platform/pricing of workers, d1, queues, durable-objects. */
export const PRICES = {
  requests: { name: "Requests, queue batches and cron ticks", perMillion: 0.3, included: 10_000_000 },
  rowsRead: { name: "D1 rows read", perMillion: 0.001, included: 25_000_000_000 },
  rowsWritten: { name: "D1 rows written", perMillion: 1, included: 50_000_000 },
  queueOperations: { name: "Queue operations", perMillion: 0.4, included: 1_000_000 },
  objectRequests: { name: "Durable Object requests", perMillion: 0.15, included: 1_000_000 },
  /** Rows that a Durable Object writes to its SQLite; setting an alarm counts as one. */
  objectRows: { name: "Durable Object rows written", perMillion: 1, included: 50_000_000 },
} as const satisfies Record<Item, Price>;

/** Dollars a month for the paid plan. */
export const PLAN = 5;

/** Dollars for a gigabyte in D1 for a month, beyond the gigabytes that are included. */
export const STORAGE = { perGigabyte: 0.75, included: 5 } as const;

/** What is counted of one message, or of one minute in which nothing is due. */
export type Units = Readonly<Record<Item, number>>;

/**
 * Counted by `npm run costs`, from the request to the receipt or the report of delivery; a test compares them. A push is one
 * of its own request, an e-mail one of many, an in-app message one of an event. CPU is not counted: it adds $0.02 a million
 * for each millisecond.
 */
export const UNITS = {
  push: {
    requests: 2,
    rowsRead: 70,
    rowsWritten: 8,
    queueOperations: 3,
    objectRequests: 2,
    // A page has the reservations of 32, and is deleted once.
    objectRows: 1 + 1 / 32,
  },
  email: {
    requests: 1,
    rowsRead: 100,
    rowsWritten: 13,
    queueOperations: 0.03,
    objectRequests: 0.2,
    objectRows: 0.22,
  },
  in_app: {
    requests: 0,
    rowsRead: 105,
    rowsWritten: 11,
    queueOperations: 0.08,
    objectRequests: 1,
    objectRows: 0,
  },
  minute: {
    requests: 1,
    rowsRead: 42,
    rowsWritten: 10,
    queueOperations: 0,
    objectRequests: 2,
    objectRows: 0,
  },
} as const satisfies Record<string, Units>;

/**
 * What a provider takes for a thousand messages, in dollars, beyond the number that is included. A provider that is not here
 * is free, or has a plan with a price that we cannot know.
 */
export const PROVIDER_PRICES: Readonly<
  Record<string, { perThousand: number; included: number; source: string }>
> = {
  ses: { perThousand: 0.1, included: 0, source: "aws.amazon.com/ses/pricing" },
  cloudflare: {
    perThousand: 0.35,
    included: 3_000,
    source: "developers.cloudflare.com/email-service/platform/pricing",
  },
};
