import type { TokenPrincipal } from "../../../auth/principal.ts";
import { connectionsOfPerson } from "../../../channels/chat/of-person.ts";
import { liftSuppression, suppressionsOfUser } from "../../../channels/email/suppressions.ts";
import { eraseUser } from "../../../directory/erase-user.ts";
import { readPerson } from "../../../directory/person.ts";
import { type Subject, subjectOf } from "../../../directory/subject.ts";
import { OPERATOR_ROLES, requireToken } from "../../../http/access.ts";
import { answerExport } from "../../../http/answer-export.ts";
import { authorOf } from "../../../http/author.ts";
import { Failure, notFound } from "../../../lib/failure.ts";
import { parseId, printId } from "../../../lib/ids.ts";
import { isWellFormedId } from "../../../lib/text.ts";
import { selectDispatches } from "../../../log/list.ts";
import { withheldFrom } from "../../../log/withheld/list.ts";
import { changeMatrix, readMatrix } from "../../../preferences/matrix.ts";
import { type Console, type ConsoleContext, page } from "../../app-env.tsx";
import { Card } from "../../components/boxes.tsx";
import { Button, ButtonLink } from "../../components/buttons.tsx";
import { personPath } from "../../components/names.ts";
import { Empty, Notice } from "../../components/text.tsx";
import { faultsOfForm } from "../../faults.ts";
import { fieldsOf } from "../../fields.ts";
import type { PageProps } from "../../layout/page.tsx";
import { done, noticeIn } from "../../notices.ts";
import { viewerOf } from "../../viewer.ts";
import { directs } from "../chats/owner.ts";
import { MessageTable } from "../messages/table.tsx";
import { DevicesCard, FactsCard, SuppressionCard, TopicsCard, WithheldCard } from "./cards.tsx";
import { ChatsCard } from "./chats-card.tsx";
import { Erase } from "./erase.tsx";
import { obstaclesOf } from "./obstacles.ts";
import { changesIn, choiceFor, PreferencesCard, type RefusedChoices } from "./preferences.tsx";
import { hoursIn, QuietHoursCard, refusedHours, type RefusedHours, typedHours } from "./quiet-hours.tsx";

/** Messages that the page shows, and how many days of what was never made. */
const LATEST = 10;
const WITHHELD_DAYS = 30;
const MOST_WITHHELD = 20;

/** Whose page it is. @throws 404 for what is no id */
function subjectIn(c: ConsoleContext): Subject {
  const id = c.req.param("id") ?? "";
  if (!isWellFormedId(id)) throw notFound("user");
  return subjectOf(requireToken(c.get("principal")), id);
}

const isOperator = ({ role }: TokenPrincipal): boolean => OPERATOR_ROLES.some((one) => one === role);

/** What only those who operate the service may do, as by the API. @throws 403 */
function requireOperator(c: ConsoleContext): void {
  const { role } = requireToken(c.get("principal"));
  if (!OPERATOR_ROLES.some((one) => one === role))
    throw new Failure("forbidden", `This is for ${OPERATOR_ROLES.join(", ")}; your role is ${role}.`);
}

const categoriesIn = (c: ConsoleContext): string[] => c.get("deps").types.all.map(({ category }) => category);

export function register(pages: Console): void {
  pages.get("/people/:id", (c) => show(c));

  // It writes an entry of the audit log, so no link of another site may lead here.
  pages.post("/people/:id/export", (c) => answerExport(c, subjectIn(c)));

  pages.post("/people/:id/preferences", async (c) => {
    const subject = subjectIn(c);
    const cells = changesIn((await fieldsOf(c)).entries());
    try {
      await changeMatrix(c.get("ctx"), subject, { cells }, categoriesIn(c));
    } catch (error) {
      return show(c, { status: statusOf(error), choices: { cells, faults: faultsOfForm(error, choiceFor) } });
    }
    return done(c, personPath(subject.id), "saved");
  });

  pages.post("/people/:id/quiet-hours", async (c) => {
    const subject = subjectIn(c);
    const typed = typedHours(await fieldsOf(c));
    try {
      const change = { cells: {}, quietHours: hoursIn(typed) };
      await changeMatrix(c.get("ctx"), subject, change, categoriesIn(c));
    } catch (error) {
      return show(c, { status: 400, hours: refusedHours(typed, error) });
    }
    return done(c, personPath(subject.id), "saved");
  });

  pages.post("/people/:id/lift", async (c) => {
    requireOperator(c);
    const { id } = subjectIn(c);
    const suppression = parseId("sup", (await fieldsOf(c))("suppression"));
    if (suppression === null) throw notFound("suppression");
    await liftSuppression(c.get("ctx"), suppression, authorOf(c));
    return done(c, personPath(id), "lifted");
  });

  pages.post("/people/:id/erase", async (c) => {
    requireOperator(c);
    const { id } = subjectIn(c);
    const confirmed = (await fieldsOf(c))("confirmed");
    if (confirmed.trim() !== id) return show(c, { status: 400, confirmed });
    await eraseUser(c.get("ctx"), authorOf(c), id);
    return done(c, "/console/people", "erased");
  });
}

