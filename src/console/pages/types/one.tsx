import { wordingParams } from "../../../api/wordings/schemas.ts";
import { builtInView, ownView } from "../../../api/types/view.ts";
import { WORDING_CHANNELS, type WordingChannel } from "../../../db/schema/index.ts";
import { fieldErrors } from "../../../http/field-errors.ts";
import { invalid } from "../../../lib/failure.ts";
import { readType } from "../../../types/read.ts";
import { type LineWords, wordsOnLine } from "../../../wordings/overview.ts";
import { COMMON_VARIABLES, type ListedVariable, variablesIn } from "../../../wordings/variable-list.ts";
import { wordChannelsOf } from "../../../wordings/worded-type.ts";
import { type Console, type ConsoleContext, page, scopeIn } from "../../app-env.tsx";
import { Card, Table } from "../../components/boxes.tsx";
import { Button, ButtonLink, Confirm, Select, TextField } from "../../components/form.tsx";
import { Badge, Empty, Facts, Time } from "../../components/text.tsx";
import { noticeIn } from "../../notices.ts";
import { viewerOf } from "../../viewer.ts";
import { durationText } from "./duration.ts";
import { nameOf, type Owner, ownerIn } from "./owner.ts";

/** A type as the API shows it, and where its words can be written. */
interface Shown {
  view: ReturnType<typeof ownView>;
  channels: readonly WordingChannel[];
  /** The languages of its built-in words. */
  builtIn: readonly string[];
}

async function readShown(c: ConsoleContext, owner: Owner, id: string): Promise<Shown> {
  const { types, clock } = c.get("deps");
  const type = types.get(id);
  if (type !== undefined)
    return {
      view: builtInView(type, clock.now()),
      channels: wordChannelsOf(type),
      builtIn: Object.keys(type.words),
    };
  const view = ownView(await readType(c.get("ctx"), scopeIn(c), owner.id, id));
  return { view, channels: [...view.channels.map(({ channel }) => channel), "sms"], builtIn: [] };
}

export function register(pages: Console): void {
  pages.get("/types/:type", async (c) => {
    const owner = ownerIn(c);
    const shown = await readShown(c, owner, c.req.param("type"));
    const { view } = shown;
    const words = await wordsOnLine(c.get("ctx"), scopeIn(c), owner.id, view.id, shown.channels);
    const isOwn = !view.built_in && (view.org_id ?? "") === owner.id;
    const base = `/console/types/${view.id}`;
    return page(c, {
      title: view.name,
      section: "/console/types",
      crumb: { href: owner.path("/console/types"), name: "Types and words" },
      lead: <code>{view.id}</code>,
      actions: isOwn && (
        <>
          <ButtonLink href={owner.path(`${base}/edit`)}>Change</ButtonLink>
          <Confirm
            id="delete-type"
            action={owner.path(`${base}/delete`)}
            label="Delete"
            title={`Delete ${view.id}?`}
          >
            <p>
              Its words go with it, also those of organizations that inherit it. Events that are running go
              on.
            </p>
          </Confirm>
        </>
      ),
      notice: noticeIn(c),
      children: (
        <>
          <Words shown={shown} words={words} owner={owner} />
          <div class="grid">
            <TypeFacts view={view} owner={owner} c={c} />
            <Card title="Sample">
              {view.sample === null ? (
                <Empty title="No sample">
                  Give the type one: previews and tests then show how its words look.
                </Empty>
              ) : (
                <pre>{JSON.stringify(view.sample, null, 2)}</pre>
              )}
            </Card>
          </div>
          <Card title="Variables of its words" flush>
            <Variables variables={variablesIn(view.schema)} />
            <div class="pad">
              {" "}
              <p class="small muted">
                Also everywhere:{" "}
                {COMMON_VARIABLES.map((name, i) => (
                  <>
                    {i > 0 && ", "}
                    <code>{name}</code>
                  </>
                ))}
              </p>
            </div>
          </Card>
        </>
      ),
    });
  });

  // The form that chooses a channel and a language leads to the editor.
  pages.get("/types/:type/words", (c) => {
    const owner = ownerIn(c);
    const given = {
      type: c.req.param("type"),
      channel: c.req.query("channel"),
      locale: c.req.query("locale"),
    };
    const { success, data, error } = wordingParams.safeParse(given);
    if (!success) throw invalid(fieldErrors(error, "query", given));
    const { type, channel, locale } = data;
    const path = `/console/types/${encodeURIComponent(type)}/words/${channel}/${encodeURIComponent(locale)}`;
    return c.redirect(owner.path(path), 303);
  });
}

