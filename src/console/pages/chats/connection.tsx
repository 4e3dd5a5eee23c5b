import { keeperOf } from "../../../api/chat-connections/owner.ts";
import { change } from "../../../api/chat-connections/schemas.ts";
import { changeConnection, readConnection, removeConnection } from "../../../channels/chat/connections.ts";
import { notDirected, ownerOf } from "../../../channels/chat/owner.ts";
import { tryConnection } from "../../../channels/chat/try.ts";
import type { ChatConnection } from "../../../db/schema/index.ts";
import { authorOf } from "../../../http/author.ts";
import { countChange } from "../../../http/count-change.ts";
import { pathIdOf } from "../../../http/path-id.ts";
import { Failure } from "../../../lib/failure.ts";
import { parseId } from "../../../lib/ids.ts";
import { type Console, type ConsoleContext, page, scopeIn } from "../../app-env.tsx";
import { Card } from "../../components/boxes.tsx";
import { Button, Confirm } from "../../components/buttons.tsx";
import { TextField } from "../../components/form.tsx";
import { personPath } from "../../components/names.ts";
import { Facts, Id, Notice, Time } from "../../components/text.tsx";
import { faultsOfForm, NO_FAULTS } from "../../faults.ts";
import { fieldsOf } from "../../fields.ts";
import { checkedBy } from "../../input.ts";
import type { PageProps } from "../../layout/page.tsx";
import { done, noticeIn } from "../../notices.ts";
import { viewerOf } from "../../viewer.ts";
import { AddressFields, fieldOfFault, givenIn, type TypedChat } from "./form.tsx";
import { KINDS } from "./kinds.ts";
import { chatPath, CHATS, directs, pathForChats } from "./owner.ts";
import { Broken, ChatState } from "./state.tsx";

const idOf = pathIdOf("chat connection", (text) => (parseId("con", text) === null ? null : text));
const idIn = (c: ConsoleContext): string => idOf(c.req.param("id") ?? "");

/** What the page says besides the connection. */
interface Told {
  notice: PageProps["notice"];
  typed?: TypedChat;
  /** Whether it answers a form, so that a reload leads to the connection itself. */
  isAnswer?: boolean;
}

const show = (c: ConsoleContext, connection: ChatConnection, told: Told): Promise<Response> => {
  const { id, kind, name, target } = connection;
  const typed = told.typed ?? { kind, name, given: { channel: target ?? undefined }, faults: NO_FAULTS };
  const mayDirect = directs(c, ownerOf(connection));
  return page(
    c,
    {
      title: name,
      section: CHATS,
      crumb: { href: pathForChats(CHATS, ownerOf(connection)), name: "Chats" },
      notice: told.notice,
      address: told.isAnswer === true ? chatPath(id) : undefined,
      actions: <Actions connection={connection} mayDirect={mayDirect} />,
      children: (
        <>
          <Broken connection={connection} />
          <div class="two">
            {mayDirect ? <ChangeCard id={id} typed={typed} /> : <NotMine />}
            <About c={c} connection={connection} />
          </div>
        </>
      ),
    },
    typed.faults === NO_FAULTS ? 200 : 400,
  );
};

const Actions = ({
  connection: { id, paused_at },
  mayDirect,
}: {
  connection: ChatConnection;
  mayDirect: boolean;
}) => (
  <>
    {mayDirect && (
      <>
        <form method="post" action={chatPath(id, "/test")}>
          <Button look="primary">Send a test</Button>
        </form>
        <form method="post" action={chatPath(id, paused_at === null ? "/pause" : "/resume")}>
          <Button>{paused_at === null ? "Pause" : "Resume"}</Button>
        </form>
      </>
    )}
    <Confirm id="delete" action={chatPath(id, "/delete")} label="Delete" title="Delete this connection?">
      <p>Messages that still wait for it are not sent. Events that name it reach it no more.</p>
    </Confirm>
  </>
);

const NotMine = () => (
  <Card title="Change it">
    <p>Only the person can say where their messages go. You may delete the connection.</p>
  </Card>
);

const ChangeCard = ({ id, typed: { kind, name, given, faults } }: { id: string; typed: TypedChat }) => (
  <Card title="Change it">
    <form class="form" method="post" action={chatPath(id)}>
      {faults.others.length > 0 && (
        <Notice tone="bad">
          {faults.others.map((text) => (
            <p>{text}</p>
          ))}
        </Notice>
      )}
      <TextField name="name" label="Name" required value={name} fault={faults.of.get("name")} />
      <AddressFields kind={kind} given={given} faults={faults} keeps />
      <div class="row">
        <Button>Save</Button>
      </div>
    </form>
  </Card>
);

