import type { Child } from "hono/jsx";
import { Card } from "../../components/boxes.tsx";
import { Button, Confirm } from "../../components/buttons.tsx";
import { TextArea } from "../../components/form.tsx";
import { messagePath } from "./path.ts";
import type { Message } from "./read.ts";

const ENDED: readonly string[] = ["failed", "bounced", "cancelled"];

/** What a person can do with a message in its present state. */
export function Actions({ message: { dispatch, explained } }: { message: Message }): Child {
  const { id, status, channel, mark } = dispatch;
  const path = messagePath(id);
  if (explained === null) return null;
  return (
    <>
      {ENDED.includes(status) && (
        <Confirm id="retry" action={`${path}/retry`} label="Retry" title="Send it once more?" look="primary">
          <p>{RETRY_TEXTS[status] ?? ""} It gets all its attempts again.</p>
        </Confirm>
      )}
      {status === "queued" && (
        <Confirm id="cancel" action={`${path}/cancel`} label="Cancel it" title="Cancel this message?">
          <p>It is not sent. It can be put back into the queue later, as long as it has not expired.</p>
        </Confirm>
      )}
      {channel === "push" && ENDED.includes(status) && mark !== "resolved" && (
        <form method="post" action={`${path}/resolve`}>
          <Button>Mark as resolved</Button>
        </form>
      )}
    </>
  );
}

const RETRY_TEXTS: Readonly<Record<string, string>> = {
  failed:
    "It goes to its user at once, unless a rule holds it up. Devices that had accepted it are left out.",
  bounced: "The address did not take it, or its owner complained: make sure that this is mended.",
  cancelled: "Somebody has cancelled it. It goes to its user at once, unless a rule holds it up.",
};

/** The note that staff see, to be written anew. @param note as typed, or as it is kept; null: none */
export const NoteCard = ({
  id,
  note,
  fault,
}: {
  id: string;
  note: string | null;
  fault: string | undefined;
}) => (
  <Card title="Note" id="note">
    <form class="form" method="post" action={`${messagePath(id)}/note`}>
      <TextArea
        name="note"
        label="For those who look at this message later"
        rows={3}
        value={note}
        fault={fault}
        hint="Only staff see it. It replaces the one before."
      />
      <div class="row">
        <Button>Keep the note</Button>
      </div>
    </form>
  </Card>
);
