import type { NotificationTypes } from "../../content/type.ts";
import type { RegisteredChannel } from "../../delivery/channel.ts";
import { Parsed } from "../../db/statement.ts";
import { deliverInApp } from "./deliver.ts";
import { explained } from "./explain.ts";
import { loadInApp } from "./shown.ts";

/** The in-app channel: a message lies in its user's inbox, and no provider is asked. @param types of which it has messages */
export const createInAppChannel = (types: NotificationTypes): RegisteredChannel => ({
  channel: "in_app",
  queue: "bulk",
  bulkQueue: "bulk",
  // Callers are counted when they ask, since each message leaves a row at once.
  budget: null,
  isPerDevice: false,
  canFollow: true,
  announce: (ctx, userId) => ctx.inboxes.notify(userId),
  providers: [],
  deliver: (ctx, messages, end) => deliverInApp(ctx, types, messages, end),
  check: null,
  explain: (messages, now) =>
    Parsed.of({ loaded: loadInApp(messages) }, ({ loaded }) => explained(types, loaded, now)),
});
