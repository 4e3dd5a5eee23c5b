import type { Child } from "hono/jsx";
import type { Viewer } from "../viewer.ts";

/** What htmx may not do: it makes no style element, evaluates no code, keeps no page in the browser's storage, and puts no error into a page. */
const HTMX = JSON.stringify({ includeIndicatorCSS: false, history: false, noSwap: [204, 304, "4xx", "5xx"] });

/** A whole page of HTML. @param version of the assets, so that browsers may keep them for a year */
export function Document({
  title,
  viewer,
  version,
  children,
}: {
  title: string;
  viewer: Viewer;
  version: string;
  children: Child;
}) {
  return (
    <html lang="en" data-zone={viewer.zone} data-theme={viewer.theme ?? undefined}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="htmx-config" content={HTMX} />
        <title>{`${title} · Tidings`}</title>
        <link rel="icon" href={`/console/assets/icon.svg?v=${version}`} type="image/svg+xml" />
        <link rel="stylesheet" href={`/console/assets/console.css?v=${version}`} />
        <script src={`/console/assets/console.js?v=${version}`} defer />
        <script src={`/console/assets/htmx.js?v=${version}`} defer />
      </head>
      {children}
    </html>
  );
}