const About = ({ c, connection }: { c: ConsoleContext; connection: ChatConnection }) => {
  const { id, kind, user_id, org_id, target, hint, broken_at, created_at, updated_at } = connection;
  const viewer = viewerOf(c);
  return (
    <Card title="About it">
      <Facts
        facts={[
          ["State", <ChatState connection={connection} />],
          ["Refuses since", broken_at && <Time at={broken_at} viewer={viewer} />],
          ["Chat", KINDS[kind]],
          ["Channel", target && <code>{target}</code>],
          ["Secret", <code>{hint}</code>],
          ["Organization", org_id],
          ["Person", user_id && <a href={personPath(user_id)}>{user_id}</a>],
          ["Made", <Time at={created_at} viewer={viewer} />],
          ["Changed", <Time at={updated_at} viewer={viewer} />],
          ["Id", <Id id={id} />],
        ]}
      />
      {org_id !== null && (
        <p class="small muted">
          An event reaches it by <code>recipients.connections</code>, with this id.
        </p>
      )}
    </Card>
  );
};

/** Sends a test, waits for the answer, and tells it. Two round trips. */
async function test(c: ConsoleContext): Promise<Response> {
  const [ctx, scope, id] = [c.get("ctx"), scopeIn(c), idIn(c)];
  try {
    await countChange(c);
    const keeper = keeperOf(c.get("principal"));
    const { outcome, connection } = await tryConnection(ctx, c.get("deps").fetch, authorOf(c), keeper, id);
    const notice =
      "code" in outcome
        ? ({ tone: "bad", text: `The test has not arrived. ${outcome.message}` } as const)
        : ({ tone: "good", text: "The test has arrived: look there." } as const);
    return await show(c, connection, { notice, isAnswer: true });
  } catch (error) {
    if (!(error instanceof Failure) || error.problem !== "rate_limited") throw error;
    const notice = { tone: "warn", text: `No test is sent. ${error.detail}` } as const;
    return show(c, await readConnection(ctx, scope, id), { notice, isAnswer: true });
  }
}

/** Changes what was typed. An empty field stays. At most three round trips. */
async function save(c: ConsoleContext): Promise<Response> {
  const [ctx, scope, id] = [c.get("ctx"), scopeIn(c), idIn(c)];
  const text = await fieldsOf(c);
  const before = await readConnection(ctx, scope, id);
  if (!directs(c, ownerOf(before))) throw notDirected();
  const { kind, target } = before;
  const name = text("name").trim();
  const { channel, ...secrets } = givenIn(kind, text);
  const given = { ...secrets, ...(channel !== undefined && channel !== target && { channel }) };
  try {
    checkedBy(change, { name, ...given });
    await countChange(c);
    await changeConnection(ctx, authorOf(c), keeperOf(c.get("principal")), id, { name, given });
  } catch (error) {
    const faults = faultsOfForm(error, fieldOfFault(kind));
    return show(c, before, {
      notice: { tone: "bad", text: "It is not saved: something has to be mended." },
      typed: { kind, name, given: { channel }, faults },
    });
  }
  return done(c, chatPath(id), "saved");
}

export function register(pages: Console): void {
  pages.get("/chats/:id", async (c) =>
    show(c, await readConnection(c.get("ctx"), scopeIn(c), idIn(c)), { notice: noticeIn(c) }),
  );
  pages.post("/chats/:id", save);
  pages.post("/chats/:id/test", test);

  for (const [action, paused] of [
    ["pause", true],
    ["resume", false],
  ] as const)
    pages.post(`/chats/:id/${action}`, async (c) => {
      const id = idIn(c);
      await countChange(c);
      const keeper = keeperOf(c.get("principal"));
      await changeConnection(c.get("ctx"), authorOf(c), keeper, id, { paused, given: {} });
      return done(c, chatPath(id), paused ? "paused" : "resumed");
    });

  pages.post("/chats/:id/delete", async (c) => {
    const connection = await readConnection(c.get("ctx"), scopeIn(c), idIn(c));
    await countChange(c);
    await removeConnection(c.get("ctx"), authorOf(c), scopeIn(c), connection.id);
    return done(c, pathForChats(CHATS, ownerOf(connection)), "deleted");
  });
}
