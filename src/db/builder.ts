import { drizzle } from "drizzle-orm/sqlite-proxy";

/**
 * Drizzle's query builder, for inserts, updates and deletes that it says as well as SQL does. It has no database: what it
 * builds is a statement for `Db`.
 */
export const builder = drizzle(() => {
  throw new Error("A statement is carried out by Db.read or Db.write");
});
