import { sendInput } from "../../../api/events/send-input.ts";
import { actorOf } from "../../../auth/principal.ts";
import type { Event } from "../../../db/schema/index.ts";
import { countedOf } from "../../../events/read.ts";
import { sendEvent, type Sent } from "../../../events/send.ts";
import { idAfter, idCursor, paginateById } from "../../../http/id-cursor.ts";
import { ownerField } from "../../../http/owner.ts";
import { directoryId } from "../../../http/schemas.ts";
import { type IdempotencyKey, keyOf } from "../../../idempotency/once.ts";
import { Failure, type FieldError } from "../../../lib/failure.ts";
import { printId } from "../../../lib/ids.ts";
import { ownerOf } from "../../../preferences/owner.ts";
import { type OwnTypeData, readOwnType } from "../../../types/own-type.ts";
import { listOwnTypes, readType } from "../../../types/read.ts";
import { z } from "zod";
import { type Console, type ConsoleContext, page, scopeIn } from "../../app-env.tsx";
import { Card, Pager, Table } from "../../components/boxes.tsx";
import { Button } from "../../components/buttons.tsx";
import { TextField } from "../../components/form.tsx";
import { channelName } from "../../components/names.ts";
import { Empty, Notice } from "../../components/text.tsx";
import { fieldsOf } from "../../fields.ts";
import { queryIn } from "../../input.ts";
import { done } from "../../notices.ts";
import { nameOfOwner, ownOf, pathFor, queryFor } from "../../owner.ts";
import { viewerOf } from "../../viewer.ts";
import { bodyOf, type Draft, draftIn } from "./draft.ts";
import { DryRun } from "./dry-run.tsx";
import { firstData } from "./sample.ts";
import { SendForm } from "./send-form.tsx";

const EVENTS = "/console/events";
const PATH = `${EVENTS}/new`;
const LIMIT = 25;
const query = z.object({ ...ownerField, type: directoryId.optional(), cursor: idCursor });

/** The first step: of what type it is. One round trip. */
async function chooseType(c: ConsoleContext, orgId: string | undefined, cursor: string | undefined) {
  const scope = scopeIn(c);
  const owner = ownerOf(scope, orgId);
  const found = await listOwnTypes(c.get("ctx"), scope, owner, { after: idAfter(cursor), limit: LIMIT });
  const { rows, pagination } = paginateById(LIMIT, found, ({ data }) => data.id);
  const { next_cursor } = pagination;
  return page(c, {
    title: "Send an event",
    section: EVENTS,
    crumb: { href: EVENTS, name: "Events" },
    lead: `On behalf of ${nameOfOwner(owner)}. What has happened?`,
    children: (
      <>
        <form class="filters" method="get" action={PATH}>
          <TextField
            name="org_id"
            label="On behalf of the organization"
            value={orgId}
            hint={`Empty: ${ownOf(scope)}.`}
          />
          <Button>Show its types</Button>
        </form>
        <Card flush>
          {rows.length > 0 ? (
            <Table
              label="List of types"
              rows={rows}
              columns={[
                {
                  head: "Type",
                  cell: ({ data }) => <a href={pathFor(PATH, owner, { type: data.id })}>{data.name}</a>,
                },
                { head: "Id", cell: ({ data }) => <code>{data.id}</code> },
                {
                  head: "Channels",
                  cell: ({ data }) => data.channels.map(({ channel }) => channelName(channel)).join(", "),
                },
                { head: "Of", cell: ({ data }) => nameOfOwner(data.org_id) },
              ]}
            />
          ) : (
            <Empty title="There is no type of your own yet">
              An event is of a type of your own. <a href={pathFor("/console/types", owner)}>Write one</a> and
              its words first.
            </Empty>
          )}
          <Pager
            path={PATH}
            first={pathFor(PATH, owner)}
            isFirst={cursor === undefined}
            next={next_cursor === undefined ? null : queryFor(owner, { cursor: next_cursor })}
            names={["First", "Next"]}
          />
        </Card>
      </>
    ),
  });
}

/** What is beside the form. */
type Outcome =
  | { kind: "none" }
  | { kind: "faults"; faults: readonly FieldError[]; told: string }
  /** The event of a dry run, or the one that has the key already. */
  | { kind: "tried"; event: Event };

