import { diffQuery, publishBody } from "../../../api/wordings/schemas.ts";
import { authorOf } from "../../../http/author.ts";
import { fieldErrors } from "../../../http/field-errors.ts";
import { invalid } from "../../../lib/failure.ts";
import { diffOf, type FieldDiff } from "../../../wordings/diff.ts";
import { readVersions } from "../../../wordings/list.ts";
import { publishWording, unpublishWording } from "../../../wordings/write.ts";
import { type Console, page, scopeIn } from "../../app-env.tsx";
import { Card } from "../../components/boxes.tsx";
import { Empty } from "../../components/text.tsx";
import { done } from "../../notices.ts";
import { fieldsOf } from "../../fields.ts";
import { WORDS, wordsAt } from "./words-place.ts";

export function register(pages: Console): void {
  pages.post(`${WORDS}/publish`, async (c) => {
    const at = wordsAt(c);
    const given = { version: Number((await fieldsOf(c))("version")) };
    const { success, data, error } = publishBody.safeParse(given);
    if (!success) throw invalid(fieldErrors(error, "json", given));
    await publishWording(c.get("ctx"), authorOf(c), scopeIn(c), at.id, data.version);
    return done(c, at.path(), "published");
  });

  pages.post(`${WORDS}/unpublish`, async (c) => {
    const at = wordsAt(c);
    await unpublishWording(c.get("ctx"), authorOf(c), scopeIn(c), at.id);
    return done(c, at.path(), "unpublished");
  });

  pages.get(`${WORDS}/diff`, async (c) => {
    const at = wordsAt(c);
    const given = { from: c.req.query("from"), to: c.req.query("to") };
    const { success, data, error } = diffQuery.safeParse(given);
    if (!success) throw invalid(fieldErrors(error, "query", given));
    const { from, to } = data;
    const [older, newer] = await readVersions(c.get("ctx"), scopeIn(c), at.id, [from, to]);
    const fields = diffOf(older.fields, newer.fields);
    return page(c, {
      title: `Version ${from} and version ${to}`,
      section: "/console/types",
      crumb: { href: at.path(), name: `${at.id.type}: ${at.id.channel}, ${at.id.locale}` },
      lead: "What was removed is marked with −, what was added with +.",
      children:
        fields.length === 0 ? (
          <Card>
            <Empty title="They say the same">No field differs between these versions.</Empty>
          </Card>
        ) : (
          fields.map((field) => <Field {...field} />)
        ),
    });
  });
}

const Field = ({ field, lines }: FieldDiff) => (
  <Card title={field}>
    <pre class="diff">{lines.map(lineOf)}</pre>
  </Card>
);

/** A line of a difference. The sign says it, too, for those who do not see the colour. */
function lineOf(line: string) {
  const text = line.slice(1);
  if (line.startsWith("+")) return <ins>{`+ ${text}`}</ins>;
  if (line.startsWith("-")) return <del>{`− ${text}`}</del>;
  return <span>{`  ${text}`}</span>;
}
