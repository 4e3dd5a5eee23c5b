import { drizzle } from "drizzle-orm/sqlite-proxy";

/**
 * Drizzle's query builder, for inserts, updates and deletes that are as readable with it as in SQL. It only builds
 * statements. `Db` runs them.
 */
export const builder = drizzle(() => {
  throw new Error("A statement is carried out by Db.read or Db.write");
});
