import type { Place, Trouble } from "../../../insight/trouble/trouble.ts";
import { Card } from "../../components/boxes.tsx";
import { Prose } from "../../components/prose.tsx";
import { Badge, Notice, type Tone } from "../../components/text.tsx";
import { chatPath, CHATS } from "../chats/owner.ts";
import { endpointPath, WEBHOOKS } from "../webhooks/paths.ts";

/** So many are told at once; the others on demand. */
const SHOWN = 6;

const TONES = { error: "bad", warning: "warn", info: "info" } as const satisfies Record<
  Trouble["level"],
  Tone
>;

/** Where to look: a page of the console. */
function linkOf(place: Place): { href: string; text: string } {
  switch (place.page) {
    case "messages": {
      const { page: _, ...filter } = place;
      return {
        href: `/console/messages?${new URLSearchParams(filter).toString()}`,
        text: "See the messages",
      };
    }
    case "wordings": {
      const owner = place.orgId === null ? "" : `?org_id=${encodeURIComponent(place.orgId)}`;
      return { href: `/console/types/${encodeURIComponent(place.type)}${owner}`, text: "Open its words" };
    }
    case "webhook":
      return { href: endpointPath(place.id), text: "Open the endpoint" };
    case "chat":
      return { href: chatPath(place.id), text: "Open the connection" };
    case "webhooks":
      return { href: WEBHOOKS, text: "See the endpoints" };
    case "chats":
      return { href: CHATS, text: "See the chats" };
    case "settings":
      return { href: "/console/settings", text: "Open the settings" };
  }
}

const Told = ({ trouble: { level, what, fix, place } }: { trouble: Trouble }) => {
  const link = place === null ? null : linkOf(place);
  return (
    <li>
      <Notice tone={TONES[level]} title={what}>
        <Prose text={fix} /> {link && <a href={link.href}>{link.text}</a>}
      </Notice>
    </li>
  );
};

/** What is wrong now, with the way to mend it. */
export function Troubles({ troubles }: { troubles: readonly Trouble[] }) {
  const rest = troubles.slice(SHOWN);
  const isUrgent = troubles.some(({ level }) => level === "error");
  return (
    <Card
      title="What is wrong now"
      actions={
        troubles.length > 0 && <Badge tone={isUrgent ? "bad" : "warn"}>{String(troubles.length)}</Badge>
      }
    >
      {troubles.length === 0 ? (
        <Notice tone="good" title="Nothing is wrong.">
          What fails, is late or is missing is told here, with the way to mend it. Messages of the last 24
          hours count.
        </Notice>
      ) : (
        <ul class="plain notices">
          {troubles.slice(0, SHOWN).map((trouble) => (
            <Told trouble={trouble} />
          ))}
        </ul>
      )}
      {rest.length > 0 && (
        <details>
          <summary>{rest.length} more</summary>
          <ul class="plain notices">
            {rest.map((trouble) => (
              <Told trouble={trouble} />
            ))}
          </ul>
        </details>
      )}
    </Card>
  );
}
