import type { Child } from "hono/jsx";
import { Card } from "../../components/boxes.tsx";
import { Select } from "../../components/form.tsx";
import type { Fields } from "../../fields.ts";
import { FRAME } from "./preview-pane.tsx";

/**
 * A preview that is drawn anew while somebody types.
 * @param form the id of the form that is drawn
 * @param paths where the preview is made, and where the mail in its frame; null: there is no mail
 */
export const LivePreview = ({
  form,
  paths,
  children,
}: {
  form: string;
  paths: { preview: string; frame: string | null };
  children: Child;
}) => (
  <Card
    title="Preview"
    actions={
      paths.frame !== null && (
        <button
          class="button quiet small"
          type="submit"
          id={FRAME.button}
          form={form}
          formaction={paths.frame}
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
      hx-post={paths.preview}
      hx-trigger={`input from:#${form} delay:400ms, change from:#${form} delay:400ms`}
      hx-include={`#${form}`}
    >
      {children}
    </div>
  </Card>
);

/** Whether a mail is drawn as clients show it by day or by night. */
export const SchemeSelect = ({ values }: { values: Fields }) => (
  <Select
    name="scheme"
    label="As clients show it"
    value={values("scheme")}
    options={[
      ["light", "light"],
      ["dark", "dark"],
    ]}
  />
);

/** What was chosen there. */
export const schemeIn = (typed: Fields): "light" | "dark" => (typed("scheme") === "dark" ? "dark" : "light");
