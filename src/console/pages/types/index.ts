import type { Console } from "../../app-env.tsx";
import * as brand from "./brand.tsx";
import * as editor from "./editor.tsx";
import * as list from "./list.tsx";
import * as one from "./one.tsx";
import * as sendTest from "./send-test.ts";
import * as typeForm from "./type-form.tsx";
import * as versions from "./versions.tsx";

/** The pages of types, their words, and the brand. */
export function register(pages: Console): void {
  for (const page of [list, typeForm, one, editor, versions, sendTest, brand]) page.register(pages);
}
