import type { WordedType } from "../../../wordings/worded-type.ts";
import { Card } from "../../components/boxes.tsx";
import { Button } from "../../components/buttons.tsx";
import { TextArea, TextField } from "../../components/form.tsx";
import { Notice } from "../../components/text.tsx";
import type { Faults } from "../../faults.ts";
import type { Fields } from "../../fields.ts";
import { SchemeSelect } from "./live-preview.tsx";
import { wordsFieldsOf } from "./words-fields.ts";
import type { WordsAt } from "./words-place.ts";

/** The fields of the words, and what they are drawn with. */
export function WordsForm({
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
            {channel === "email" && <SchemeSelect values={values} />}
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
