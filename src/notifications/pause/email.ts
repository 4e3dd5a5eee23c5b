import { type Fact, type Message, type TemplateContext, buttonTo, paragraph } from "../../content/blocks.ts";
import type { ContentOf } from "../../content/content.ts";

/** To the coordinator: a mentor pauses, or is back. */
export function pause(
  content: ContentOf<"pause_activated"> | ContentOf<"pause_deactivated">,
  context: TemplateContext,
): Message {
  const { say, format, inline } = context;
  const words = content.type === "pause_activated" ? say.pause.activated : say.pause.deactivated;
  const mentor = inline(content.mentor_name);
  const reason = content.reason ?? "";
  const from = content.effective_date ?? null;
  const facts: Fact[] = [
    { label: say.pause.mentor, value: content.mentor_name },
    ...(from === null ? [] : [{ label: words.date, value: format.calendarDate(from) }]),
    ...(reason === "" ? [] : [{ label: say.pause.reason, value: reason }]),
  ];
  return {
    subject: words.subject(mentor),
    preheader: facts
      .slice(1)
      .map(({ label, value }) => `${label}: ${inline(value)}`)
      .join(" · "),
    title: words.subject(mentor),
    blocks: [
      context.greeting,
      paragraph(words.intro(mentor)),
      { kind: "facts", facts },
      ...buttonTo(content.url, say.pause.button),
    ],
  };
}
