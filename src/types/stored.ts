import { type SQL, sql } from "drizzle-orm";
import { ownTypes } from "../db/schema/index.ts";
import { type OwnTypeData, readOwnType } from "./own-type.ts";

/** A customer's own type with its times (epoch ms). */
export interface StoredType {
  data: OwnTypeData;
  createdAt: number;
  updatedAt: number;
}

export interface StoredTypeRow {
  data: string;
  created_at: number;
  updated_at: number;
}

/** Reads the type that this owner has, not what it inherits. */
export const selectOwnType = (id: string, owner: string): SQL<StoredTypeRow> =>
  sql<StoredTypeRow>`SELECT data, created_at, updated_at FROM ${ownTypes} WHERE id = ${id} AND org_id = ${owner}`;

export const storedType = (row: StoredTypeRow): StoredType => ({
  data: readOwnType(row.data),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
