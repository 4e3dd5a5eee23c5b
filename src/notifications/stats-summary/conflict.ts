import { Failure } from "../../lib/failure.ts";
import { printId } from "../../lib/ids.ts";
import type { Subscription } from "./read.ts";

/** 409: a user has at most one subscription to a window. The problem names it as `notification_id`. */
export const subscribedAlready = ({ id, time_window }: Pick<Subscription, "id" | "time_window">): Failure =>
  new Failure("conflict", `The user has an active ${time_window} subscription already.`, {
    code: "already_subscribed",
    extra: { notification_id: printId("notif", id) },
  });
