import type { Context } from "hono";
import { emailHealth } from "../../channels/email/health.ts";
import { countEmails, getEmail, listEmails } from "../../channels/email/history.ts";
import { deliverTest } from "../../delivery/deliver.ts";
import { sendTest } from "../../notifications/test/send.ts";
import { requireToken } from "../../http/access.ts";
import type { App, AppEnv } from "../../http/app-env.ts";
import { idempotencyKeyOf } from "../../http/input.ts";
import { pageOf, paginate } from "../../http/pagination.ts";
import { pathIdOf } from "../../http/path-id.ts";
import { type Subject, subjectOf } from "../../directory/subject.ts";
import { changePreferences, getPreferences, type PreferencesChange } from "../../preferences/preferences.ts";
import * as routes from "./routes.ts";
import { historyView, preferencesView, selection, statsView, testView } from "./view.ts";

/** The caller, or the user whom an operator or an admin names. */
const whose = (c: Context<AppEnv>, { user_id }: { user_id?: string | undefined } = {}): Subject =>
  subjectOf(requireToken(c.get("principal")), user_id);

const isOwn = ({ scope }: Subject): boolean => scope.kind === "own";

const idOf = pathIdOf("notification");

export function register(app: App): void {
  app.openapi(routes.getPreferences, async (c) =>
    c.json(preferencesView(await getPreferences(c.get("ctx"), whose(c, c.req.valid("query")))), 200),
  );

  const change = async (c: Context<AppEnv>, subject: Subject, given: PreferencesChange) =>
    preferencesView(await changePreferences(c.get("ctx"), subject, given));
  app.openapi(routes.patchPreferences, async (c) =>
    c.json(await change(c, whose(c, c.req.valid("query")), c.req.valid("json")), 200),
  );
  app.openapi(routes.putPreferences, async (c) =>
    c.json(await change(c, whose(c, c.req.valid("query")), c.req.valid("json")), 200),
  );

  app.openapi(routes.history, async (c) => {
    const { notification_type, status, page, page_size, cursor, user_id } = c.req.valid("query");
    const filter = { type: notification_type, statuses: selection(status) };
    const wanted = pageOf({ page, limit: page_size, cursor });
    const subject = whose(c, { user_id });
    const found = await listEmails(c.get("ctx"), subject, filter, wanted);
    const { rows, pagination } = paginate(wanted, found);
    // The contract's own shape, with our `next_cursor`.
    const { total, limit: _, ...where } = pagination;
    return c.json(
      {
        items: rows.map((row) => historyView(row, isOwn(subject))),
        total,
        page_size,
        total_pages: Math.ceil(total / page_size),
        ...where,
      },
      200,
    );
  });

  app.openapi(routes.historyItem, async (c) => {
    const id = idOf(c.req.valid("param").notification_id);
    const subject = whose(c, c.req.valid("query"));
    return c.json(historyView(await getEmail(c.get("ctx"), subject, id), isOwn(subject)), 200);
  });

  app.openapi(routes.sendTest, async (c) => {
    // Without a body the defaults of its schema are not applied.
    const body: { email_type?: string; custom_subject?: string | undefined } = c.req.valid("json") ?? {};
    const { email_type: type = "test", custom_subject: subject } = body;
    const request = { type, subject };
    const key = await idempotencyKeyOf(c, request);
    const test = { channel: "email", id: type, trial: null, subject } as const;
    const { dispatch, replayed } = await sendTest(c.get("ctx"), deliverTest, key, whose(c), test);
    if (replayed) c.header("idempotency-replayed", "true");
    return c.json(testView(dispatch), 200);
  });

  app.openapi(routes.stats, async (c) =>
    c.json(statsView(await countEmails(c.get("ctx"), whose(c, c.req.valid("query")))), 200),
  );

  app.openapi(routes.health, async (c) => {
    const { emailProviders, probeEmail } = c.get("deps");
    // A monitoring service has sent no test, so its usage is 0.
    const { id } = requireToken(c.get("principal"));
    const found = await emailHealth(c.get("ctx"), emailProviders, probeEmail, id);
    const { used, limit } = found.usage;
    c.header("cache-control", "no-store");
    return c.json({ status: found.status, backend: found.backend, rate_limit: `${used}/${limit}` }, 200);
  });
}
