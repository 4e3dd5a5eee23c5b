import { Card } from "../../components/boxes.tsx";
import { Badge, Facts, Time } from "../../components/text.tsx";
import type { Viewer } from "../../viewer.ts";
import { durationText } from "./duration.ts";
import { nameOfOwner, type Owner } from "../../owner.ts";
import type { TypeView } from "./shown.ts";

/** What a type is, in words. */
export const TypeFacts = ({ view, owner, viewer }: { view: TypeView; owner: Owner; viewer: Viewer }) => (
  <Card title="The type">
    <Facts
      facts={[
        [
          "Whose",
          view.built_in
            ? "built in: only its words can be changed"
            : (view.org_id ?? "") === owner.id
              ? nameOfOwner(owner.id)
              : `inherited from ${nameOfOwner(view.org_id ?? "")}`,
        ],
        ["Category", <code>{view.category}</code>],
        [
          "Channels",
          view.channels
            .map(({ channel, wait }) =>
              wait === undefined ? channel : `${channel} after ${durationText(wait)}`,
            )
            .join(", then "),
        ],
        ["Fallback", view.fallback],
        ["Critical", view.critical ? <Badge tone="warn">ignores opt-outs and quiet hours</Badge> : "no"],
        [
          "Same key again",
          view.dedupe === null
            ? null
            : view.dedupe === "event"
              ? "is the same event"
              : "notifies only those who were not notified",
        ],
        [
          "Batching",
          view.batch === null
            ? null
            : `${durationText(view.batch.window)}, by ${view.batch.key ?? "user alone"}`,
        ],
        [
          "Throttle",
          view.throttle === null ? null : `${view.throttle.limit} in ${durationText(view.throttle.per)}`,
        ],
        ["Expires after", view.expires_after === null ? null : durationText(view.expires_after)],
        [
          "Changed",
          view.updated_at === null ? null : <Time at={Date.parse(view.updated_at)} viewer={viewer} />,
        ],
      ]}
    />
  </Card>
);
