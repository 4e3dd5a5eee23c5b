import type { WordsTest } from "../../../api/wordings/send-test.ts";
import { requireChannel, writeWords } from "../../../api/wordings/words.ts";
import { inScheme } from "../../../content/in-scheme.ts";
import { authorOf } from "../../../http/author.ts";
import { Failure, invalid } from "../../../lib/failure.ts";
import { parseObject } from "../../../lib/objects.ts";
import { readForEditing, type VersionHead } from "../../../wordings/overview.ts";
import type { WordsPlace } from "../../../wordings/preview-source.ts";
import { type WordedType, wordedType } from "../../../wordings/worded-type.ts";
import { type Console, type ConsoleContext, fragment, page, scopeIn } from "../../app-env.tsx";
import { FieldAbout } from "../../components/form.tsx";
import { Badge } from "../../components/text.tsx";
import { byFirstPart, type Faults, faultsOfForm, NO_FAULTS } from "../../faults.ts";
import type { PageProps } from "../../layout/page.tsx";
import { done, noticeIn } from "../../notices.ts";
import { previewed } from "../../security.ts";
import { type Fields, fieldsOf } from "../../fields.ts";
import { languageName } from "./language-name.ts";
import { LivePreview, schemeIn } from "./live-preview.tsx";
import { draw, isAboutReader, lookAt, lookOf, readerIn } from "./look.ts";
import { type Look, PreviewPane } from "./preview-pane.tsx";
import { noticeOfTest, TestEvent, TestMe, type TypedTest } from "./test-card.tsx";
import { VersionsCard } from "./version-list.tsx";
import { WordsForm } from "./words-form.tsx";
import { wordsFieldsOf, wordsTyped } from "./words-fields.ts";
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
    return previewed(c, inScheme(html, schemeIn(typed)));
  });
}

const typeOf = async (c: ConsoleContext, { id, owner }: WordsAt): Promise<WordedType> => {
  const worded = await wordedType(c.get("ctx"), c.get("deps").types, scopeIn(c), owner.id, id.type);
  requireChannel(worded, id.channel);
  return worded;
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
  return show(c, at, await typeOf(c, at), null, NO_FAULTS, { event: test, tried: null });
}

/** The page again, with what was typed, after a test in these words. */
export const showTried = async (c: ConsoleContext, at: WordsAt, typed: Fields, tried: WordsTest) =>
  show(c, at, await typeOf(c, at), typed, NO_FAULTS, { event: null, tried });

/** The same after one that was not sent. @throws what nobody can mend there */
export async function showUntried(c: ConsoleContext, at: WordsAt, typed: Fields, error: unknown) {
  const isNobody = error instanceof Failure && error.options.code === "no_user";
  const refusal = isNobody ? invalid([{ pointer: "", detail: error.detail }]) : error;
  const faults = faultsOfForm(refusal, (pointer) => byFirstPart(pointer.replace(/^\/fields/u, "")));
  return show(c, at, await typeOf(c, at), typed, faults, { event: null, tried: null });
}

/** What came of a test. */
interface Tests {
  /** An event that was not sent. */
  event: TypedTest | null;
  /** A test to oneself; null: it was not sent. */
  tried: WordsTest | null;
}

/** What the page tells of what was just done. */
function noticeOf(c: ConsoleContext, hasFaults: boolean, test: Tests | null): PageProps["notice"] {
  if (test !== null && test.tried !== null) return noticeOfTest(test.tried);
  if (test !== null) return { tone: "bad", text: "The test is not sent: something has to be mended." };
  return hasFaults ? { tone: "bad", text: "It is not saved: something has to be mended." } : noticeIn(c);
}

/** The page. @param typed null: what is stored stands in the fields */
async function show(
  c: ConsoleContext,
  at: WordsAt,
  worded: WordedType,
  typed: Fields | null,
  faults: Faults,
  test: Tests | null = null,
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
      notice: noticeOf(c, hasFaults, test),
      children: (
        <>
          <div class="halves">
            <WordsForm at={at} values={values} faults={faults} worded={worded} />
            <LivePreview
              form="words"
              paths={{
                preview: at.path("/preview"),
                frame: id.channel === "email" ? at.path("/frame") : null,
              }}
            >
              <PreviewPane channel={id.channel} look={look} />
            </LivePreview>
          </div>
          <VersionsCard c={c} at={at} own={place.own} versions={pageOf(versions)} more={moreOf(versions)} />
          <TestMe c={c} at={at} tried={test?.tried ?? null} />
          <TestEvent c={c} at={at} worded={worded} own={place.own} test={test?.event ?? null} />
        </>
      ),
    },
    hasFaults || (test !== null && test.tried === null) ? 400 : 200,
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
