import { eventData } from "../../../api/events/schemas.ts";
import { checkedFor, requireChannel, showFound, showWords, writeWords } from "../../../api/wordings/words.ts";
import { inScheme } from "../../../content/in-scheme.ts";
import { authorOf } from "../../../http/author.ts";
import { fieldErrors } from "../../../http/field-errors.ts";
import { Failure, invalid, notFound } from "../../../lib/failure.ts";
import { isObject, parseObject } from "../../../lib/objects.ts";
import { directoryId } from "../../../lib/text.ts";
import { z } from "zod";
import { readForEditing, type VersionHead } from "../../../wordings/overview.ts";
import type { WordsPlace } from "../../../wordings/preview-source.ts";
import { type WordedType, wordedType } from "../../../wordings/worded-type.ts";
import { type Console, type ConsoleContext, fragment, page, scopeIn } from "../../app-env.tsx";
import { Card } from "../../components/boxes.tsx";
import { Button, FieldAbout, Select, TextArea, TextField } from "../../components/form.tsx";
import { Badge, Notice } from "../../components/text.tsx";
import { byFirstPart, type Faults, faultsOfForm, NO_FAULTS, told } from "../../faults.ts";
import { done, noticeIn } from "../../notices.ts";
import { previewed } from "../../security.ts";
import { type Fields, fieldsOf } from "../../fields.ts";
import { languageName } from "./one.tsx";
import { FRAME, type Look, PreviewPane } from "./preview-pane.tsx";
import { TestCard, type TypedTest } from "./test-card.tsx";
import { typedJson } from "./type-values.ts";
import { VersionsCard } from "./version-list.tsx";
import { wordsFieldsOf, isBlank, wordsTyped } from "./words-fields.ts";
import { WORDS, type WordsAt, wordsAt } from "./words-place.ts";

/** Versions on a page. */
const VERSIONS = 20;

export function register(pages: Console): void {
  pages.get(WORDS, async (c) => {
    const at = wordsAt(c);
    const worded = await typeOf(c, at);
    return show(c, at, worded, null, NO_FAULTS);
  });

  pages.post(WORDS, async (c) => {
    const at = wordsAt(c);
    const [typed, worded] = [await fieldsOf(c), await typeOf(c, at)];
    const action = typed("action");
    if (action === "preview") return show(c, at, worded, typed, NO_FAULTS);
    const publish = action === "publish";
    const given = wordsTyped(at.id.channel, typed);
    try {
      await writeWords(c.get("ctx"), c.get("deps"), authorOf(c), scopeIn(c), at.id, worded, given, publish);
    } catch (error) {
      return show(c, at, worded, typed, faultsOfForm(error, byFirstPart));
    }
    return done(c, at.path(), publish ? "published" : "saved");
  });

  pages.post(`${WORDS}/preview`, async (c) => {
    const at = wordsAt(c);
    const typed = await fieldsOf(c);
    const { look, faults } = await lookAt(c, at, typed);
    const { channel } = at.id;
    return fragment(
      c,
      <>
        <PreviewPane channel={channel} look={look} />
        {wordsFieldsOf(channel).map(({ name, hint }) => (
          <FieldAbout name={name} hint={hint} fault={faults.of.get(name)} isNews />
        ))}
      </>,
    );
  });

  pages.post(`${WORDS}/frame`, async (c) => {
    const at = wordsAt(c);
    const typed = await fieldsOf(c);
    const { look } = await lookAt(c, at, typed);
    const html = "shown" in look ? (look.shown.preview.html ?? "") : "<head></head>";
    return previewed(c, inScheme(html, typed("scheme") === "dark" ? "dark" : "light"));
  });
}

const typeOf = async (c: ConsoleContext, { id, owner }: WordsAt): Promise<WordedType> => {
  const worded = await wordedType(c.get("ctx"), c.get("deps").types, scopeIn(c), owner.id, id.type);
  requireChannel(worded, id.channel);
  return worded;
};

/** Data as it was typed; undefined for nothing: the type's sample. @throws 400 */
function dataTyped(typed: Fields): Record<string, unknown> | undefined {
  const data = typedJson("data", typed("data"));
  if (data === null) return undefined;
  if (!isObject(data)) throw invalid([{ pointer: "/data", detail: "must be an object" }]);
  const given = { data };
  const parsed = withData.safeParse(given);
  if (parsed.success) return parsed.data.data;
  throw invalid([...fieldErrors(parsed.error, "json", given)]);
}

/** As deep and as large as an event's may be. */
const withData = z.object({ data: eventData });

