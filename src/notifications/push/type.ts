import { defineType } from "../../content/type.ts";
import { email } from "./email.ts";
import { pushPayload } from "./payload.ts";
import { words } from "./words.ts";

/** A message that a caller sends by API. If a push reaches no device, the fallback channel is tried, if the caller named one. */
export const push = defineType({
  id: "push",
  category: "messages",
  channels: ["push"],
  // The caller names one, or none.
  fallback: null,
  critical: false,
  transactional: null,
  preference: null,
  dedupe: null,
  goodForMs: null,
  supersedes: false,
  ownBudget: false,
  chargedOnRequest: true,
  linkCode: 11,
  payload: pushPayload,
  words,
  email,
  sample: () => ({
    title: "Your session starts in 15 minutes",
    body: "Room 3, second floor.\n\nPlease bring the signed form along. See you there! 👋",
    url: null,
  }),
  payloadOf: ({ payload, title, body }) =>
    payload === null ? { title: title ?? "", body: body ?? "" } : null,
});
