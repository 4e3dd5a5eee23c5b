import { type Fact, type Template, buttonTo, paragraph, paragraphs } from "../../content/blocks.ts";
import type { ApplicationStatus } from "./payload.ts";
import type { en } from "./words.en.ts";

/** `under_review` → "Under review". Clients choose the names of statuses. */
const readable = (status: string): string =>
  status
    .replace(/[_\s]+/gu, " ")
    .trim()
    .replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());

/** An application's new status. */
export const email: Template<ApplicationStatus, typeof en.email> = (content, context) => {
  const { words, inline } = context;
  const status = readable(content.status);
  const previous = readable(content.previous_status ?? "");
  const facts: Fact[] = [
    { label: words.grant, value: content.grant_title },
    { label: words.status, value: status },
    ...(previous === "" ? [] : [{ label: words.previous, value: previous }]),
  ];
  const intro = words.intro(inline(content.grant_title), inline(status));
  return {
    subject: words.subject(inline(status), inline(content.grant_title)),
    preheader: intro,
    title: words.title,
    blocks: [
      context.greeting,
      paragraph(intro),
      { kind: "facts", facts },
      ...paragraphs(content.note ?? ""),
      ...buttonTo(content.url, words.button),
    ],
  };
};
