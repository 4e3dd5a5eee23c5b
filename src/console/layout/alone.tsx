import type { Child } from "hono/jsx";
import type { ConsoleContext } from "../app-env.tsx";
import { assetsVersion } from "../assets.ts";
import { Notice } from "../components/text.tsx";
import { viewerOf } from "../viewer.ts";
import { Document } from "./document.tsx";
import { Mark } from "./icons.tsx";

/** A page without navigation, for those who have not signed in. */
export async function alone(
  c: ConsoleContext,
  title: string,
  fault: string | null,
  children: Child,
  status: 200 | 401 | 403 = 200,
): Promise<Response> {
  const html = (
    <Document title={title} viewer={viewerOf(c)} version={await assetsVersion()}>
      <body class="alone">
        <main id="main">
          <a class="brand" href="/console">
            <Mark />
            Tidings
          </a>
          <h1>{title}</h1>
          {fault && (
            <div role="alert">
              <Notice tone="bad">{fault}</Notice>
            </div>
          )}
          {children}
        </main>
      </body>
    </Document>
  );
  return c.html(`<!doctype html>${String(await html)}`, status);
}
