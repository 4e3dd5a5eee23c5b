import type { Dispatch } from "../../db/schema/index.ts";
import { canonicalLocale, plainLocale } from "../../lib/locale.ts";
import type { EmailMessage } from "./provider.ts";
import type { Recipient } from "./recipient.ts";
import { customSubject, type NotificationType, renderEmail, type Said } from "../../content/index.ts";
import { type LinkSecrets, signUnsubscribe } from "../../preferences/unsubscribe-token.ts";

/** What every e-mail of ours has in common. */
export interface Letterhead {
  publicUrl: string;
  from: { name: string; address: string };
  linkSecrets: LinkSecrets;
}

/** A user who has an address. */
type Addressee = Recipient & { email: string };

/** What an e-mail says, and to whom. */
export interface Due {
  /** The dispatch's type. A test may say what another type would. */
  type: NotificationType;
  said: Said;
  addressee: Addressee;
}

/** A message as it is rendered: what it says, whom it greets, and the subject that a caller asked for. */
interface Letter {
  said: Said;
  recipient: Addressee;
  subject: string | null;
}

/**
 * An address that nobody has verified may be a stranger's: a caller could use us to send that stranger any text. So it gets
 * only what the type says to such an address, without a name or a subject that a caller chose.
 */
function letterFor({ type, said, addressee }: Due, dispatch: Dispatch): Letter {
  if (addressee.email_verified === 1 || type.transactional === null)
    return { said, recipient: addressee, subject: type.subjectOf?.(dispatch) ?? null };
  const locale = canonicalLocale(addressee.locale ?? "");
  return {
    said: { type, content: type.transactional.unverified },
    recipient: { ...addressee, name: null, locale: locale && plainLocale(locale) },
    subject: null,
  };
}

/** Each type is a list of its own (RFC 2919), so that readers can filter them. */
const listId = (type: string, publicUrl: string) =>
  `<${type.replaceAll("_", "-")}.${new URL(publicUrl).hostname}>`;

/**
 * The e-mail of a dispatch, ready for a provider.
 * @param now what "in 30 days" is counted from, epoch ms
 */
export async function compose(
  letterhead: Letterhead,
  dispatch: Dispatch,
  due: Due,
  now: number,
): Promise<EmailMessage> {
  const { publicUrl, from, linkSecrets } = letterhead;
  const { said, recipient, subject } = letterFor(due, dispatch);
  const { type } = said;
  const token =
    type.transactional === null
      ? await signUnsubscribe(linkSecrets, { userId: recipient.id, code: type.linkCode })
      : null;
  const unsubscribe = token === null ? null : `${publicUrl}/unsubscribe/${token}`;
  const rendered = renderEmail(said, recipient, { unsubscribe, home: publicUrl }, now);
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
        "List-Id": listId(type.id, publicUrl),
        "List-Unsubscribe": `<${unsubscribe}>`,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      }),
    },
  };
}
