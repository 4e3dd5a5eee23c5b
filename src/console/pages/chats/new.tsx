import { body } from "../../../api/chat-connections/schemas.ts";
import { keeperOf } from "../../../api/chat-connections/owner.ts";
import { type Created, createConnection } from "../../../channels/chat/connections.ts";
import { type ChatOwner, notDirected } from "../../../channels/chat/owner.ts";
import { authorOf } from "../../../http/author.ts";
import { countChange } from "../../../http/count-change.ts";
import { Failure, invalid } from "../../../lib/failure.ts";
import { keysOf } from "../../../lib/objects.ts";
import { type Console, type ConsoleContext, page } from "../../app-env.tsx";
import { Card } from "../../components/boxes.tsx";
import { Button } from "../../components/buttons.tsx";
import { Choice, TextField } from "../../components/form.tsx";
import { SecretCard } from "../../components/secret.tsx";
import { Notice } from "../../components/text.tsx";
import { faultsOfForm, NO_FAULTS } from "../../faults.ts";
import { fieldsOf } from "../../fields.ts";
import { checkedBy } from "../../input.ts";
import { done } from "../../notices.ts";
import { AddressFields, fieldOfFault, givenIn, kindIn, NEW, type TypedChat } from "./form.tsx";
import { KINDS } from "./kinds.ts";
import { chatOwnerIn, chatPath, CHATS, directs, pathForChats } from "./owner.ts";

/** Whose the new connection is. @throws 400 where nobody is named */
function ownerIn(c: ConsoleContext): ChatOwner {
  const owner = chatOwnerIn(c);
  if (owner === null) throw invalid([{ pointer: "org_id", detail: "name an organization" }]);
  return owner;
}

const showNew = (
  c: ConsoleContext,
  owner: ChatOwner,
  { kind: chosen, name, given, faults }: TypedChat,
): Promise<Response> =>
  page(
    c,
    {
      title: "Connect a chat",
      section: CHATS,
      crumb: { href: pathForChats(CHATS, owner), name: "Chats" },
      lead: "orgId" in owner ? `Of ${owner.orgId}.` : `Of ${owner.userId}.`,
      notice:
        faults === NO_FAULTS
          ? null
          : { tone: "bad", text: "It is not connected: something has to be mended." },
      children: (
        <>
          {c.get("deps").config.secretsKeys === null && (
            <Notice tone="bad" title="This service cannot store secrets yet.">
              Its operator must set <code>SECRETS_KEY</code>: the settings say how.
            </Notice>
          )}
          <Card>
            <form class="form" method="post" action={pathForChats(`${CHATS}/new`, owner)}>
              {faults.others.length > 0 && (
                <Notice tone="bad">
                  {faults.others.map((text) => (
                    <p>{text}</p>
                  ))}
                </Notice>
              )}
              <TextField
                name="name"
                label="Name"
                required
                value={name}
                fault={faults.of.get("name")}
                hint="How you know it, such as #ops."
              />
              <Choice
                name="kind"
                legend="Which chat"
                value={chosen}
                options={keysOf(KINDS).map((kind) => ({
                  value: kind,
                  label: KINDS[kind],
                  fields: (
                    <AddressFields
                      kind={kind}
                      given={kind === chosen ? given : {}}
                      faults={kind === chosen ? faults : NO_FAULTS}
                    />
                  ),
                }))}
              />
              <p class="small muted">
                Tokens and URLs are stored sealed, and never shown again. Nothing is sent yet.
              </p>
              <div class="row">
                <Button look="primary">Connect it</Button>
              </div>
            </form>
          </Card>
        </>
      ),
    },
    faults === NO_FAULTS ? 200 : 400,
  );

export function register(pages: Console): void {
  pages.get("/chats/new", (c) => {
    const owner = ownerIn(c);
    if (!directs(c, owner)) throw notDirected();
    return showNew(c, owner, NEW);
  });

  pages.post("/chats/new", async (c) => {
    const owner = ownerIn(c);
    const text = await fieldsOf(c);
    const kind = kindIn(text);
    const [name, given] = [text("name").trim(), givenIn(kind, text)];
    let made: Created;
    try {
      checkedBy(body, { kind, name, ...given });
      await countChange(c);
      const keeper = keeperOf(c.get("principal"));
      made = await createConnection(c.get("ctx"), authorOf(c), keeper, { owner, kind, name, given });
    } catch (error) {
      if (error instanceof Failure && error.problem === "forbidden") throw error;
      return showNew(c, owner, { kind, name, given, faults: faultsOfForm(error, fieldOfFault(kind)) });
    }
    const path = chatPath(made.connection.id);
    if (made.signingSecret === null) return done(c, path, "connected");
    return page(c, {
      title: "The chat is connected",
      section: CHATS,
      crumb: { href: path, name: made.connection.name },
      address: path,
      children: (
        <SecretCard secret={made.signingSecret} next={{ href: path, name: "Go to the connection" }}>
          <p>Give it to your program, then send a test. The calls are signed as Standard Webhooks says.</p>
        </SecretCard>
      ),
    });
  });
}