/** A user's id as it was typed. @throws 400 */
function userTyped(typed: Fields): string | undefined {
  const id = typed("user_id").trim();
  if (id === "") return undefined;
  if (directoryId.safeParse(id).success) return id;
  throw new Failure("invalid_request", "user_id", {
    errors: [{ pointer: "/user_id", detail: "is no id of a user" }],
  });
}

/** What was typed, to be shown; nothing in the fields: what is stored, or inherited. @throws 400 */
const wantedIn = ({ channel }: WordsAt["id"], typed: Fields) => ({
  data: dataTyped(typed),
  ...(!isBlank(channel, typed) && { fields: wordsTyped(channel, typed) }),
});

/** What cannot be drawn: where it is wrong is a part of the answer, since somebody is typing. @throws what is not about it */
function lookOf(error: unknown): { look: Look; faults: Faults } {
  if (error instanceof Failure && error.problem === "not_found")
    return { look: { faults: [error.detail] }, faults: NO_FAULTS };
  const faults = faultsOfForm(error, (pointer) => byFirstPart(pointer.replace(/^\/fields/u, "")));
  return { look: { faults: listOf(error) }, faults };
}

/** Draws what was typed. @throws 404 unless it is the reader who is not there */
async function lookAt(
  c: ConsoleContext,
  { id }: WordsAt,
  typed: Fields,
): Promise<{ look: Look; faults: Faults }> {
  try {
    const wanted = { ...wantedIn(id, typed), userId: userTyped(typed) };
    return {
      look: { shown: await showWords(c.get("ctx"), c.get("deps"), scopeIn(c), id, wanted) },
      faults: NO_FAULTS,
    };
  } catch (error) {
    if (error instanceof Failure && error.problem === "not_found" && !isAboutReader(error)) throw error;
    return lookOf(error);
  }
}

const isAboutReader = ({ detail }: Failure): boolean => detail === notFound("user").detail;

/** What a failure says, for a list. */
const listOf = (error: unknown): string[] => {
  if (!(error instanceof Failure)) return [];
  const errors = [...(error.options.errors ?? [])];
  if (errors.length === 0) return [error.detail];
  return errors.map(({ pointer, detail }) =>
    pointer === "/fields"
      ? detail.replace(/^is required: /u, "There are no words: ")
      : told({ pointer: pointer.replace(/^\/fields/u, ""), detail }),
  );
};

/** The words that stand in the fields at first: the latest of the owner's own. */
function valuesOf({ own }: WordsPlace): Fields {
  const fields = own === null ? {} : parseObject(own.latest_fields);
  return (name) => {
    const text = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return typeof text === "string" ? text : "";
  };
}

/** The page again, with a test that is not sent, and why. */
export async function showTest(c: ConsoleContext, at: WordsAt, test: TypedTest): Promise<Response> {
  return show(c, at, await typeOf(c, at), null, NO_FAULTS, test);
}

/** The page. @param typed null: what is stored stands in the fields */
async function show(
  c: ConsoleContext,
  at: WordsAt,
  worded: WordedType,
  typed: Fields | null,
  faults: Faults,
  test: TypedTest | null = null,
): Promise<Response> {
  const { id } = at;
  const before = /^\d{1,9}$/u.exec(c.req.query("before") ?? "")?.[0];
  const { place, versions, noReader } = await readPage(c, id, typed, before);
  const values = typed ?? valuesOf(place);
  const hasFaults = faults.of.size > 0 || faults.others.length > 0;
  const look: Look = hasFaults
    ? { faults: [...faults.others, ...[...faults.of].map(([name, fault]) => `${name}: ${fault}`)] }
    : (noReader ?? (await draw(c, at, worded, place, typed)));
  return page(
    c,
    {
      title: `${worded.isBuiltIn ? id.type : worded.type.words.en.name}: ${id.channel}, ${id.locale}`,
      section: "/console/types",
      crumb: { href: at.type, name: id.type },
      lead: <Standing place={place} locale={id.locale} />,
      notice: hasFaults
        ? { tone: "bad", text: "It is not saved: something has to be mended." }
        : test !== null
          ? { tone: "bad", text: "The test is not sent: something has to be mended." }
          : noticeIn(c),
      children: (
        <>
          <div class="halves">
            <WordsForm at={at} values={values} faults={faults} worded={worded} />
            <Card
              title="Preview"
              actions={
                id.channel === "email" && (
                  <button
                    class="button quiet small"
                    type="submit"
                    id={FRAME.button}
                    form="words"
                    formaction={at.path("/frame")}
                    formtarget={FRAME.name}
                    formnovalidate
                  >
                    Draw the mail
                  </button>
                )
              }
            >
              <div
                class="stack"
                id="preview"
                hx-post={at.path("/preview")}
                hx-trigger="input from:#words delay:400ms, change from:#words delay:400ms"
                hx-include="#words"
              >
                <PreviewPane channel={id.channel} look={look} />
              </div>
            </Card>
          </div>
          <VersionsCard c={c} at={at} own={place.own} versions={pageOf(versions)} more={moreOf(versions)} />
          <TestCard c={c} at={at} worded={worded} own={place.own} test={test} />
        </>
      ),
    },
    hasFaults || test !== null ? 400 : 200,
  );
}

