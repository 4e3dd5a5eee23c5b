import type { Context } from "hono";
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { AppEnv } from "../http/app-env.ts";
import { assetsVersion } from "./assets.ts";
import { GROUPS, type Guide, GUIDES } from "./guides.ts";
import { Layout } from "./layout.tsx";
import { renderGuide } from "./render.ts";
import { MAX_FOUND, type Found, search } from "./search.ts";
import { sectionsOf } from "./sections.ts";

type Answer = Response | Promise<Response>;
type DocsContext = Context<AppEnv>;

interface PageProps {
  title: string;
  /** The path of the page that is marked in the navigation. */
  path: string;
  summary?: string;
  query?: string;
  children: Child;
}

async function page(c: DocsContext, props: PageProps, status: 200 | 404 = 200): Promise<Response> {
  const html = <Layout {...props} version={await assetsVersion()} />;
  return c.html(`<!doctype html>${String(await html)}`, status);
}

const Card = ({ slug, title, summary }: Guide) => (
  <li>
    <a class="guide-card" href={`/docs/${slug}`}>
      <b>{title}</b>
      <span>{summary}</span>
    </a>
  </li>
);

/** What there is. @param base the service's address */
export const homePage = (c: DocsContext, base: string): Answer =>
  page(c, {
    title: "Documentation",
    path: "/docs",
    summary: "Guides and reference of Tidings, a notification service on Cloudflare's edge.",
    children: (
      <div class="home">
        <header class="hero">
          <h1>Send notifications that arrive</h1>
          <p>
            One call reaches phones, browsers, mailboxes, chats and the inbox in your own pages. Nothing is
            lost, nothing is sent twice, and each message can tell what became of it.
          </p>
          <div class="row">
            <a class="button primary" href="/docs/first-push">
              Send a first push
            </a>
            <a class="button" href="/docs/reference">
              API reference
            </a>
          </div>
        </header>
        {GROUPS.map(({ name, guides }) => (
          <section>
            <h2>{name}</h2>
            <ul class="guide-cards">
              {guides.map((guide) => (
                <Card {...guide} />
              ))}
            </ul>
          </section>
        ))}
        <section>
          <h2>For programs</h2>
          <ul class="guide-links">
            <li>
              <a href="/openapi.json">openapi.json</a>: every operation, in OpenAPI 3.1
            </li>
            <li>
              <a href="/llms.txt">llms.txt</a> and <a href="/llms-full.txt">llms-full.txt</a>: these guides
              for language models
            </li>
            <li>
              Each guide is also Markdown: add <code>.md</code> to its address
            </li>
            <li>
              The API of this service is at <code>{base}</code>
            </li>
          </ul>
        </section>
      </div>
    ),
  });

/** Rendered once per isolate: a guide changes only with a deployment, and so does the service's address. */
const rendered = new Map<string, string>();

function contentOf(guide: Guide, base: string): string {
  const key = `${base} ${guide.slug}`;
  const html = rendered.get(key) ?? renderGuide(guide, base);
  rendered.set(key, html);
  return html;
}

export function guidePage(c: DocsContext, guide: Guide, base: string): Answer {
  const at = GUIDES.indexOf(guide);
  const [before, after] = [GUIDES[at - 1], GUIDES[at + 1]];
  const parts = sectionsOf(guide).filter(({ depth }) => depth === 2);
  return page(c, {
    title: guide.title,
    path: `/docs/${guide.slug}`,
    summary: guide.summary,
    children: (
      <div class="reading">
        <article class="prose">
          <h1>{guide.title}</h1>
          {raw(contentOf(guide, base))}
          <footer class="prose-end">
            <nav class="turn" aria-label="Further guides">
              {before && (
                <a href={`/docs/${before.slug}`} rel="prev">
                  <span>Previous</span>
                  {before.title}
                </a>
              )}
              {after && (
                <a class="next" href={`/docs/${after.slug}`} rel="next">
                  <span>Next</span>
                  {after.title}
                </a>
              )}
            </nav>
            <p class="small muted">
              <a href={`/docs/${guide.slug}.md`}>This guide as Markdown</a>
            </p>
          </footer>
        </article>
        <nav class="contents" aria-label="On this page">
          <p>On this page</p>
          <ul>
            {parts.map(({ anchor, heading }) => (
              <li>
                <a href={`#${anchor}`}>{heading}</a>
              </li>
            ))}
          </ul>
        </nav>
      </div>
    ),
  });
}

function Result({ section: { guide, heading, anchor }, excerpt }: Found) {
  const place = anchor === null ? "" : `#${anchor}`;
  return (
    <li>
      <a href={`/docs/${guide.slug}${place}`}>
        <b>{anchor === null ? guide.title : `${guide.title}: ${heading}`}</b>
      </a>
      <p>{excerpt.map(({ text, hit }) => (hit ? <mark>{text}</mark> : text))}</p>
    </li>
  );
}

const countOf = (count: number, query: string): string => {
  if (count === 0) return `Nothing has “${query}”. Try fewer or shorter words, or look into the reference.`;
  const places = count === 1 ? "One place has" : `${count} places have`;
  return `${count === MAX_FOUND ? `The best ${count} places that have` : places} “${query}”.`;
};

export function searchPage(c: DocsContext, query: string): Answer {
  const found = search(query);
  return page(c, {
    title: query === "" ? "Search" : `Search: ${query}`,
    path: "/docs/search",
    query,
    children: (
      <div class="prose found">
        <h1>Search</h1>
        <p role="status">
          {query === "" ? "Type what you look for into the field above." : countOf(found.length, query)}
        </p>
        {found.length > 0 && (
          <ol class="results">
            {found.map((one) => (
              <Result {...one} />
            ))}
          </ol>
        )}
        <p>
          Fields and operations are in the <a href="/docs/reference">reference</a>.
        </p>
      </div>
    ),
  });
}

export const missingPage = (c: DocsContext): Answer =>
  page(
    c,
    {
      title: "Not found",
      path: "",
      children: (
        <div class="prose">
          <h1>There is no such page</h1>
          <p>
            It may have moved. Search for it above, or begin at the <a href="/docs">overview</a>.
          </p>
        </div>
      ),
    },
    404,
  );
