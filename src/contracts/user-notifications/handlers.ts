import type { Context } from "hono";
import { emailHealth } from "../../channels/email/health.ts";
import { countEmails, getEmail, listEmails } from "../../channels/email/history.ts";
import { isEmailType } from "../../channels/email/recipient.ts";
import { sendTest } from "../../channels/email/send-test.ts";
import type { NewUser } from "../../directory/users.ts";
import { requireToken } from "../../http/access.ts";
import type { App, AppEnv } from "../../http/app-env.ts";
import { idempotencyKeyOf } from "../../http/idempotency.ts";
import { pageOf, paginate } from "../../http/pagination.ts";
import { changePreferences, getPreferences, type PreferencesChange } from "../../preferences/preferences.ts";
import * as routes from "./routes.ts";
import { historyView, preferencesView, selection, statsView, testView } from "./view.ts";

/** The caller, as far as their token tells: made into a user at first use. */
function callerOf(c: Context<AppEnv>): NewUser {
  const { id, orgId, email, emailVerified, name } = requireToken(c.get("principal"));
  return { id, orgId, email, emailVerified, name };
}

export function registerUserNotifications(app: App): void {
  app.openapi(routes.getPreferences, async (c) =>
    c.json(preferencesView(await getPreferences(c.get("ctx"), callerOf(c))), 200),
  );

  const change = async (c: Context<AppEnv>, given: PreferencesChange) =>
    preferencesView(await changePreferences(c.get("ctx"), callerOf(c), given));
  app.openapi(routes.patchPreferences, async (c) => c.json(await change(c, c.req.valid("json")), 200));
  app.openapi(routes.putPreferences, async (c) => c.json(await change(c, c.req.valid("json")), 200));

  app.openapi(routes.history, async (c) => {
    const { notification_type, status, page, page_size, cursor } = c.req.valid("query");
    const filter = { type: notification_type, statuses: selection(status) };
    const wanted = pageOf({ page, limit: page_size, cursor });
    const found = await listEmails(c.get("ctx"), callerOf(c).id, filter, wanted);
    const { rows, pagination } = paginate(wanted, found);
    // The contract's own shape, and where to go on.
    const { total, limit: _, ...where } = pagination;
    return c.json(
      { items: rows.map(historyView), total, page_size, total_pages: Math.ceil(total / page_size), ...where },
      200,
    );
  });

  app.openapi(routes.historyItem, async (c) => {
    const { notification_id } = c.req.valid("param");
    return c.json(historyView(await getEmail(c.get("ctx"), callerOf(c).id, notification_id)), 200);
  });

  app.openapi(routes.sendTest, async (c) => {
    // The body may be left out; its schema's defaults then have not been applied.
    const body: { email_type?: string; custom_subject?: string | undefined } = c.req.valid("json") ?? {};
    const { email_type: type = "test", custom_subject: subject } = body;
    const request = { type: isEmailType(type) ? type : ("test" as const), subject };
    const key = await idempotencyKeyOf(c, request);
    const { deliverers } = c.get("deps");
    const deliverNow = async (...[ctx, ids]: Parameters<Parameters<typeof sendTest>[1]>) =>
      deliverers.email(ctx, [ids]);
    const { dispatch, replayed } = await sendTest(c.get("ctx"), deliverNow, key, callerOf(c), request);
    if (replayed) c.header("idempotency-replayed", "true");
    return c.json(testView(dispatch), 200);
  });

  app.openapi(routes.stats, async (c) =>
    c.json(statsView(await countEmails(c.get("ctx"), callerOf(c).id)), 200),
  );

  app.openapi(routes.health, async (c) => {
    const { emailProviders, probeEmail } = c.get("deps");
    const found = await emailHealth(c.get("ctx"), emailProviders, probeEmail, callerOf(c).id);
    const { used, limit } = found.usage;
    c.header("cache-control", "no-store");
    return c.json({ status: found.status, backend: found.backend, rate_limit: `${used}/${limit}` }, 200);
  });
}
