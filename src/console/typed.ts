import type { ConsoleContext } from "./app-env.tsx";

/** What somebody has typed into a form: the text of a field; `""` where it was not sent. */
export type Typed = (name: string) => string;

/** Reads a form. Browsers end lines with CR LF; we store LF, as the API gets it. */
export async function typedIn(c: ConsoleContext): Promise<Typed> {
  const sent = await c.req.parseBody();
  return (name) => {
    const value = Object.hasOwn(sent, name) ? sent[name] : undefined;
    return typeof value === "string" ? value.replaceAll("\r\n", "\n") : "";
  };
}
