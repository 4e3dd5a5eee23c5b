import { GROUPS, GUIDES, portable } from "./guides.ts";

const SUMMARY =
  "Tidings is a notification service on Cloudflare's edge. Programs call its API, and it sends push, e-mail, text, chat and in-app messages, exactly as people prefer them.";

/** What there is to read, for language models (https://llmstxt.org). @param base the service's address */
export function llmsTxt(base: string): string {
  const groups = GROUPS.map(({ name, guides }) =>
    [
      `## ${name}`,
      "",
      ...guides.map(({ slug, title, summary }) => `- [${title}](${base}/docs/${slug}.md): ${summary}`),
    ].join("\n"),
  );
  const reference = `## Reference\n\n- [OpenAPI 3.1](${base}/openapi.json): every operation with its fields, answers, errors and examples`;
  const optional = `## Optional\n\n- [All guides in one file](${base}/llms-full.txt)`;
  return `${["# Tidings", `> ${SUMMARY}`, ...groups, reference, optional].join("\n\n")}\n`;
}

/** All guides in one text. */
export const llmsFullTxt = (base: string): string =>
  `# Tidings\n\n> ${SUMMARY}\n\n${GUIDES.map((guide) => portable(guide, base).trim()).join("\n\n---\n\n")}\n`;
