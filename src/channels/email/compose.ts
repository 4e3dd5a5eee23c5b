import type { Dispatch } from "../../db/schema/index.ts";
import type { EmailMessage } from "./provider.ts";
import { type Recipient, TRANSACTIONAL } from "./recipient.ts";
import { customSubject, type EmailContent, parseEmailContent, renderEmail } from "./templates/index.ts";
import { type LinkSecrets, signUnsubscribe } from "./unsubscribe-token.ts";

/** What every e-mail of ours has in common. */
export interface Letterhead {
  publicUrl: string;
  from: { name: string; address: string };
  linkSecrets: LinkSecrets;
}

/** The content of a dispatch; a push that goes on as e-mail is made from its title and body. Null: there is none. */
export const contentOf = ({ type, payload, title, body }: Dispatch): EmailContent | null =>
  type === "push" && payload === null
    ? parseEmailContent("push", { title: title ?? "", body: body ?? "" })
    : parseEmailContent(type, payload === null ? {} : JSON.parse(payload));

/** RFC 2919; one list a type, so that a reader can filter them. */
const listId = (type: string, publicUrl: string) =>
  `<${type.replaceAll("_", "-")}.${new URL(publicUrl).hostname}>`;

/**
 * The e-mail of a dispatch, ready for a provider.
 * @param now what "in 30 days" is counted from, epoch ms
 */
export async function compose(
  letterhead: Letterhead,
  dispatch: Dispatch,
  content: EmailContent,
  recipient: Recipient & { email: string },
  now: number,
): Promise<EmailMessage> {
  const { publicUrl, from, linkSecrets } = letterhead;
  const token = TRANSACTIONAL.has(content.type)
    ? null
    : await signUnsubscribe(linkSecrets, { userId: recipient.id, type: content.type });
  const unsubscribe = token === null ? null : `${publicUrl}/unsubscribe/${token}`;
  const rendered = renderEmail(content, recipient, { unsubscribe, home: publicUrl }, now);
  // A test e-mail may have been given a subject of its own.
  const subject =
    content.type === "push" || dispatch.title === null ? rendered.subject : customSubject(dispatch.title);
  return {
    dispatchId: dispatch.id,
    idempotencyKey: dispatch.id,
    from,
    to: { name: recipient.name, address: recipient.email },
    subject,
    html: rendered.html,
    text: rendered.text,
    headers: {
      "Auto-Submitted": "auto-generated",
      // Keeps mail clients from folding separate notifications into one thread.
      "X-Entity-Ref-ID": dispatch.id,
      ...(unsubscribe !== null && {
        "List-Id": listId(content.type, publicUrl),
        "List-Unsubscribe": `<${unsubscribe}>`,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      }),
    },
  };
}
