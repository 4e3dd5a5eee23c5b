import type { Child } from "hono/jsx";
import type { OnChannel } from "../../../explain/explain.ts";
import { isObject } from "../../../lib/objects.ts";
import { channelName, shortened } from "../../components/names.ts";
import { SegmentCount } from "../../components/segments.tsx";
import { Empty, Facts } from "../../components/text.tsx";

type Fields = NonNullable<OnChannel["rendering"]>;

/** Longer texts are cut: the page stays small. */
const MAX_TEXT = 6_000;

const text = (fields: Fields, name: string): string | null => {
  const value = fields[name];
  return typeof value === "string" ? value : null;
};

/** The HTML of an e-mail as it would be sent; null where there is none. */
export const htmlOf = ({ rendering }: Pick<OnChannel, "rendering">): string | null =>
  rendering && text(rendering, "html");

/** Where an e-mail's HTML comes from: an address, or a form that is posted into the frame. */
export type Frame = { src: string } | { action: string; fields: Readonly<Record<string, string>> };

/** A message as its reader would get it, by the code that sends it. @param frame of an e-mail's HTML */
export function Rendering({
  explained: { channel, rendering },
  frame,
}: {
  explained: OnChannel;
  frame: Frame;
}) {
  if (rendering === null)
    return (
      <Empty title="It cannot be shown">
        The rules say what is missing: words, data, or somebody who could get it.
      </Empty>
    );
  switch (channel) {
    case "email":
      return <Mail mail={rendering} frame={frame} />;
    case "sms":
      return <Bubble message={rendering} />;
    default:
      return <PhoneCard channel={channel} message={rendering} />;
  }
}

const Bubble = ({ message }: { message: Fields }) => (
  <div class="pad">
    <Facts facts={[["From", text(message, "from")]]} />
    <div class="stage">
      <p class="bubble">{text(message, "text")}</p>
    </div>
    <SegmentCount text={text(message, "text") ?? ""} />
  </div>
);

const Mail = ({ mail, frame }: { mail: Fields; frame: Frame }) => (
  <>
    <div class="pad">
      <Facts
        facts={[
          ["Subject", text(mail, "subject")],
          ["From", text(mail, "from")],
          ["Reply to", text(mail, "reply_to")],
        ]}
      />
      <details class="more">
        <summary>As text</summary>
        <pre>{shortened(text(mail, "text") ?? "", MAX_TEXT)}</pre>
      </details>
    </div>
    {"src" in frame ? (
      <iframe class="preview" sandbox="allow-popups" src={frame.src} title={FRAME_TITLE} />
    ) : (
      <PostedFrame {...frame} />
    )}
  </>
);

const FRAME_TITLE = "The e-mail as its reader sees it";

/** The console's script presses the button; without a script a person does. */
const PostedFrame = ({ action, fields }: Extract<Frame, { action: string }>) => (
  <>
    <form class="pad" method="post" action={action} target="explained-mail">
      {Object.entries(fields).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button class="button quiet small" type="submit" id="fill-explained-mail">
        Draw the mail
      </button>
    </form>
    <iframe
      class="preview"
      sandbox="allow-popups"
      name="explained-mail"
      title={FRAME_TITLE}
      data-filled-by="fill-explained-mail"
    />
  </>
);

const PhoneCard = ({ channel, message }: { channel: string; message: Fields }) => (
  <div class="pad">
    <section class="phone" aria-label="The message as a card">
      <div class="phone-card">
        <span class="phone-app small">
          <span>{channelName(channel)}</span>
          <span>now</span>
        </span>
        <b>{text(message, "title")}</b>
        <span class="phone-body">{text(message, "body")}</span>
      </div>
    </section>
    <Pretty title="Data for the app" value={message["data"]} />
    <Pretty title="Options" value={message["options"]} />
  </div>
);

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || (isObject(value) && Object.keys(value).length === 0);

/** JSON, in lines. Nothing where there is nothing. */
export const Pretty = ({ title, value }: { title: string; value: unknown }): Child =>
  isEmpty(value) ? null : (
    <div>
      <h3>{title}</h3>
      <pre>{shortened(JSON.stringify(value, null, 2), MAX_TEXT)}</pre>
    </div>
  );
