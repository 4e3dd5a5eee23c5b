import { CHANNELS } from "../../../db/schema/index.ts";
import { explain, type Explanation } from "../../../explain/explain.ts";
import { Failure, type FieldError, notFound, PROBLEMS } from "../../../lib/failure.ts";
import { type Console, type ConsoleContext, page, scopeIn } from "../../app-env.tsx";
import { Card } from "../../components/boxes.tsx";
import { Button } from "../../components/buttons.tsx";
import { Select, TextArea, TextField } from "../../components/form.tsx";
import { channelName, personPath, typePath } from "../../components/names.ts";
import { Empty, Notice } from "../../components/text.tsx";
import { type Fields, fieldsOf, queryOf } from "../../fields.ts";
import { toldAt } from "../../input.ts";
import { previewed } from "../../security.ts";
import { type Viewer, viewerOf } from "../../viewer.ts";
import { messagePath } from "../message/path.ts";
import { Explained } from "./panel.tsx";
import { type Asked, askedIn, type FieldName, isPrivate, queryFor } from "./question.ts";
import { type Frame, htmlOf, Rendering } from "./rendering.tsx";

const PATH = "/console/explain";

const askedOf = (c: ConsoleContext, fields: Fields): Asked =>
  askedIn(fields, viewerOf(c).zone, c.get("ctx").clock.now());

export function register(pages: Console): void {
  pages.get("/explain", (c) => show(c, askedOf(c, queryOf(c))));

  pages.post("/explain", async (c) => {
    const asked = askedOf(c, await fieldsOf(c));
    if (asked.question === null || isPrivate(asked)) return show(c, asked);
    return c.redirect(`${PATH}?${queryFor(asked).toString()}`, 303);
  });

  pages.get("/explain/preview", (c) => preview(c, askedOf(c, queryOf(c))));
  // Into a frame: what is asked may be of an address, or with data, which stay out of every URL.
  pages.post("/explain/preview", async (c) => preview(c, askedOf(c, await fieldsOf(c))));
}

async function preview(c: ConsoleContext, asked: Asked): Promise<Response> {
  const found = await answer(c, asked);
  const html = found?.channels.map(htmlOf).find((one) => one !== null);
  if (html == null) throw notFound("preview");
  return previewed(c, html);
}

/** What the rules say; null where nothing is asked. @throws as `explain` */
async function answer(c: ConsoleContext, { question, at }: Asked): Promise<Explanation | null> {
  if (question === null) return null;
  const ctx = c.get("ctx");
  const then = at === null ? null : Math.max(at, ctx.clock.now());
  return explain(ctx, c.get("deps").types, scopeIn(c), question, then);
}

/** The field to which a fault of `explain` belongs. */
const fieldOf = (pointer: string): FieldName | null =>
  pointer === "/channel" ? "channel" : pointer === "/data" || pointer.startsWith("/data/") ? "data" : null;

/** The first faults of a field, with the places within it. */
function namedFaults(errors: Iterable<FieldError>): Asked["faults"] {
  const all = [...errors];
  return Object.fromEntries(
    all.flatMap(({ pointer }) => {
      const field = fieldOf(pointer);
      return field === null ? [] : [[field, toldAt(all, `/${field}`)] as const];
    }),
  );
}

type Status = 200 | 400 | 403 | 404;

/** What came of a question: an answer, or what is wrong with it. */
async function answerOrWhy(
  c: ConsoleContext,
  asked: Asked,
): Promise<{ found: Explanation | null; asked: Asked; status: Status; refusal: string | null }> {
  const isWrong = Object.keys(asked.faults).length > 0;
  try {
    return { found: await answer(c, asked), asked, status: isWrong ? 400 : 200, refusal: null };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { status } = PROBLEMS[error.problem];
    if (status !== 400 && status !== 403 && status !== 404) throw error;
    const faults = namedFaults(error.options.errors ?? []);
    const refusal = Object.keys(faults).length > 0 ? null : error.detail;
    return { found: null, asked: { ...asked, faults }, status, refusal };
  }
}

