import { type Fact, type Template, buttonTo, paragraph, paragraphs } from "../content/blocks.ts";

/** To a new user. */
export const welcome: Template<"welcome"> = (content, { say, greeting, inline }) => {
  const org = content.org_name ?? "";
  return {
    subject: say.welcome.subject,
    preheader: say.welcome.preheader,
    title: say.welcome.subject,
    blocks: [
      greeting,
      paragraph(say.welcome.joined(org === "" ? null : inline(org))),
      paragraph(say.welcome.promise),
      ...buttonTo(content.url, say.welcome.button),
    ],
  };
};

/** Shows that mail arrives, and how we read the recipient's settings. */
export const test: Template<"test"> = (_content, { say, format, locale, now, greeting }) => ({
  subject: say.test.subject,
  preheader: say.test.preheader,
  title: say.test.subject,
  blocks: [
    greeting,
    paragraph(say.test.body),
    {
      kind: "facts",
      facts: [
        { label: say.test.sent, value: format.dateTime(now) },
        { label: say.test.timezone, value: format.timezone },
        { label: say.test.locale, value: locale },
      ],
    },
  ],
});

/** `under_review` → "Under review": statuses are the client's own words. */
const readable = (status: string): string =>
  status
    .replace(/[_\s]+/gu, " ")
    .trim()
    .replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());

/** An application's new status. */
export const applicationStatus: Template<"application_status"> = (content, context) => {
  const { say, inline } = context;
  const status = readable(content.status);
  const previous = readable(content.previous_status ?? "");
  const facts: Fact[] = [
    { label: say.application.grant, value: content.grant_title },
    { label: say.application.status, value: status },
    ...(previous === "" ? [] : [{ label: say.application.previous, value: previous }]),
  ];
  const intro = say.application.intro(inline(content.grant_title), inline(status));
  return {
    subject: say.application.subject(inline(status), inline(content.grant_title)),
    preheader: intro,
    title: say.application.title,
    blocks: [
      context.greeting,
      paragraph(intro),
      { kind: "facts", facts },
      ...paragraphs(content.note ?? ""),
      ...buttonTo(content.url, say.application.button),
    ],
  };
};

/** A push that no device took: its own words and nothing else. */
export const push: Template<"push"> = (content, { say }) => ({
  subject: content.title,
  preheader: content.body,
  title: content.title,
  foreignTitle: true,
  blocks: [...paragraphs(content.body), ...buttonTo(content.url, say.push.button)],
});
