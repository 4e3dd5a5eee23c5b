import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import {
  renderUnsubscribePage,
  unsubscribeAction,
  UNSUBSCRIBE_PAGE_HEADERS,
} from "../../preferences/unsubscribe-page.ts";
import { verifyUnsubscribe } from "../../preferences/unsubscribe-token.ts";
import { Failure } from "../../lib/failure.ts";
import {
  changeSubscription,
  type EmailSubscription,
  saveMatrix,
  subscriptionFor,
  subscriptionOf,
  type EmailSubscriptionState,
} from "../../preferences/unsubscribe.ts";
import type { App, AppEnv } from "../../http/app-env.ts";

/** The form of a matrix with the longest names is shorter. */
const MAX_FORM_BYTES = 65_536;

function page(
  c: Context<AppEnv>,
  subscription: EmailSubscription | null,
  state: EmailSubscriptionState | null,
  done: "undone" | "saved" | null,
): Response {
  const home = c.get("deps").config.publicUrl;
  if (subscription === null || state === null)
    return c.body(
      renderUnsubscribePage({ page: "invalid" }, { locale: null, home }),
      404,
      UNSUBSCRIBE_PAGE_HEADERS,
    );
  const current = state.allOff ? "all_off" : state.off ? "off" : done === "undone" ? "on" : "ask";
  const shown = done === "saved" ? "saved" : current;
  const { email, locale, categories } = state;
  const html = renderUnsubscribePage(
    { page: shown, type: subscription.type, address: email, categories },
    { locale, home },
  );
  return c.body(html, 200, UNSUBSCRIBE_PAGE_HEADERS);
}

/**
 * `/unsubscribe/{token}` (RFC 8058): GET shows a page and changes nothing, since scanners follow links; POST, a form or
 * multipart and without any login, unsubscribes, undoes it, or saves the matrix.
 */
export function register(app: App): void {
  async function subscriptionIn(c: Context<AppEnv>): Promise<EmailSubscription | null> {
    const { config, types } = c.get("deps");
    const target = await verifyUnsubscribe(config.linkSecrets, c.req.param("token") ?? "");
    return target && subscriptionFor(target, types);
  }

  app.get("/unsubscribe/:token", async (c) => {
    const subscription = await subscriptionIn(c);
    const ctx = c.get("deps").open("first-primary", c.get("log"));
    return page(c, subscription, subscription && (await subscriptionOf(ctx, subscription)), null);
  });

  app.post(
    "/unsubscribe/:token",
    bodyLimit({
      maxSize: MAX_FORM_BYTES,
      onError: () => {
        throw new Failure("payload_too_large", `A form may have at most ${MAX_FORM_BYTES} bytes.`);
      },
    }),
    async (c) => {
      const subscription = await subscriptionIn(c);
      const form = await c.req.formData().catch(() => new FormData());
      const action = unsubscribeAction(form);
      if (action === null)
        throw new Failure("invalid_request", "The form asks for something unknown.", {
          errors: [{ pointer: "action", detail: "is not an action of this page" }],
        });
      const ctx = c.get("deps").open("first-primary", c.get("log"));
      if (action === "save")
        return page(c, subscription, subscription && (await saveMatrix(ctx, subscription, form)), "saved");
      const state = subscription && (await changeSubscription(ctx, subscription, action));
      return page(c, subscription, state, action.startsWith("resubscribe") ? "undone" : null);
    },
  );
}
