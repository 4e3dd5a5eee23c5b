import { drizzle } from "drizzle-orm/sqlite-proxy";

/**
 * Drizzle's query builder, for inserts, updates and deletes that read as well in it as in SQL. It has no database: it
 * builds statements for `Db`.
 */
export const builder = drizzle(() => {
  throw new Error("A statement is carried out by Db.read or Db.write");
});
