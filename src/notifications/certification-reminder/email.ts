import { type Template, buttonTo, paragraph } from "../../content/blocks.ts";
import { countOf, listBlocks, titlesOf, whenBadge } from "../grants/lists.ts";
import type { CertificationReminder } from "./payload.ts";
import type { en } from "./words.en.ts";

/** A user's expiring and expired certificates, those nearest to now first. */
export const email: Template<CertificationReminder, typeof en.email> = (content, context) => {
  const { words, format, now } = context;
  const nearest = content.certifications.toSorted(
    (a, b) => Math.abs(a.expires_at - now) - Math.abs(b.expires_at - now),
  );
  const count = countOf(context, nearest, content.total);
  const first = nearest.find(({ expires_at }) => expires_at > now);
  const expired = format.amount(nearest.filter(({ expires_at }) => expires_at <= now).length);
  const subject = words.subject(
    expired,
    format.amount(count.value - expired.value),
    first === undefined ? null : format.until(now, first.expires_at),
  );
  const items = nearest.map(({ name, expires_at }) => {
    const days = format.until(now, expires_at);
    const date = format.date(expires_at);
    return {
      title: name,
      url: null,
      details: [days.past ? words.expired(date) : words.expires(date)],
      badge: days.past ? { text: words.expiredBadge, tone: "danger" as const } : whenBadge(context, days),
    };
  });
  return {
    subject,
    preheader: titlesOf(items, context),
    title: subject,
    blocks: [
      context.greeting,
      paragraph(words.intro(count)),
      ...listBlocks(context, items, count),
      ...buttonTo(content.url, words.button),
    ],
  };
};
