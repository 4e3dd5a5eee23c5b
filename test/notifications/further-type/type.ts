import { sql } from "drizzle-orm";
import { z } from "zod";
import { buttonTo, paragraph } from "../../../src/content/blocks.ts";
import { line, link } from "../../../src/content/fields.ts";
import { defineType } from "../../../src/content/type.ts";
import { Parsed } from "../../../src/db/statement.ts";

const payload = z.object({ headline: line, url: link });

const en = {
  name: "the newsletter",
  email: { subject: (headline: string) => `News: ${headline}`, read: "Read it", button: "Open" },
};

/** A type that no file of src names: its headline is the name of its user's organization when it is sent. */
export const newsletter = defineType({
  id: "newsletter",
  category: "news",
  channels: ["push"],
  fallback: "email",
  critical: false,
  transactional: null,
  preference: null,
  dedupe: null,
  goodForMs: null,
  supersedes: false,
  ownBudget: false,
  chargedOnRequest: false,
  linkCode: 200,
  payload,
  words: { en, da: { ...en, name: "nyhedsbrevet" } },
  email: (content, { words, greeting, inline }) => ({
    subject: words.subject(inline(content.headline)),
    preheader: words.read,
    title: content.headline,
    foreignTitle: true,
    blocks: [greeting, paragraph(words.read), ...buttonTo(content.url, words.button)],
  }),
  sample: () => ({ headline: "Sample headline", url: "https://app.example.org/news" }),
  lateBound: {
    isFor: (stored) => stored === null,
    read: (claimed) =>
      Parsed.of(
        {
          found: sql<{ id: string; headline: string }>`SELECT d.id, o.name AS headline FROM dispatches AS d
            CROSS JOIN users AS u ON u.id = d.user_id CROSS JOIN orgs AS o ON o.id = u.org_id
            WHERE d.id IN ${claimed} AND d.type = 'newsletter' AND d.payload IS NULL AND o.name IS NOT NULL`,
        },
        ({ found }) => found.map(({ id, headline }) => [id, { headline }] as const),
      ),
  },
});