const TypeFacts = ({ view, owner, c }: { view: Shown["view"]; owner: Owner; c: ConsoleContext }) => (
  <Card title="The type">
    <Facts
      facts={[
        [
          "Whose",
          view.built_in
            ? "built in: only its words can be changed"
            : (view.org_id ?? "") === owner.id
              ? nameOf(owner.id)
              : `inherited from ${nameOf(view.org_id ?? "")}`,
        ],
        ["Category", <code>{view.category}</code>],
        [
          "Channels",
          view.channels
            .map(({ channel, wait }) =>
              wait === undefined ? channel : `${channel} after ${durationText(wait)}`,
            )
            .join(", then "),
        ],
        ["Fallback", view.fallback],
        ["Critical", view.critical ? <Badge tone="warn">ignores opt-outs and quiet hours</Badge> : "no"],
        [
          "Same key again",
          view.dedupe === null
            ? null
            : view.dedupe === "event"
              ? "is the same event"
              : "notifies only those who were not notified",
        ],
        [
          "Batching",
          view.batch === null
            ? null
            : `${durationText(view.batch.window)}, by ${view.batch.key ?? "user alone"}`,
        ],
        [
          "Throttle",
          view.throttle === null ? null : `${view.throttle.limit} in ${durationText(view.throttle.per)}`,
        ],
        ["Expires after", view.expires_after === null ? null : durationText(view.expires_after)],
        [
          "Changed",
          view.updated_at === null ? null : <Time at={Date.parse(view.updated_at)} viewer={viewerOf(c)} />,
        ],
      ]}
    />
  </Card>
);

const Variables = ({ variables }: { variables: readonly ListedVariable[] }) =>
  variables.length === 0 ? (
    <div class="pad">
      <p class="muted">
        The type has no schema, so <code>data</code> may hold anything.
      </p>
    </div>
  ) : (
    <Table
      label="Variables"
      rows={variables}
      columns={[
        { head: "Variable", cell: ({ name }) => <code>{`{{ ${name} }}`}</code> },
        { head: "Kind", cell: ({ type }) => type ?? <span class="muted">any</span> },
        { head: "Required", cell: ({ isRequired }) => (isRequired ? "yes" : "no") },
        { head: "About", cell: ({ description }) => description ?? "" },
      ]}
    />
  );

/** The words as a table: a row for each language, a column for each channel. */
function Words({
  shown: { view, channels, builtIn },
  words,
  owner,
}: {
  shown: Shown;
  words: readonly LineWords[];
  owner: Owner;
}) {
  const base = `/console/types/${view.id}/words`;
  const locales = [...new Set([...words.map(({ locale }) => locale), ...builtIn, "en"])].toSorted();
  const columns = WORDING_CHANNELS.filter((channel) => channels.includes(channel));
  if (columns.length === 0)
    return (
      <Card title="Words">
        <Empty title="Its words cannot be written here">
          The words of a message by API are its caller's, and a test e-mail shows another type.
        </Empty>
      </Card>
    );
  return (
    <Card title="Words" flush>
      <Table
        label="Words by language and channel"
        rows={locales}
        columns={[
          {
            head: "Language",
            cell: (locale) => (
              <>
                {languageName(locale)} <code class="muted">{locale}</code>
              </>
            ),
          },
          ...columns.map((channel) => ({
            head: channel,
            cell: (locale: string) => (
              <Cell
                href={owner.path(`${base}/${channel}/${encodeURIComponent(locale)}`)}
                words={words.filter((one) => one.channel === channel && one.locale === locale)}
                isBuiltIn={builtIn.includes(locale)}
              />
            ),
          })),
        ]}
      />
      <div class="pad">
        {" "}
        <form class="filters" method="get" action={base}>
          {owner.asked !== undefined && <input type="hidden" name="org_id" value={owner.asked} />}
          <Select name="channel" label="Channel" options={columns.map((channel) => [channel, channel])} />
          <TextField name="locale" label="Another language" placeholder="nb, de-CH, pt-BR …" required />
          <Button>Write words</Button>
        </form>
      </div>
    </Card>
  );
}

function Cell({ href, words, isBuiltIn }: { href: string; words: readonly LineWords[]; isBuiltIn: boolean }) {
  const [nearest] = words.toSorted((a, b) => a.distance - b.distance);
  const own = nearest?.distance === 0 ? nearest : undefined;
  const used = words
    .filter(({ published }) => published !== null)
    .toSorted((a, b) => a.distance - b.distance)[0];
  return (
    <a class={nearest === undefined && !isBuiltIn ? "cell none" : "cell"} href={href}>
      {used === own && used !== undefined && <Badge tone="good">version {used.published}</Badge>}
      {used !== own && used !== undefined && (
        <Badge tone="info">
          from {nameOf(used.org_id)}, version {used.published}
        </Badge>
      )}
      {used === undefined && isBuiltIn && <Badge>built in</Badge>}
      {own !== undefined && own.latest !== own.published && <Badge tone="warn">draft {own.latest}</Badge>}
      {nearest === undefined && !isBuiltIn && "write"}
    </a>
  );
}

const names = new Intl.DisplayNames("en", { type: "language" });

/** A language for people; empty for one that has no name. */
export function languageName(locale: string): string {
  try {
    return names.of(locale) ?? "";
  } catch {
    return "";
  }
}
