import type { Endpoint } from "../../../channels/webhook/endpoint.ts";
import { MOST_COUNTED, type Traffic } from "../../../channels/webhook/traffic.ts";
import { shortened } from "../../components/names.ts";
import { Badge, Notice, Time } from "../../components/text.tsx";
import { figure } from "../../figures.ts";
import { type Viewer, viewerOf } from "../../viewer.ts";
import type { ConsoleContext } from "../../app-env.tsx";

const MAX_NAME = 60;

/** How an endpoint is called: by its description, or its address without what may be a secret. */
export const nameOf = ({ url, description }: Pick<Endpoint, "url" | "description">): string =>
  shortened(description ?? new URL(url).host, MAX_NAME);

/** Whether an endpoint gets webhooks, and takes them. */
export const EndpointState = ({
  endpoint: { enabled, disabled_reason, failing_since },
  traffic: { lastSuccessAt },
}: {
  endpoint: Endpoint;
  traffic: Traffic;
}) => {
  if (!enabled && disabled_reason === "by_hand") return <Badge tone="info">paused</Badge>;
  if (!enabled) return <Badge tone="bad">disabled</Badge>;
  if (failing_since !== null) return <Badge tone="warn">failing</Badge>;
  return lastSuccessAt === null ? <Badge>nothing taken yet</Badge> : <Badge tone="good">works</Badge>;
};

/** How many wait for an endpoint. */
export const backlogOf = ({ waiting }: Traffic): string =>
  waiting > MOST_COUNTED ? `more than ${figure(MOST_COUNTED)}` : figure(waiting);

/** Why an endpoint gets nothing, or takes nothing, and how to mend it. */
export function Standing({ c, endpoint }: { c: ConsoleContext; endpoint: Endpoint }) {
  const { enabled, disabled_reason, failing_since } = endpoint;
  if (enabled) return failing_since === null ? null : <Failing since={failing_since} viewer={viewerOf(c)} />;
  switch (disabled_reason) {
    case "gone":
      return (
        <Notice tone="bad" title="It is disabled: the receiver has answered 410, which says that it is gone.">
          If that is a mistake, mend the receiver or the URL, enable it, and send again what it has missed.
        </Notice>
      );
    case "failing":
      return (
        <Notice tone="bad" title="It is disabled: for five days the receiver has taken nothing.">
          Open a webhook below: it says how the receiver has answered. Mend it, send a test, enable the
          endpoint, and send again what it has missed.
        </Notice>
      );
    case "by_hand":
    case null:
      return (
        <Notice tone="info" title="It is paused.">
          What happens now is not kept for it. Enable it to go on.
        </Notice>
      );
  }
}

const Failing = ({ since, viewer }: { since: number; viewer: Viewer }) => (
  <Notice tone="warn" title="The receiver takes nothing.">
    It has failed since <Time at={since} viewer={viewer} />. Open a webhook below to see how it has answered.
    After five days the endpoint is disabled.
  </Notice>
);
