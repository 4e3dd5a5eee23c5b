import type { OutboxMessage } from "../../../dev-outbox/message.ts";
import { Badge, Empty, Time } from "../../components/text.tsx";
import { Icon } from "../../layout/icons.tsx";
import type { Viewer } from "../../viewer.ts";
import { beginningOf, CHANNEL_ICONS, CHANNEL_NAMES, titleOf } from "./channels.ts";

/** The list of messages. @param more what it asks for, to show new messages; null: they do not come here */
export function Feed({
  path,
  more,
  isFiltered,
  messages,
  viewer,
}: {
  path: string;
  more: string | null;
  isFiltered: boolean;
  messages: readonly OutboxMessage[];
  viewer: Viewer;
}) {
  const live = more === null ? {} : { "hx-get": more, "hx-trigger": "every 2s", "hx-swap": "outerHTML" };
  return (
    <div id="messages" {...live}>
      {messages.length === 0 ? (
        <Nothing isFiltered={isFiltered} />
      ) : (
        <ol class="feed" aria-label="Messages">
          {messages.map((message) => (
            <Entry path={path} message={message} viewer={viewer} />
          ))}
        </ol>
      )}
    </div>
  );
}

const Nothing = ({ isFiltered }: { isFiltered: boolean }) =>
  isFiltered ? (
    <Empty title="No message fits">Choose another channel, or clear what you look for.</Empty>
  ) : (
    <Empty title="Nothing has been sent yet">
      Send a push with the command that <code>npm start</code> prints, or add a user to the directory: the
      welcome mail comes here. A provider other than <code>log</code> sends for real, and leaves nothing here.
    </Empty>
  );

function Entry({ path, message, viewer }: { path: string; message: OutboxMessage; viewer: Viewer }) {
  const { id, at, to, userId, type, content } = message;
  return (
    <li>
      <a class="feed-entry" href={`${path}/${id}`}>
        <span class={`feed-icon ${content.channel}`}>
          <Icon name={CHANNEL_ICONS[content.channel]} />
        </span>
        <span class="feed-text">
          <span class="feed-title">
            <b>{titleOf(content)}</b>
            <span class="small muted nowrap">
              <Time at={at} viewer={viewer} />
            </span>
          </span>
          <span class="feed-beginning">{beginningOf(content)}</span>
          <span class="row small muted">
            <Badge>{CHANNEL_NAMES[content.channel]}</Badge>
            <span class="feed-to">
              {to ?? userId} · {type}
            </span>
          </span>
        </span>
      </a>
    </li>
  );
}
