import type { ShownWords } from "../../../api/wordings/words.ts";
import type { WordingChannel } from "../../../db/schema/index.ts";
import { Mark } from "../../layout/icons.tsx";
import { ChatLooks } from "../../components/chat-looks.tsx";
import { SegmentCount } from "../../components/segments.tsx";
import { Facts, Notice, OutLink } from "../../components/text.tsx";
import { told } from "../../faults.ts";
import { nameOfOwner } from "../../owner.ts";

/** Words as a reader gets them, or why there is nothing to see. */
export type Look = { shown: ShownWords } | { faults: readonly string[] };

/** The frame of a mail, and the button that fills it. */
export const FRAME = { name: "mail", button: "fill-mail" } as const;

export const MailFrame = () => (
  <iframe
    class="preview"
    name={FRAME.name}
    title="The e-mail as its reader sees it"
    sandbox="allow-popups"
    data-filled-by={FRAME.button}
  />
);

export function PreviewPane({ channel, look }: { channel: WordingChannel; look: Look }) {
  if ("faults" in look)
    return (
      <Notice tone="warn" title="There is nothing to show yet">
        <ul>
          {look.faults.map((text) => (
            <li>{text}</li>
          ))}
        </ul>
      </Notice>
    );
  const { shown } = look;
  return (
    <>
      <p class="small muted">{sourceOf(shown)}</p>
      {shown.warnings.length > 0 && (
        <Notice tone="warn" title="This may be a mistake">
          <ul>
            {shown.warnings.map((one) => (
              <li>{told(one)}</li>
            ))}
          </ul>
        </Notice>
      )}
      <Message channel={channel} shown={shown} />
    </>
  );
}

function sourceOf({ source, version, owner }: ShownWords): string {
  switch (source) {
    case "draft":
      return "What stands in the fields.";
    case "version":
      return `Version ${version}.`;
    case "inherited":
      return `Inherited from ${nameOfOwner(owner ?? "")}, version ${version}. It is used until you publish words of your own.`;
    case "built_in":
      return "The built-in words. They are used until you publish words of your own.";
  }
}

function Message({ channel, shown: { preview } }: { channel: WordingChannel; shown: ShownWords }) {
  switch (channel) {
    case "email":
      return (
        <>
          <div class="mail">
            <p>
              <b>{preview.subject}</b>
            </p>
            <MailFrame />
          </div>
          <details>
            <summary>The text part</summary>
            <pre>{preview.text}</pre>
          </details>
        </>
      );
    case "push":
    case "in_app":
      return (
        <>
          <div class="stage">
            <div class="device">
              <Mark />
              <span class="small muted">
                <span>{channel === "push" ? "Your app" : "In your app"}</span>
                <span>now</span>
              </span>
              <b>{preview.title}</b>
              <p>{preview.body}</p>
            </div>
          </div>
          {channel === "in_app" && (
            <Facts
              facts={[
                ["Leads to", preview.action_url == null ? "nowhere" : <OutLink url={preview.action_url} />],
              ]}
            />
          )}
        </>
      );
    case "chat":
      return (
        <ChatLooks
          title={preview.title ?? ""}
          blocks={preview.blocks ?? []}
          action={
            preview.action_url == null
              ? null
              : { label: preview.action_label ?? preview.action_url, url: preview.action_url }
          }
        />
      );
    case "sms":
      return (
        <>
          <div class="stage">
            <p class="bubble">{preview.text}</p>
          </div>
          <SegmentCount text={preview.text ?? ""} />
        </>
      );
  }
}
