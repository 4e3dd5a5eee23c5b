import { wordingParams } from "../../../api/wordings/schemas.ts";
import { fieldErrors } from "../../../http/field-errors.ts";
import { invalid } from "../../../lib/failure.ts";
import { wordsOnLine } from "../../../wordings/overview.ts";
import { COMMON_VARIABLES, type ListedVariable, variablesIn } from "../../../wordings/variable-list.ts";
import { type Console, page, scopeIn } from "../../app-env.tsx";
import { Card, Table } from "../../components/boxes.tsx";
import { ButtonLink, Confirm } from "../../components/buttons.tsx";
import { Empty } from "../../components/text.tsx";
import { noticeIn } from "../../notices.ts";
import { viewerOf } from "../../viewer.ts";
import { ownerIn } from "../../owner.ts";
import { readShown } from "./shown.ts";
import { TypeFacts } from "./type-facts.tsx";
import { Words } from "./words-table.tsx";

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
            <TypeFacts view={view} owner={owner} viewer={viewerOf(c)} />
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
