import { html } from "hono/html";
import type { App } from "../../http/app-env.ts";
import css from "./assets/try.css";
import script from "./assets/try.js";

/** As strict as a careful customer's: no inline script or style, no text as markup. */
const POLICY = [
  "default-src 'none'",
  "img-src data:",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self' ws: wss:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const page = html`<!doctype html>
  <html lang="en" data-scheme="light">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>Tidings: the inbox element</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href="/dev/inbox/try.css" />
      <script type="module" src="/inbox.js"></script>
      <script type="module" src="/dev/inbox/try.js"></script>
    </head>
    <body>
      <header>
        <h1>The inbox element</h1>
        <tidings-inbox id="bell"></tidings-inbox>
      </header>
      <main>
        <form id="sign-in" hidden>
          <label>
            A user's token: npm run -s token -- --sub usr_demo --role user
            <textarea id="token" rows="3" required></textarea>
          </label>
          <button>Sign in</button>
        </form>
        <div id="signed-in" hidden>
          <h2>Send to <span id="who"></span></h2>
          <div class="send" id="send">
            <button value="plain">A message</button>
            <button value="link">With a link</button>
            <button value="actions">With actions</button>
            <button value="rtl">Hebrew</button>
            <button value="old">Soon out of date</button>
          </div>
          <p><button id="sign-out">Sign out</button></p>
        </div>
        <form id="look">
          <label>
            Colours
            <select name="scheme">
              <option>light</option>
              <option>dark</option>
            </select>
          </label>
          <label>
            Direction
            <select name="dir">
              <option>ltr</option>
              <option>rtl</option>
            </select>
          </label>
          <label>
            Language
            <select name="lang">
              <option>en</option>
              <option>nb</option>
              <option>de</option>
              <option>fr</option>
              <option>es</option>
            </select>
          </label>
        </form>
        <section>
          <h2>As a whole page</h2>
          <div class="page"><tidings-inbox id="whole" layout="page"></tidings-inbox></div>
        </section>
        <section>
          <h2>What it tells</h2>
          <pre id="log" tabindex="0"></pre>
        </section>
      </main>
    </body>
  </html>`;

/** Mounts `/dev/inbox`, where `<tidings-inbox>` can be tried. Only in development. It has no rights: its visitor brings a token. */
export function register(app: App): void {
  app.get("/dev/inbox", (c) => {
    c.header("content-security-policy", POLICY);
    return c.html(page);
  });
  app.get("/dev/inbox/try.js", (c) =>
    c.body(script, 200, { "content-type": "text/javascript; charset=utf-8" }),
  );
  app.get("/dev/inbox/try.css", (c) => c.body(css, 200, { "content-type": "text/css; charset=utf-8" }));
}