async function show(c: ConsoleContext, given: Asked): Promise<Response> {
  const { found, asked, status, refusal } = await answerOrWhy(c, given);
  const viewer = viewerOf(c);
  return page(
    c,
    {
      title: "Explain",
      section: PATH,
      lead: "Why does somebody get a message, or not? Nothing is sent: the rules of sending are asked.",
      notice: refusal === null ? null : { tone: "bad", text: refusal },
      children: (
        <>
          <QuestionForm asked={asked} viewer={viewer} />
          {found === null ? (
            <Card>
              <Empty title={status === 200 ? "What do you want to know?" : "There is no answer yet"}>
                Name a type and a person: then every rule says what it would do with such a message. Or give
                the id of a message.
              </Empty>
            </Card>
          ) : (
            <Answer found={found} asked={asked} viewer={viewer} />
          )}
        </>
      ),
    },
    status,
  );
}

const QuestionForm = ({ asked: { typed, faults }, viewer }: { asked: Asked; viewer: Viewer }) => (
  <Card>
    <form class="form" method="post" action={PATH}>
      <div class="filters">
        <TextField
          name="what"
          label="Type, or id of a message"
          value={typed.what}
          fault={faults.what}
          search
          required
          placeholder="certification_reminder"
        />
        <TextField name="user_id" label="To (id of the user)" value={typed.user_id} fault={faults.user_id} />
      </div>
      <div class="filters">
        <Select
          name="channel"
          label="Channel"
          value={typed.channel}
          fault={faults.channel}
          options={[
            ["", "Each of the type"],
            ...CHANNELS.map((channel) => [channel, channelName(channel)] as const),
          ]}
        />
        <TextField
          name="org_id"
          label="Type of (organization)"
          value={typed.org_id}
          fault={faults.org_id}
          placeholder="The user's"
        />
        <TextField
          type="datetime-local"
          name="at"
          label={`When (${viewer.zone})`}
          value={typed.at}
          fault={faults.at}
        />
        <Button look="primary">Explain</Button>
      </div>
      <details class="more" open={typed.data !== "" || faults.data !== undefined}>
        <summary>With data of your own</summary>
        <TextArea
          name="data"
          label="Data"
          value={typed.data}
          fault={faults.data}
          hint="JSON that fits the type's schema. Left empty: the type's sample."
          code
          rows={6}
        />
      </details>
    </form>
  </Card>
);

const Answer = ({ found, asked, viewer }: { found: Explanation; asked: Asked; viewer: Viewer }) => {
  const { userId, type, dispatch, channels } = found;
  const orgId = asked.typed.org_id === "" ? found.orgId : asked.typed.org_id;
  return (
    <>
      <Notice tone="info">
        <p>
          {dispatch === null ? (
            <>
              A message of <a href={typePath(type, orgId)}>{type}</a>
            </>
          ) : (
            <a href={messagePath(dispatch.id)}>This message</a>
          )}{" "}
          to <a href={personPath(userId)}>{userId}</a>
          {dispatch === null &&
            (asked.typed.data === ""
              ? ", with the sample of its type as data"
              : ", with the data of the form")}
          .
        </p>
      </Notice>
      {channels.map((explained) => (
        <div class="two">
          <Card title={channelName(explained.channel)}>
            <Explained explained={explained} subject={{ userId, type, orgId }} viewer={viewer} />
          </Card>
          <Card title={`As it would look: ${channelName(explained.channel).toLowerCase()}`} flush>
            <Rendering explained={explained} frame={frameOf(asked, explained.channel)} />
          </Card>
        </div>
      ))}
    </>
  );
};

/** Where the HTML of an e-mail is: at an address, or as the answer to a form. */
function frameOf(asked: Asked, channel: string): Frame {
  const query = queryFor(asked);
  if (asked.question?.kind === "type") query.set("channel", channel);
  const path = `${PATH}/preview`;
  return isPrivate(asked)
    ? { action: path, fields: Object.fromEntries(query) }
    : { src: `${path}?${query.toString()}` };
}