/** A form of the page that was refused: what was typed stands in it again, with what is wrong. */
interface Refused {
  status: 400 | 409;
  choices?: RefusedChoices;
  hours?: RefusedHours;
  /** What was typed as the id of the person to erase. */
  confirmed?: string;
}

const statusOf = (error: unknown): Refused["status"] =>
  error instanceof Failure && error.problem === "conflict" ? 409 : 400;

/** Everything of the page in one round trip. */
async function read(c: ConsoleContext, subject: Subject) {
  const ctx = c.get("ctx");
  const latest = { limit: LATEST, offset: 0, before: null };
  return ctx.db.read({
    person: readPerson(subject),
    matrix: readMatrix(c.get("ctx"), subject, categoriesIn(c)),
    suppressions: suppressionsOfUser(ctx, subject),
    chats: connectionsOfPerson(subject),
    withheld: withheldFrom(ctx, subject.id, WITHHELD_DAYS, MOST_WITHHELD),
    messages: selectDispatches(ctx, subject.scope, { userId: subject.id }, latest).rows,
  });
}

async function show(c: ConsoleContext, refused: Refused | null = null): Promise<Response> {
  const subject = subjectIn(c);
  const { id } = subject;
  const { person, matrix, suppressions, chats, withheld, messages } = await read(c, subject);
  if (person === null) {
    // Messages may go to users whom the directory does not know yet; but not in an organization.
    if (subject.scope.kind !== "all" || messages.length === 0) throw notFound("user");
  }
  const viewer = viewerOf(c);
  const mayOperate = isOperator(requireToken(c.get("principal")));
  const path = personPath(id);
  const obstacles = person === null ? [] : obstaclesOf(person, matrix, suppressions, chats);
  const props: PageProps = {
    title: person?.user.name ?? id,
    section: "/console/people",
    crumb: { href: "/console/people", name: "People" },
    notice:
      refused === null
        ? noticeIn(c)
        : { tone: "bad", text: "Nothing is changed: something has to be mended." },
    actions: (
      <>
        <ButtonLink href={`/console/explain?user_id=${encodeURIComponent(id)}`}>
          Why do they get nothing?
        </ButtonLink>
        <form method="post" action={`${path}/export`}>
          <Button>Export</Button>
        </form>
        {mayOperate && <Erase id={id} path={path} typed={refused?.confirmed} />}
      </>
    ),
    children: (
      <>
        {person === null && (
          <Notice tone="warn" title="The directory does not know this user">
            Messages wait, or fail, until it does.
          </Notice>
        )}
        {obstacles.length > 0 && (
          <Notice tone="warn" title="What keeps messages away">
            <ul>
              {obstacles.map(({ title, mend }) => (
                <li>
                  {title}. <span class="muted">{mend}</span>
                </li>
              ))}
            </ul>
          </Notice>
        )}
        <div class="two">
          <div class="stack">
            <Card
              title="Latest messages"
              flush
              actions={<a href={`/console/messages?q=${encodeURIComponent(id)}`}>All messages</a>}
            >
              {messages.length === 0 ? (
                <Empty title="No messages yet">Nothing was sent to this person, or it is too old.</Empty>
              ) : (
                <MessageTable
                  label="List of the latest messages"
                  messages={messages.slice(0, LATEST)}
                  viewer={viewer}
                  isOfOne
                />
              )}
            </Card>
            {matrix !== null && (
              <>
                <PreferencesCard matrix={matrix} action={`${path}/preferences`} refused={refused?.choices} />
                <QuietHoursCard matrix={matrix} action={`${path}/quiet-hours`} refused={refused?.hours} />
              </>
            )}
            <WithheldCard withheld={withheld} days={WITHHELD_DAYS} />
          </div>
          <div class="stack">
            {suppressions.map((suppression) => (
              <SuppressionCard
                suppression={suppression}
                viewer={viewer}
                lift={mayOperate ? { action: `${path}/lift`, id: printId("sup", suppression.id) } : null}
              />
            ))}
            {person !== null && (
              <>
                <FactsCard person={person} viewer={viewer} />
                <DevicesCard devices={person.devices} viewer={viewer} />
                <ChatsCard
                  userId={id}
                  connections={chats}
                  viewer={viewer}
                  mayAdd={directs(c, { userId: id })}
                />
                <TopicsCard topics={person.topics} />
              </>
            )}
          </div>
        </div>
      </>
    ),
  };
  return page(c, props, refused?.status ?? 200);
}
