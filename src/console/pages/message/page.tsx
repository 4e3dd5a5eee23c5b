import { htmlOf, Rendering } from "../explain/rendering.tsx";
import { Explained } from "../explain/panel.tsx";
import type { Dispatch } from "../../../db/schema/index.ts";
import { authorOf } from "../../../http/author.ts";
import { countChange } from "../../../http/count-change.ts";
import { pathIdOf } from "../../../http/path-id.ts";
import { Failure, notFound, PROBLEMS } from "../../../lib/failure.ts";
import { plainText } from "../../../lib/text.ts";
import * as log from "../../../log/admin.ts";
import { getTimeline } from "../../../log/timeline/read.ts";
import { annotatePush } from "../../../notifications/push/records.ts";
import { type Console, type ConsoleContext, fragment, page, scopeIn } from "../../app-env.tsx";
import { Card } from "../../components/boxes.tsx";
import { ButtonLink } from "../../components/buttons.tsx";
import { channelName } from "../../components/names.ts";
import { Notice } from "../../components/text.tsx";
import { fieldsOf } from "../../fields.ts";
import { done, noticeIn, type NoticeName } from "../../notices.ts";
import { previewed } from "../../security.ts";
import { viewerOf } from "../../viewer.ts";
import { Actions, NoteCard } from "./actions.tsx";
import { FactsCard, StatusOf } from "./facts.tsx";
import { DevicesCard } from "./devices.tsx";
import { Happened } from "./happened.tsx";
import { messagePath } from "./path.ts";
import { readMessage } from "./read.ts";

const parseId = pathIdOf("message");
const idIn = (c: ConsoleContext): string => parseId(c.req.param("id") ?? "");

const note = plainText(2_000);

type Change = (c: ConsoleContext, id: string) => Promise<Dispatch>;

const retry: Change = (c, id) => log.retryDispatch(c.get("ctx"), scopeIn(c), authorOf(c), id);
const cancel: Change = (c, id) => log.cancelDispatch(c.get("ctx"), scopeIn(c), authorOf(c), id);
const resolve: Change = (c, id) =>
  annotatePush(c.get("ctx"), scopeIn(c), authorOf(c), id, { status: "resolved" });

export function register(pages: Console): void {
  pages.get("/messages/:id", (c) => show(c, idIn(c)));
  pages.get("/messages/:id/happened", async (c) => {
    const ctx = c.get("ctx");
    const timeline = await getTimeline(ctx, scopeIn(c), idIn(c));
    return fragment(c, <Happened timeline={timeline} viewer={viewerOf(c)} now={ctx.clock.now()} isAlone />);
  });

  pages.get("/messages/:id/preview", preview);
  pages.post("/messages/:id/retry", (c) => change(c, retry, "retried"));
  pages.post("/messages/:id/cancel", (c) => change(c, cancel, "cancelled"));
  pages.post("/messages/:id/resolve", (c) => change(c, resolve, "saved"));

  pages.post("/messages/:id/note", async (c) => {
    const typed = (await fieldsOf(c))("note");
    const { success, error } = note.safeParse(typed);
    if (!success) {
      const fault = typed === "" ? "is missing" : error.issues[0]?.message;
      return show(c, idIn(c), { status: 400, note: { typed, fault } });
    }
    return change(c, (_, id) => log.noteDispatch(c.get("ctx"), scopeIn(c), authorOf(c), id, typed), "noted");
  });
}

/** Does what a form asks for. What the state of the message does not allow is told on its page, as the API says it. */
async function change(c: ConsoleContext, make: Change, told: NoticeName): Promise<Response> {
  const id = idIn(c);
  try {
    await countChange(c);
    await make(c, id);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { status } = PROBLEMS[error.problem];
    if (status !== 409 && status !== 403 && status !== 429) throw error;
    return show(c, id, { status, refusal: error.detail });
  }
  return done(c, messagePath(id), told);
}

/** The HTML of an e-mail, for its frame: made by the code that sends it. */
async function preview(c: ConsoleContext): Promise<Response> {
  const { explained } = await readMessage(c.get("ctx"), scopeIn(c), idIn(c));
  const html = explained && htmlOf(explained);
  if (html === null) throw notFound("preview");
  return previewed(c, html);
}

/** What came of a form that has not done its work. */
interface Refused {
  status: 400 | 403 | 409 | 429;
  /** Why nothing was done. */
  refusal?: string;
  note?: { typed: string; fault: string | undefined };
}

async function show(c: ConsoleContext, id: string, refused?: Refused): Promise<Response> {
  const message = await readMessage(c.get("ctx"), scopeIn(c), id);
  const { dispatch, deliveries, explained } = message;
  const viewer = viewerOf(c);
  const path = messagePath(id);
  return page(
    c,
    {
      title: dispatch.title ?? dispatch.type,
      section: "/console/messages",
      crumb: { href: "/console/messages", name: "Messages" },
      lead: (
        <span class="row">
          <StatusOf message={message} /> {channelName(dispatch.channel)}
        </span>
      ),
      notice: refused?.refusal === undefined ? noticeIn(c) : { tone: "bad", text: refused.refusal },
      actions: (
        <>
          <Actions message={message} />
          <ButtonLink href={path} look="quiet">
            Reload
          </ButtonLink>
        </>
      ),
      children: (
        <>
          {explained === null && (
            <Notice tone="warn" title="You can see this message, but do nothing with it">
              Its user belongs to none of your organizations now. Who is in charge of the user can retry or
              cancel it.
            </Notice>
          )}
          <div class="two">
            <div class="stack">
              <Happened timeline={message} viewer={viewer} now={c.get("ctx").clock.now()} isAlone={false} />
              {explained && (
                <Card title="What the rules say now">
                  <Explained
                    explained={explained}
                    subject={{ userId: dispatch.user_id, type: dispatch.type, orgId: dispatch.org_id }}
                    viewer={viewer}
                  />
                </Card>
              )}
            </div>
            <div class="stack">
              <FactsCard message={message} viewer={viewer} />
              <DevicesCard deliveries={deliveries} viewer={viewer} />
              {explained && (
                <Card title="As it would look now" flush>
                  <Rendering explained={explained} frame={{ src: `${path}/preview` }} />
                </Card>
              )}
              {explained && (
                <NoteCard id={id} note={refused?.note?.typed ?? dispatch.note} fault={refused?.note?.fault} />
              )}
            </div>
          </div>
        </>
      ),
    },
    refused?.status,
  );
}
