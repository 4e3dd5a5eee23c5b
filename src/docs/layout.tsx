import type { Child } from "hono/jsx";
import { Icon, Mark } from "../console/layout/icons.tsx";
import { GROUPS } from "./guides.ts";

/** A page of the guides: navigation and search at its side. @param version of the assets, so that browsers may keep them */
export function Layout({
  title,
  path,
  summary,
  query,
  version,
  children,
}: {
  title: string;
  path: string;
  summary?: string;
  query?: string;
  version: string;
  children: Child;
}) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        {summary && <meta name="description" content={summary} />}
        {query !== undefined && <meta name="robots" content="noindex" />}
        <title>{`${title} · Tidings`}</title>
        <link rel="icon" href={`/docs/assets/icon.svg?v=${version}`} type="image/svg+xml" />
        <link rel="stylesheet" href={`/docs/assets/docs.css?v=${version}`} />
        {/* Not deferred: the chosen theme must be there before the page is painted. */}
        <script src={`/docs/assets/docs.js?v=${version}`} />
      </head>
      <body class="docs">
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <div class="shell">
          <Side path={path} query={query} />
          <main class="content" id="main" tabindex={-1}>
            {children}
          </main>
        </div>
      </body>
    </html>
  );
}

const Entry = ({ href, name, path }: { href: string; name: string; path: string }) => (
  <li>
    <a href={href} aria-current={href === path ? "page" : undefined}>
      {name}
    </a>
  </li>
);

function Side({ path, query }: { path: string; query: string | undefined }) {
  return (
    <header class="side">
      <a class="brand" href="/docs">
        <Mark />
        Tidings <span class="muted">Docs</span>
      </a>
      <form class="find" role="search" action="/docs/search">
        <input
          type="search"
          name="q"
          value={query}
          maxlength={100}
          placeholder="Search ( / )"
          aria-label="Search the guides"
          data-search
        />
      </form>
      <nav class="nav" aria-label="Guides">
        {GROUPS.map(({ name, guides }) => (
          <div>
            <p>{name}</p>
            <ul>
              {guides.map(({ slug, title }) => (
                <Entry href={`/docs/${slug}`} name={title} path={path} />
              ))}
            </ul>
          </div>
        ))}
        <div>
          <p>Look up</p>
          <ul>
            <Entry href="/docs/reference" name="API reference" path={path} />
          </ul>
        </div>
      </nav>
      <button
        class="button quiet small scheme"
        type="button"
        data-scheme
        aria-label="Switch between light and dark"
      >
        <Icon name="theme" />
      </button>
    </header>
  );
}