const pageOf = (versions: readonly VersionHead[]) => versions.slice(0, VERSIONS);
/** The version from which on the next page goes back; null at the end. */
const moreOf = (versions: readonly VersionHead[]) =>
  versions.length > VERSIONS ? (versions[VERSIONS - 1]?.version ?? null) : null;

/** Reads the page. `noReader`: what to show where the reader whom somebody has typed is not there. */
async function readPage(
  c: ConsoleContext,
  id: WordsAt["id"],
  typed: Fields | null,
  before: string | undefined,
): Promise<Awaited<ReturnType<typeof readForEditing>> & { noReader: Look | null }> {
  const read = (userId: string | null) =>
    readForEditing(c.get("ctx"), scopeIn(c), id, {
      userId,
      before: before === undefined ? null : Number(before),
      limit: VERSIONS,
    });
  try {
    return { ...(await read(readerIn(typed))), noReader: null };
  } catch (error) {
    if (!(error instanceof Failure) || !isAboutReader(error)) throw error;
    return { ...(await read(null)), noReader: lookOf(error).look };
  }
}

/** The reader whom somebody has typed; null: nobody, or nobody who could be one. */
const readerIn = (typed: Fields | null): string | null => {
  const id = typed?.("user_id").trim() ?? "";
  return directoryId.safeParse(id).success ? id : null;
};

/** Draws what was typed; null: the latest stored words, or those that are inherited, with the sample. */
async function draw(
  c: ConsoleContext,
  { id }: WordsAt,
  worded: WordedType,
  place: WordsPlace,
  typed: Fields | null,
): Promise<Look> {
  try {
    if (typed !== null) userTyped(typed);
    const showable = checkedFor(worded, id, typed === null ? {} : wantedIn(id, typed));
    return { shown: await showFound(c.get("ctx"), c.get("deps"), id, worded, place, showable) };
  } catch (error) {
    return lookOf(error).look;
  }
}

function Standing({ place: { own }, locale }: { place: WordsPlace; locale: string }) {
  return (
    <span class="row">
      <span>{languageName(locale)}</span>
      {own === null && <Badge>no words of its own</Badge>}
      {own !== null && own.published !== null && <Badge tone="good">version {own.published} in use</Badge>}
      {own !== null && own.published !== own.latest && <Badge tone="warn">draft {own.latest}</Badge>}
    </span>
  );
}

function WordsForm({
  at,
  values,
  faults,
  worded,
}: {
  at: WordsAt;
  values: Fields;
  faults: Faults;
  worded: WordedType;
}) {
  const { channel } = at.id;
  const sample = worded.sample === null ? "" : JSON.stringify(worded.sample, null, 2);
  return (
    <Card title="Words">
      <form class="form" id="words" method="post" action={at.path()}>
        {faults.others.length > 0 && (
          <Notice tone="bad">
            {faults.others.map((text) => (
              <p>{text}</p>
            ))}
          </Notice>
        )}
        {wordsFieldsOf(channel).map(({ name, label, hint, rows, isOptional }) => {
          const field = { name, label, hint, value: values(name), fault: faults.of.get(name) };
          return rows === undefined ? (
            <TextField {...field} required={isOptional !== true} />
          ) : (
            <TextArea {...field} rows={rows} code required />
          );
        })}
        <div class="row">
          <Button name="action" value="draft">
            Save as a draft
          </Button>
          <Button look="primary" name="action" value="publish">
            Save and publish
          </Button>
          <button class="button quiet" type="submit" name="action" value="preview" formnovalidate>
            Preview
          </button>
        </div>
        <fieldset>
          <legend>Preview with</legend>
          <div class="columns">
            <TextField
              name="user_id"
              label="Reader"
              value={values("user_id")}
              fault={faults.of.get("user_id")}
              hint="A user's id: with their name, language and time zone. Left empty: somebody without a name."
            />
            {channel === "email" && (
              <Select
                name="scheme"
                label="As clients show it"
                value={values("scheme")}
                options={[
                  ["light", "light"],
                  ["dark", "dark"],
                ]}
              />
            )}
          </div>
          <TextArea
            name="data"
            label="Data"
            value={values("data") || sample}
            fault={faults.of.get("data")}
            hint="JSON that fits the type's schema. Left empty: its sample."
            code
            rows={5}
          />
        </fieldset>
      </form>
    </Card>
  );
}
