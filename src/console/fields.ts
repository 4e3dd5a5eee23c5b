import { Failure } from "../lib/failure.ts";
import type { ConsoleContext } from "./app-env.tsx";

/** The text of a field by its name; `""` where it was not sent. */
export type Fields = (name: string) => string;

/** What a form has sent. `limitForm` has bounded it. @throws 400 for a body that is no form, or a broken one */
async function formIn(c: ConsoleContext): Promise<FormData> {
  try {
    return await c.req.formData();
  } catch (cause) {
    throw new Failure("invalid_request", "The body is not a form, or a part of it is missing.", { cause });
  }
}

/** The fields of a form. Browsers end lines with CR LF; we store LF, as the API gets it. @throws 400 for what is no form */
export async function fieldsOf(c: ConsoleContext): Promise<Fields & { entries(): [string, string][] }> {
  const form = await formIn(c);
  const entries = (): [string, string][] =>
    [...form.entries()].flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value.replaceAll("\r\n", "\n")] as [string, string]] : [],
    );
  const texts = new Map(entries());
  return Object.assign((name: string) => texts.get(name) ?? "", { entries });
}

/** What the query says, as `fieldsOf` a form. */
export const queryOf =
  (c: ConsoleContext): Fields =>
  (name) =>
    c.req.query(name) ?? "";
