import { type SQL, sql } from "drizzle-orm";
import { wordings, wordingVersions } from "../db/schema/index.ts";
import type { WordingId } from "./fields.ts";

/** Words with the fields of the latest version and of the published one. */
export interface StoredWording extends WordingId {
  published: number | null;
  published_at: number | null;
  latest: number;
  updated_at: number;
  /** JSON. */
  latest_fields: string;
  /** JSON. */
  published_fields: string | null;
}

/** A version as it was written. `fields` is JSON. */
export interface StoredVersion {
  version: number;
  fields: string;
  created_by: string;
  created_at: number;
}

const fieldsOf = (
  version: SQL,
): SQL => sql`(SELECT v.fields FROM ${wordingVersions} AS v WHERE v.type = w.type
  AND v.channel = w.channel AND v.org_id = w.org_id AND v.locale = w.locale AND v.version = ${version})`;

/** One row, if there are such words. */
export const selectWording = (
  { type, channel, org_id, locale }: WordingId,
  where: SQL = sql`true`,
): SQL<StoredWording> => sql<StoredWording>`
  SELECT w.type, w.channel, w.org_id, w.locale, w.published, w.published_at, w.latest, w.updated_at,
    ${fieldsOf(sql`w.latest`)} AS latest_fields, ${fieldsOf(sql`w.published`)} AS published_fields
  FROM ${wordings} AS w
  WHERE w.type = ${type} AND w.channel = ${channel} AND w.org_id = ${org_id} AND w.locale = ${locale} AND ${where}`;

/** The versions, the newest first. @param before only older ones; null: from the newest */
export const selectVersions = (
  { type, channel, org_id, locale }: WordingId,
  before: number | null,
  limit: number,
): SQL<StoredVersion> => sql<StoredVersion>`
  SELECT version, fields, created_by, created_at FROM ${wordingVersions}
  WHERE type = ${type} AND channel = ${channel} AND org_id = ${org_id} AND locale = ${locale}
    AND version < ${before ?? Number.MAX_SAFE_INTEGER}
  ORDER BY version DESC LIMIT ${limit}`;
