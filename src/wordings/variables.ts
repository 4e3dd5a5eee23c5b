import { z } from "zod";

/** What a template can print. Times are epoch ms; JSON values alone, so that there is nothing to call. */
export interface Variables {
  /** The event's data; for a built-in type its content. */
  data: Readonly<Record<string, unknown>>;
  /** The reader. */
  user: { id: string; name: string | null; locale: string | null };
  /** Who has caused it. */
  actor: { id: string; name: string | null } | null;
  /** The reader's organization. */
  org: { id: string; name: string | null } | null;
  brand: { name: string; [field: string]: unknown };
  event: { id: string; type: string; created_at: number } | null;
  /** How many events a batching window has collected; 1 without one. */
  count: number;
  /** The data of each of these events. */
  items: readonly Readonly<Record<string, unknown>>[];
  now: number;
}

/** The fields of the variables other than `data` and `items`. Null: any. */
export const KNOWN_VARIABLES: Readonly<Record<keyof Variables, readonly string[] | null>> = {
  data: null,
  user: ["id", "name", "locale"],
  actor: ["id", "name"],
  org: ["id", "name"],
  brand: null,
  event: ["id", "type", "created_at"],
  count: [],
  items: null,
  now: [],
};

/** Who reads it. */
export interface WordingReader {
  /** BCP 47. */
  locale: string | null;
  /** IANA. */
  timezone: string | null;
}

/** ISO 8601: a date, or a date and time with or without a zone. */
export const isoTime = z.union([z.iso.date(), z.iso.datetime({ offset: true, local: true })]);