/** The second step: the form, and what came of it. */
async function showForm(c: ConsoleContext, draft: Draft, type: OwnTypeData, outcome: Outcome) {
  const isTried = outcome.kind === "tried" && outcome.event.dry_run;
  const form = (
    <SendForm
      draft={draft}
      faults={outcome.kind === "faults" ? outcome.faults : []}
      type={type}
      token={c.get("deps").ids.uuid()}
      viewer={viewerOf(c)}
      scope={scopeIn(c)}
      isTried={isTried}
    />
  );
  return page(
    c,
    {
      title: `Send: ${type.name}`,
      section: EVENTS,
      crumb: { href: pathFor(PATH, draft.org), name: "Choose another type" },
      lead: `On behalf of ${draft.org === "" ? ownOf(scopeIn(c)) : draft.org}.`,
      notice: outcome.kind === "faults" ? { tone: "bad", text: outcome.told } : null,
      children:
        outcome.kind !== "tried" ? (
          form
        ) : (
          <div class="two">
            {form}
            {outcome.event.dry_run ? (
              <DryRun
                seen={{ event: outcome.event, ...(await countedOf(c.get("ctx"), outcome.event)) }}
                now={c.get("ctx").clock.now()}
              />
            ) : (
              <Notice tone="warn" title="This key is taken">
                <a href={`${EVENTS}/${printId("evt", outcome.event.id)}`}>An event with it</a> has been sent:
                sending this one would do nothing.
              </Notice>
            )}
          </div>
        ),
    },
    outcome.kind === "faults" ? 400 : 200,
  );
}

const emptyDraft = (type: OwnTypeData, org: string): Draft => ({
  type: type.id,
  org,
  to: "users",
  users: "",
  topic: "",
  toOrg: "",
  withSubOrgs: false,
  data: firstData(type),
  key: "",
  sendAt: "",
  expiresAt: "",
  actor: "",
  channels: type.channels.map(({ channel }) => channel),
});

/** Of a form that is sent twice, the second one is answered with what the first one made. */
const keyFor = (c: ConsoleContext, token: string, body: object): Promise<IdempotencyKey> =>
  keyOf([actorOf(c.get("principal")), PATH, token], body, c.get("ctx").clock.now());

/** @returns the event, or what keeps it from being sent @throws Failure that is about no field */
async function trySend(
  c: ConsoleContext,
  draft: Draft,
  token: string,
  isDryRun: boolean,
): Promise<Sent | FieldFaults> {
  const made = bodyOf(draft, viewerOf(c), isDryRun);
  if ("faults" in made) return { faults: made.faults, told: FAULTY };
  const { types } = c.get("deps");
  const scope = scopeIn(c);
  const key = await keyFor(c, token, made.body);
  try {
    return await sendEvent(
      c.get("ctx"),
      scope,
      actorOf(c.get("principal")),
      key,
      sendInput(made.body, scope),
      (type) => types.get(type) !== undefined,
    );
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.problem === "idempotency_key_reused") return { faults: [], told: REUSED };
    if (error.options.errors === undefined) throw error;
    return { faults: [...error.options.errors], told: FAULTY };
  }
}

interface FieldFaults {
  faults: readonly FieldError[];
  told: string;
}

const FAULTY = "It is not sent: some fields are missing or wrong.";
const REUSED =
  "This form had been sent before, and was changed since. Nothing more is sent: look at it, and try again.";

export function register(pages: Console): void {
  pages.get("/events/new", async (c) => {
    const { type, org_id, cursor } = queryIn(c, query);
    if (type === undefined) return chooseType(c, org_id, cursor);
    const scope = scopeIn(c);
    const { data } = await readType(c.get("ctx"), scope, ownerOf(scope, org_id), type);
    return showForm(c, emptyDraft(data, org_id ?? ""), data, { kind: "none" });
  });

  pages.post("/events/new", async (c) => {
    const text = await fieldsOf(c);
    const draft = draftIn(text);
    const isDryRun = text("do") !== "send";
    const sent = await trySend(c, draft, text("token"), isDryRun);
    if ("faults" in sent) {
      const scope = scopeIn(c);
      const owner = ownerOf(scope, draft.org === "" ? undefined : draft.org);
      const { data } = await readType(c.get("ctx"), scope, owner, draft.type);
      return showForm(c, draft, data, { kind: "faults", ...sent });
    }
    const { event, replayed } = sent;
    if (isDryRun) return showForm(c, draft, readOwnType(event.type_data), { kind: "tried", event });
    return done(c, `${EVENTS}/${printId("evt", event.id)}`, replayed ? "repeated" : "sent");
  });
}
