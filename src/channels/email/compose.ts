import type { Dispatch } from "../../db/schema/index.ts";
import { canonicalLocale, plainLocale } from "../../lib/locale.ts";
import type { EmailMessage } from "./provider.ts";
import type { Recipient } from "./recipient.ts";
import { customSubject, type NotificationType, renderEmail, type Said } from "../../content/index.ts";
import type { OrgBrand } from "../../wordings/index.ts";
import {
  type LinkSecrets,
  signUnsubscribe,
  type UnsubscribeTarget,
} from "../../preferences/unsubscribe-token.ts";

/** What all e-mails have in common. */
export interface Letterhead {
  publicUrl: string;
  from: { name: string; address: string };
  linkSecrets: LinkSecrets;
}

/** A user who has an address. */
type Addressee = Recipient & { email: string };

/** The content of an e-mail, and its recipient. */
export interface Draft {
  /** The dispatch's type. `said` may be of another type: a test e-mail shows another type's sample. */
  type: NotificationType;
  said: Said;
  addressee: Addressee;
  brand: OrgBrand;
}

/** What is rendered: the content, the recipient to greet, and the subject that a caller asked for. */
interface Letter {
  said: Said;
  recipient: Addressee;
  subject: string | null;
}

/**
 * An unverified address may be a stranger's, and a caller could use us to send the stranger any text. So it gets only the
 * type's content for unverified addresses, without the name and without a subject that a caller chose.
 */
function letterFor({ type, said, addressee }: Draft, dispatch: Dispatch): Letter {
  if (addressee.email_verified === 1 || type.transactional === null)
    return { said, recipient: addressee, subject: type.subjectOf?.(dispatch) ?? null };
  const locale = canonicalLocale(addressee.locale ?? "");
  return {
    said: { type, content: type.transactional.unverified },
    recipient: { ...addressee, name: null, locale: locale && plainLocale(locale) },
    subject: null,
  };
}

/** Each type is a mailing list of its own (RFC 2919), so that readers can filter by type. */
const listId = (type: string, publicUrl: string) =>
  `<${type.replaceAll("_", "-")}.${new URL(publicUrl).hostname}>`;

/** What the link in a mail of this type turns off; null where there is nothing to turn off. */
function linkTarget(
  { transactional, linkCode, category, critical }: NotificationType,
  userId: string,
): UnsubscribeTarget | null {
  if (transactional !== null) return null;
  if (linkCode !== 0) return { userId, code: linkCode };
  // A critical one is sent all the same: a link that does nothing would be a false promise.
  return critical ? null : { userId, category };
}

/** Signs an unsubscribe link: the part after `/unsubscribe/`. */
export type SignLink = (secrets: LinkSecrets, target: UnsubscribeTarget) => Promise<string>;

/** For a preview, which is seen by others than its reader: the link must not work. */
export const unsigned: SignLink = () => Promise.resolve("preview");

/**
 * The e-mail of a dispatch, ready for a provider.
 * @param now epoch ms; "in 30 days" counts from here
 */
export async function compose(
  letterhead: Letterhead,
  dispatch: Dispatch,
  draft: Draft,
  now: number,
  sign: SignLink = signUnsubscribe,
): Promise<EmailMessage> {
  const { publicUrl, from, linkSecrets } = letterhead;
  const { brand } = draft;
  const { said, recipient, subject } = letterFor(draft, dispatch);
  const { type } = said;
  const target = linkTarget(type, recipient.id);
  const token = target === null ? null : await sign(linkSecrets, target);
  const unsubscribe = token === null ? null : `${publicUrl}/unsubscribe/${token}`;
  const preferences = unsubscribe === null ? null : `${unsubscribe}#preferences`;
  const links = { unsubscribe, preferences, home: publicUrl };
  const rendered = renderEmail(said, recipient, links, now, brand);
  return {
    dispatchId: dispatch.id,
    // The same for every attempt, so that providers recognize a repeat. A retry that a person asks for gets a new key.
    idempotencyKey: `${dispatch.id}:${dispatch.scheduled_at ?? 0}`,
    from: brand.senderName === null ? from : { ...from, name: brand.senderName },
    replyTo: brand.replyTo,
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
