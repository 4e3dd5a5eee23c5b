import type { Dispatch } from "../../db/schema/index.ts";
import { canonicalLocale, plainLocale } from "../../lib/locale.ts";
import type { EmailMessage } from "./provider.ts";
import { isEmailType, type Recipient, TRANSACTIONAL } from "./recipient.ts";
import {
  customSubject,
  type EmailContent,
  parseEmailContent,
  renderEmail,
  sampleContent,
} from "../../content/index.ts";
import { type LinkSecrets, signUnsubscribe } from "../../preferences/unsubscribe-token.ts";

/** What every e-mail of ours has in common. */
export interface Letterhead {
  publicUrl: string;
  from: { name: string; address: string };
  linkSecrets: LinkSecrets;
}

/**
 * The content of a dispatch; null when there is none. A push that goes on as e-mail is made from its title and body, a
 * test shows the sample of the type that was asked for.
 */
export function contentOf({ type, payload, title, body }: Dispatch, now: number): EmailContent | null {
  const given = payload === null ? {} : (JSON.parse(payload) as Record<string, unknown>);
  if (type === "test" && typeof given["sample"] === "string" && isEmailType(given["sample"]))
    return sampleContent(given["sample"], now);
  if (type === "push" && payload === null)
    return parseEmailContent("push", { title: title ?? "", body: body ?? "" });
  return parseEmailContent(type, given);
}

/** What a message says, and whom it greets. */
interface Words {
  content: EmailContent;
  recipient: Recipient & { email: string };
  /** The subject that a caller asked for. */
  subject: string | null;
}

/**
 * An address that nobody has verified may be a stranger's, and whoever can have it written to would have us as a relay.
 * So it gets our own words alone: no name, no subject or type of one's choice, nothing else that a caller wrote.
 */
function ownWords(type: string, recipient: Words["recipient"]): Words {
  const locale = canonicalLocale(recipient.locale ?? "");
  return {
    content: type === "welcome" ? { type } : { type: "test" },
    recipient: { ...recipient, name: null, locale: locale && plainLocale(locale) },
    subject: null,
  };
}

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
  given: EmailContent,
  addressee: Recipient & { email: string },
  now: number,
): Promise<EmailMessage> {
  const { publicUrl, from, linkSecrets } = letterhead;
  // A test e-mail may have been given a subject of its own. Of others the title is what the last attempt said, or a push's.
  const asked = dispatch.type === "test" ? dispatch.title : null;
  const { content, recipient, subject }: Words =
    addressee.email_verified === 1
      ? { content: given, recipient: addressee, subject: asked }
      : ownWords(dispatch.type, addressee);
  const token = TRANSACTIONAL.has(content.type)
    ? null
    : await signUnsubscribe(linkSecrets, { userId: recipient.id, type: content.type });
  const unsubscribe = token === null ? null : `${publicUrl}/unsubscribe/${token}`;
  const rendered = renderEmail(content, recipient, { unsubscribe, home: publicUrl }, now);
  return {
    dispatchId: dispatch.id,
    // Without the attempt, so that a repeat is known as one; a retry that a person asked for is another matter.
    idempotencyKey: `${dispatch.id}:${dispatch.scheduled_at ?? 0}`,
    from,
    to: { name: recipient.name, address: recipient.email },
    subject: subject === null ? rendered.subject : customSubject(subject),
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
