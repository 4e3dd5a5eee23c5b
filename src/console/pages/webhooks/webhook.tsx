import { messageView } from "../../../api/webhook-endpoints/view.ts";
import { readMessage } from "../../../channels/webhook/messages.ts";
import { replayOne } from "../../../channels/webhook/replay.ts";
import type { Dispatch } from "../../../db/schema/index.ts";
import { authorOf } from "../../../http/author.ts";
import { countChange } from "../../../http/count-change.ts";
import { MINUTE } from "../../../lib/clock.ts";
import { printId } from "../../../lib/ids.ts";
import { type Console, type ConsoleContext, fragment, page, scopeIn } from "../../app-env.tsx";
import { Card, Table } from "../../components/boxes.tsx";
import { Button, ButtonLink } from "../../components/buttons.tsx";
import { Badge, Empty, Facts, Id, Notice, Status, Time, type Tone } from "../../components/text.tsx";
import { done, noticeIn } from "../../notices.ts";
import { type Viewer, viewerOf } from "../../viewer.ts";
import { adviceFor } from "./advice.ts";
import { answerOf, took } from "./log.tsx";
import { endpointIdOf, endpointPath, webhookIdOf, webhookPath, WEBHOOKS } from "./paths.ts";

/** The endpoint and the webhook that a path names. @throws 404 */
const idsIn = (c: ConsoleContext) => ({
  endpointId: endpointIdOf(c.req.param("id") ?? ""),
  id: webhookIdOf(c.req.param("message") ?? ""),
});

const OUTCOMES: Readonly<Record<string, { tone: Tone; text: string }>> = {
  accepted: { tone: "good", text: "taken" },
  retry: { tone: "warn", text: "is tried again" },
  rejected: { tone: "bad", text: "failed" },
};

const isFinished = ({ status }: Dispatch): boolean => !["queued", "sending"].includes(status);

/** Whether something is about to happen: it is looked at again. */
const isMoving = (webhook: Dispatch, now: number): boolean =>
  !isFinished(webhook) && webhook.due_at < now + MINUTE;

/** What became of a webhook, with each attempt. It asks again while something is about to happen. */
function Happened({
  endpointId,
  webhook,
  viewer,
  now,
}: {
  endpointId: string;
  webhook: Dispatch;
  viewer: Viewer;
  now: number;
}) {
  const { attempts, status, next_attempt_at } = messageView(webhook);
  const moves = isMoving(webhook, now) && {
    "hx-get": webhookPath(endpointId, webhook.id, "/happened"),
    "hx-trigger": "every 2s",
    "hx-swap": "outerHTML",
  };
  return (
    <div class="stack" id="happened" {...moves}>
      <Why webhook={webhook} />
      <Card title="Attempts" flush actions={<Status status={status} />}>
        {attempts.length === 0 ? (
          <Empty title="No attempt yet">
            {isFinished(webhook) ? "It was not sent." : "It is sent in a moment."}
          </Empty>
        ) : (
          <Table
            label="List of attempts"
            rows={attempts}
            columns={[
              {
                head: "At",
                cell: ({ at }) => (
                  <span class="nowrap">
                    <Time at={Date.parse(at)} viewer={viewer} />
                  </span>
                ),
              },
              {
                head: "Outcome",
                cell: ({ outcome }) => {
                  const told = OUTCOMES[outcome];
                  return <Badge tone={told?.tone}>{told?.text ?? outcome}</Badge>;
                },
              },
              { head: "Answer", cell: answerOf },
              { head: "Took", numeric: true, cell: ({ duration_ms }) => took(duration_ms) },
            ]}
          />
        )}
        {next_attempt_at !== null && attempts.length > 0 && (
          <p class="pager small">
            <span>
              Next attempt <Time at={webhook.due_at} viewer={viewer} />
            </span>
          </p>
        )}
      </Card>
      {isFinished(webhook) && (
        <form method="post" action={webhookPath(endpointId, webhook.id, "/replay")}>
          <Button>Send it again</Button>
        </form>
      )}
    </div>
  );
}

/** Why it was not taken, and what to do. */
function Why({ webhook: { error, error_code, status } }: { webhook: Dispatch }) {
  if (error_code === null || status === "sent") return null;
  return (
    <Notice
      tone={status === "queued" || status === "sending" ? "warn" : "bad"}
      title={`${error ?? error_code}.`}
    >
      {adviceFor(error_code)}
    </Notice>
  );
}

export function register(pages: Console): void {
  // One round trip.
  pages.get("/webhooks/:id/messages/:message", async (c) => {
    const { endpointId, id } = idsIn(c);
    const webhook = await readMessage(c.get("ctx"), scopeIn(c), endpointId, id);
    const { body } = messageView(webhook);
    const viewer = viewerOf(c);
    return page(c, {
      title: webhook.type,
      section: WEBHOOKS,
      crumb: { href: endpointPath(endpointId), name: "The endpoint" },
      notice: noticeIn(c),
      actions: <ButtonLink href={endpointPath(endpointId)}>Mend the endpoint</ButtonLink>,
      children: (
        <div class="two">
          <Happened
            endpointId={endpointId}
            webhook={webhook}
            viewer={viewer}
            now={c.get("ctx").clock.now()}
          />
          <div class="stack">
            <Card title="About it">
              <Facts
                facts={[
                  ["webhook-id", <Id id={printId("whm", id)} />],
                  ["Made", <Time at={webhook.created_at} viewer={viewer} />],
                ]}
              />
            </Card>
            <Card title="The body">
              <pre>{JSON.stringify(body, null, 2)}</pre>
            </Card>
          </div>
        </div>
      ),
    });
  });

  pages.get("/webhooks/:id/messages/:message/happened", async (c) => {
    const { endpointId, id } = idsIn(c);
    const webhook = await readMessage(c.get("ctx"), scopeIn(c), endpointId, id);
    const now = c.get("ctx").clock.now();
    return fragment(c, <Happened endpointId={endpointId} webhook={webhook} viewer={viewerOf(c)} now={now} />);
  });

  pages.post("/webhooks/:id/messages/:message/replay", async (c) => {
    const { endpointId, id } = idsIn(c);
    await countChange(c);
    await replayOne(c.get("ctx"), authorOf(c), scopeIn(c), endpointId, id);
    return done(c, webhookPath(endpointId, id), "retried");
  });
}
