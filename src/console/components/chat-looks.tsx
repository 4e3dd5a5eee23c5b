import type { Child } from "hono/jsx";
import { type Piece, piecesOf, shortened } from "../../channels/chat/message.ts";
import type { Block, Span } from "../../content/blocks.ts";
import { Mark } from "../layout/icons.tsx";
import { OutLink } from "./text.tsx";

/** A chat message as its words make it. */
interface ChatWords {
  title: string;
  blocks: readonly Block[];
  action: { label: string; url: string } | null;
}

/** Characters of a message that are drawn, in each of the chats. */
const DRAWN = 1_500;

const LOOKS = [
  ["slack", "Slack"],
  ["teams", "Microsoft Teams"],
  ["discord", "Discord"],
] as const;

/** A message as Slack, Teams and Discord show it, more or less. */
export function ChatLooks({ title, blocks, action }: ChatWords) {
  const pieces = shortened(piecesOf(blocks), DRAWN);
  return (
    <div class="stage chat-looks">
      {LOOKS.map(([look, name]) => (
        <section class={`chat-look ${look}`} aria-label={`In ${name}`}>
          <span class="chat-app small">
            <Mark />
            <b>Your app</b>
            <span class="muted">{name}, now</span>
          </span>
          <div class="chat-text">
            {title !== "" && <p class="chat-title">{title}</p>}
            {pieces.map((piece) => (
              <PieceOf piece={piece} />
            ))}
            {action !== null && <Action look={look} action={action} />}
          </div>
        </section>
      ))}
    </div>
  );
}

/** Only Teams has a button for it; the others show a link. */
const Action = ({ look, action }: { look: string; action: { label: string; url: string } }) => (
  <p>
    <OutLink url={action.url}>
      {look === "teams" ? <span class="button small">{action.label}</span> : <b>{action.label}</b>}
    </OutLink>
  </p>
);

function PieceOf({ piece }: { piece: Piece }): Child {
  switch (piece.kind) {
    case "text":
      return (
        <p>
          <Spans spans={piece.spans} />
        </p>
      );
    case "item":
      return (
        <p class="chat-item">
          {piece.mark} <Spans spans={piece.spans} />
        </p>
      );
    case "quote":
      return (
        <blockquote>
          <Spans spans={piece.spans} />
        </blockquote>
      );
    case "code":
      return <pre>{piece.text}</pre>;
  }
}

const Spans = ({ spans }: { spans: readonly Span[] }) => (
  <>
    {spans.map((span) => (
      <Look span={span} />
    ))}
  </>
);

/** A text with its looks, from the inside out. */
function Look({ span: { text, bold, italic, code, url } }: { span: Span }): Child {
  const inner = code ? <code>{text}</code> : text;
  const slanted = italic ? <i>{inner}</i> : inner;
  const strong = bold ? <b>{slanted}</b> : slanted;
  return url === undefined ? strong : <OutLink url={url}>{strong}</OutLink>;
}
