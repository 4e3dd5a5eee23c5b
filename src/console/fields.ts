import type { ConsoleContext } from "./app-env.tsx";

/** The text of a field by its name; `""` where it was not sent. */
export type Fields = (name: string) => string;

/** What a form has sent. Browsers end lines with CR LF; we store LF, as the API gets it. */
export async function fieldsOf(c: ConsoleContext): Promise<Fields & { entries(): [string, string][] }> {
  const form = await c.req.formData();
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
