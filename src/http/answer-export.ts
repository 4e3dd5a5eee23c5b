import type { Context } from "hono";
import { exportUser } from "../directory/export/export-user.ts";
import type { Subject } from "../directory/subject.ts";
import type { AppEnv } from "./app-env.ts";
import { authorOf } from "./author.ts";
import { countChange } from "./count-change.ts";
import { streamed } from "./streamed.ts";

/**
 * Everything about a person as a file, sent while it is read. One of somebody else writes an entry of the audit log, so it
 * counts in the quota of the caller's organization.
 * @throws 404 where there is nothing in scope; 429 over the quota, or over a user's own exports
 */
export async function answerExport(c: Context<AppEnv>, subject: Subject): Promise<Response> {
  if (subject.scope.kind !== "own") await countChange(c);
  const pieces = await exportUser(c.get("ctx"), subject, authorOf(c));
  return c.body(streamed(pieces), 200, {
    "content-type": "application/json",
    "content-disposition": 'attachment; filename="export.json"',
  });
}
