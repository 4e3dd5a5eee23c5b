import { html } from "hono/html";
import { notFound } from "../../lib/failure.ts";
import type { App } from "../../http/app-env.ts";

/** The files of Swagger UI that the page needs; no other file of the package is served. */
const FILES = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"];

/** No outside host: scripts and styles are ours. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'";

const page = html`<!doctype html>
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>Tidings API</title>
      <link rel="icon" href="/docs/reference/favicon-32x32.png" />
      <link rel="stylesheet" href="/docs/reference/swagger-ui.css" />
    </head>
    <body>
      <nav class="swagger-ui" aria-label="Documentation">
        <div class="wrapper"><a class="link" href="/docs">← Guides</a></div>
      </nav>
      <div id="reference"></div>
      <script src="/docs/reference/swagger-ui-bundle.js"></script>
      <script src="/docs/reference/start.js"></script>
    </body>
  </html>`;

const start = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#reference", deepLinking: true, docExpansion: "list" });`;

/** Mounts the document (OpenAPI 3.1), the reference that people can read, and the home page. */
export function register(app: App, allRoutes: () => Promise<App>): void {
  // Whoever opens the service in a browser is sent to its guides.
  app.get("/", (c) => c.redirect("/docs"));

  // Built once, at the first request: it takes longer than any other answer.
  let document: object | undefined;
  app.get("/openapi.json", async (c) => {
    if (document === undefined) {
      const { describe } = await import("./document.ts");
      document = describe(await allRoutes());
    }
    return c.json({ ...document, servers: [{ url: new URL(c.req.url).origin }] });
  });

  app.get("/docs/reference", (c) => {
    c.header("content-security-policy", CONTENT_SECURITY_POLICY);
    return c.html(page);
  });
  app.get("/docs/reference/start.js", (c) =>
    c.body(start, 200, { "content-type": "text/javascript; charset=utf-8" }),
  );
  app.get("/docs/reference/:file", async (c) => {
    const file = c.req.param("file");
    if (!FILES.includes(file)) throw notFound("file");
    const asset = await c.env.ASSETS.fetch(new URL(`/${file}`, c.req.url));
    // The headers of a fetched answer are immutable, so it is copied for ours.
    return c.newResponse(asset.body, asset);
  });
}
