import type { Child } from "hono/jsx";
import type { TokenPrincipal } from "../../auth/principal.ts";
import { Notice, type Tone } from "../components/text.tsx";
import type { Viewer } from "../viewer.ts";
import { Document } from "./document.tsx";
import { Icon, type IconName, Mark } from "./icons.tsx";

/** The sections of the console. `only`: those that it is shown to. */
const SECTIONS = [
  { path: "/console", name: "Overview", icon: "overview" },
  { path: "/console/messages", name: "Messages", icon: "messages" },
  { path: "/console/people", name: "People", icon: "people" },
  { path: "/console/types", name: "Types and words", icon: "types" },
  { path: "/console/events", name: "Events", icon: "events" },
  { path: "/console/topics", name: "Topics", icon: "topics" },
  { path: "/console/explain", name: "Explain", icon: "explain" },
  { path: "/console/webhooks", name: "Webhooks", icon: "webhooks" },
  { path: "/console/chats", name: "Chats", icon: "chats" },
  { path: "/console/outbox", name: "Outbox", icon: "outbox", isForDevelopment: true },
  { path: "/console/settings", name: "Settings", icon: "settings" },
] as const satisfies readonly { path: string; name: string; icon: IconName; isForDevelopment?: true }[];

export type Section = (typeof SECTIONS)[number]["path"];

/** What a page is made of. */
export interface PageProps {
  /** Its heading, and its name in the browser's tab. */
  title: string;
  section: Section;
  /** Above the title: where one comes from. */
  crumb?: { href: string; name: string } | undefined;
  /** A line below the title. */
  lead?: Child;
  /** Buttons beside the title. */
  actions?: Child;
  /** What has just been done, or why it was not. */
  notice?: { tone: Tone; text: string } | null | undefined;
  /** Of a page that answers a form: where a reload leads, so that it repeats nothing. Without a script the browser asks. */
  address?: string | undefined;
  children?: Child;
}

/** What a page must know of its request. */
export interface Frame {
  principal: TokenPrincipal;
  viewer: Viewer;
  version: string;
  isDevelopment: boolean;
}

/** A page of the console, with its navigation. */
export function Page({ frame, ...page }: PageProps & { frame: Frame }) {
  const { title, section, crumb, lead, actions, notice, address, children } = page;
  return (
    <Document title={title} viewer={frame.viewer} version={frame.version}>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <div class="shell">
          <Side section={section} frame={frame} />
          <main class="content" id="main" tabindex={-1} data-address={address}>
            <div id="session" role="alert" />
            <div class="heading">
              <div>
                {crumb && (
                  <p class="crumb">
                    <a href={crumb.href}>{crumb.name}</a>
                  </p>
                )}
                <h1>{title}</h1>
                {lead && <p class="muted">{lead}</p>}
              </div>
              {actions && <div class="row">{actions}</div>}
            </div>
            {notice && (
              <div role={notice.tone === "bad" ? "alert" : "status"}>
                <Notice tone={notice.tone}>{notice.text}</Notice>
              </div>
            )}
            {children}
          </main>
        </div>
      </body>
    </Document>
  );
}

function Side({ section, frame }: { section: Section; frame: Frame }) {
  const { principal, isDevelopment } = frame;
  const shown = SECTIONS.filter((one) => isDevelopment || !("isForDevelopment" in one));
  return (
    <header class="side">
      <a class="brand" href="/console">
        <Mark />
        Tidings
      </a>
      <nav class="nav" aria-label="Sections">
        <ul>
          {shown.map(({ path, name, icon }) => (
            <li>
              <a href={path} aria-current={path === section ? "page" : undefined}>
                <Icon name={icon} />
                {name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="who">
        <p>
          {principal.id}
          <br />
          {principal.orgId === null ? principal.role : `${principal.role} of ${principal.orgId}`}
        </p>
        <div class="row">
          <button
            class="button quiet small"
            type="button"
            data-scheme
            aria-label="Switch between light and dark"
          >
            <Icon name="theme" />
          </button>
          <form method="post" action="/console/sign-out">
            <button class="button quiet small" type="submit">
              Sign out
            </button>
          </form>
        </div>
      </div>
    </header>
  );
}
