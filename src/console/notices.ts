import type { ConsoleContext } from "./app-env.tsx";
import type { Tone } from "./components/text.tsx";

/** What pages tell after a form was sent. A link can only choose among these, so that nobody puts own words there. */
const NOTICES = {
  cancelled: { tone: "good", text: "It is cancelled." },
  connected: { tone: "good", text: "It is connected. Send a test to see whether it works." },
  deleted: { tone: "good", text: "It is deleted." },
  enabled: { tone: "good", text: "It is enabled: from now on it gets what happens." },
  emptied: { tone: "good", text: "The outbox is empty." },
  erased: { tone: "good", text: "The person is erased." },
  lifted: { tone: "good", text: "The address gets e-mail again." },
  noted: { tone: "good", text: "The note is kept." },
  paused_endpoint: { tone: "good", text: "It is paused: it hears of nothing until you enable it." },
  paused: { tone: "good", text: "It is paused: nothing is sent there until you resume." },
  published: { tone: "good", text: "It is published: from now on messages say this." },
  unpublished: { tone: "good", text: "It is no longer used." },
  repeated: { tone: "info", text: "It had been sent already. Nothing is sent twice." },
  resumed: { tone: "good", text: "It gets messages again." },
  replayed: { tone: "good", text: "What it missed is in the queue again." },
  replayed_some: {
    tone: "info",
    text: "The first thousand are in the queue again. There are more: go on below.",
  },
  retried: { tone: "good", text: "It is in the queue again." },
  saved: { tone: "good", text: "It is saved." },
  tested: { tone: "good", text: "The test is on its way. Here is what has come of it so far." },
  sent: { tone: "good", text: "It is sent." },
} as const satisfies Record<string, { tone: Tone; text: string }>;

export type NoticeName = keyof typeof NOTICES;

const isNotice = (name: string): name is NoticeName => Object.hasOwn(NOTICES, name);

/** After a form has done something: leads to a page (GET), which tells it. @param path with or without a query */
export function done(c: ConsoleContext, path: string, name: NoticeName): Response {
  return c.redirect(`${path}${path.includes("?") ? "&" : "?"}done=${name}`, 303);
}

/** What a page is to tell, from `?done=`. */
export function noticeIn(c: ConsoleContext): { tone: Tone; text: string } | null {
  const name = c.req.query("done") ?? "";
  return isNotice(name) ? NOTICES[name] : null;
}
