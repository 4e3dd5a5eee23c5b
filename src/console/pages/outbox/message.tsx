import type { Child } from "hono/jsx";
import type { ChatContent, EmailContent, OutboxMessage } from "../../../dev-outbox/message.ts";
import { printId } from "../../../lib/ids.ts";
import { type ConsoleContext, page } from "../../app-env.tsx";
import { Card } from "../../components/boxes.tsx";
import { SegmentCount } from "../../components/segments.tsx";
import { Facts, Id, OutLink, Time } from "../../components/text.tsx";
import { type Viewer, viewerOf } from "../../viewer.ts";
import { CHANNEL_NAMES, titleOf } from "./channels.ts";

const PATH = "/console/outbox";

/** Answers with the page of one message. */
export const messagePage = (c: ConsoleContext, message: OutboxMessage): Promise<Response> =>
  page(c, {
    title: titleOf(message.content),
    section: PATH,
    crumb: { href: PATH, name: "Outbox" },
    children: (
      <div class="two">
        <div class="stack">
          <Shown message={message} view={c.req.query("view") ?? "html"} viewer={viewerOf(c)} />
        </div>
        <div class="stack">
          <About message={message} viewer={viewerOf(c)} />
          <Links links={message.links} />
        </div>
      </div>
    ),
  });

/** The message as its reader would see it. */
function Shown({ message, view, viewer }: { message: OutboxMessage; view: string; viewer: Viewer }) {
  const { id, at, content } = message;
  switch (content.channel) {
    case "email":
      return <Mail id={id} mail={content.message} view={view} />;
    case "sms":
      return (
        <Card title={`From ${content.message.from}`}>
          <div class="stage">
            <p class="bubble">{content.message.body}</p>
          </div>
          <SegmentCount text={content.message.body} />
        </Card>
      );
    case "chat":
      return <Chat chat={content.message} time={<Time at={at} viewer={viewer} />} />;
    case "push":
    case "in_app": {
      const { title, body, data } = content.message;
      const options = content.channel === "push" ? content.message.options : {};
      return (
        <>
          <Phone
            title={title}
            subtitle={typeof options["subtitle"] === "string" ? options["subtitle"] : null}
            body={body}
            time={<Time at={at} viewer={viewer} />}
          />
          <Json title="Data for the app" value={data} />
          <Json title="Options" value={Object.keys(options).length === 0 ? null : options} />
        </>
      );
    }
  }
}

const VIEWS = [
  ["html", "HTML"],
  ["text", "Text"],
  ["headers", "Headers"],
] as const;

function Mail({ id, mail, view }: { id: string; mail: EmailContent; view: string }) {
  const [shown] = VIEWS.find(([name]) => name === view) ?? VIEWS[0];
  return (
    <section class="card" aria-label="The mail">
      <nav class="tabs" aria-label="Views of the mail">
        {VIEWS.map(([name, label]) => (
          <a href={`${PATH}/${id}?view=${name}`} aria-current={name === shown ? "page" : undefined}>
            {label}
          </a>
        ))}
      </nav>
      {shown === "html" && (
        <iframe class="preview" sandbox="allow-popups" src={`${PATH}/${id}/html`} title="The mail as HTML" />
      )}
      {shown === "text" && (
        <div class="pad">
          <pre>{mail.text}</pre>
        </div>
      )}
      {shown === "headers" && (
        <div class="pad">
          <Facts facts={Object.entries(mail.headers).map(([name, value]) => [name, <code>{value}</code>])} />
        </div>
      )}
    </section>
  );
}

/** A notification as a phone shows it, on any of our backgrounds. */
const Phone = ({
  title,
  subtitle,
  body,
  time,
}: {
  title: string | null;
  subtitle: string | null;
  body: string | null;
  time: Child;
}) => (
  <section class="phone" aria-label="The message as a card">
    <div class="phone-card">
      <span class="phone-app small">
        <span>Your app</span>
        {time}
      </span>
      {title && <b>{title}</b>}
      {subtitle && <span>{subtitle}</span>}
      {body && <span class="phone-body">{body}</span>}
      {!title && !body && <span>Silent: the app wakes up, and nothing is shown.</span>}
    </div>
  </section>
);

/** A message as a chat shows it, more or less. */
const Chat = ({ chat: { kind, title, text, action }, time }: { chat: ChatContent; time: Child }) => (
  <section class="phone" aria-label="The message as a card">
    <div class="phone-card">
      <span class="phone-app small">
        <span>{kind.replaceAll("_", " ")}</span>
        {time}
      </span>
      {title && <b>{title}</b>}
      {text && <span class="phone-body">{text}</span>}
      {action !== null && <OutLink url={action.url} />}
    </div>
  </section>
);

const Json = ({ title, value }: { title: string; value: Record<string, unknown> | null }) =>
  value === null ? null : (
    <Card title={title}>
      <pre>{JSON.stringify(value, null, 2)}</pre>
    </Card>
  );

const mailbox = (name: string | null, address: string): string =>
  name === null || name === "" ? address : `${name} <${address}>`;

function About({ message, viewer }: { message: OutboxMessage; viewer: Viewer }) {
  const { at, to, userId, type, dispatchId, content } = message;
  const mail = content.channel === "email" ? content.message : null;
  const push = content.channel === "push" ? content.message : null;
  const id = printId("dsp", dispatchId);
  return (
    <Card title="About it">
      <Facts
        facts={[
          ["Channel", CHANNEL_NAMES[content.channel]],
          ["To", to && mailbox(mail?.to_name ?? null, to)],
          ["From", mail && mailbox(mail.from.name, mail.from.address)],
          ["Reply to", mail?.reply_to],
          ["Person", <a href={`/console/people/${encodeURIComponent(userId)}`}>{userId}</a>],
          ["Type", type],
          ["At", <Time at={at} viewer={viewer} />],
          ["Kept until", push?.expires_at && <Time at={Date.parse(push.expires_at)} viewer={viewer} />],
          ["In the log", <a href={`/console/messages/${id}`}>what happened to it</a>],
          ["Id", <Id id={id} />],
        ]}
      />
    </Card>
  );
}

const Links = ({ links }: { links: readonly string[] }) =>
  links.length === 0 ? null : (
    <Card title={`Links (${links.length})`}>
      <ul class="links">
        {links.map((url) => (
          <li>
            <OutLink url={url} />
          </li>
        ))}
      </ul>
    </Card>
  );
