import type { z } from "@hono/zod-openapi";
import type { Scope } from "../../auth/scope.ts";
import type { UserFacts } from "../../directory/users.ts";
import type { SendEvent } from "../../events/new-event.ts";
import type { Target } from "../../events/target.ts";
import { Failure } from "../../lib/failure.ts";
import type { sendBody } from "./schemas.ts";

/** What `sendEvent` is to do for a body. @throws 403 for facts of users from a caller who may not write the directory */
export const sendInput = (body: z.output<typeof sendBody>, scope: Scope): SendEvent => ({
  type: body.type,
  orgId: body.org_id,
  to: targetOf(body, scope),
  data: body.data,
  key: body.key ?? null,
  sendAt: body.send_at ?? null,
  expiresAt: body.expires_at ?? null,
  channels: body.channels ?? null,
  actor: body.actor ?? null,
  isDryRun: body.dry_run,
});

function targetOf({ recipients }: z.output<typeof sendBody>, scope: Scope): Target {
  if ("topic" in recipients) return { kind: "topic", topic: recipients.topic };
  if ("connections" in recipients) return { kind: "connections", ids: recipients.connections };
  if ("org_id" in recipients)
    return { kind: "org", orgId: recipients.org_id, withSubOrgs: recipients.include_sub_orgs };
  const seen = new Set<string>();
  const target = { kind: "users" as const, ids: new Array<string>(), facts: new Map<number, UserFacts>() };
  for (const [i, user] of recipients.users.entries()) {
    const isFacts = "email_verified" in user;
    if (isFacts && scope.kind !== "all")
      throw new Failure("forbidden", "Only service and global_admin may write users into the directory.", {
        errors: [{ pointer: `/recipients/users/${i}`, detail: "must be the user's id alone" }],
      });
    if (!isFacts) target.ids.push(user.id);
    else if (!seen.has(user.id)) {
      seen.add(user.id);
      target.facts.set(i, user);
    }
  }
  return target;
}
