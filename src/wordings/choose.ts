import { type SQL, sql } from "drizzle-orm";
import { languageOf, readLanguageOf, resolveLocale } from "../content/locale.ts";
import {
  COMMON_TYPE,
  orgs,
  users,
  type WordingChannel,
  type WordingHead,
  wordings,
} from "../db/schema/index.ts";
import type { Messages } from "../outbox/messages.ts";

/** The name of published words. */
export const wordingKey = ({ type, channel, org_id, locale, version, published_at }: WordingHead): string =>
  JSON.stringify([type, channel, org_id, locale, version, published_at]);

/** Languages in the order in which they are tried: nn-NO, nn, nb (which its readers read), the organization's default, en. */
export function localesToTry(locale: string | null, orgDefault: string | null): string[] {
  const tried = [locale, orgDefault].flatMap((one) => {
    if (one === null) return [];
    const resolved = resolveLocale(one);
    return [resolved, languageOf(resolved), readLanguageOf(resolved)];
  });
  return [...new Set([...tried, "en"])];
}

/**
 * Which of a type's published words a reader gets. Each language is looked for in the nearest organization first, and only
 * then the next language: words that the reader understands come before words of the reader's own organization.
 * @param heads of one type and channel
 * @param orgLine the organizations that the reader belongs to, the nearest first, the service (`""`) last
 * @param builtIn the languages that the type has built-in words in; none for a customer's own type, where words in any
 * language are better than none
 * @returns null: the built-in words, or nothing
 */
export function chooseWording(
  heads: readonly WordingHead[],
  orgLine: readonly string[],
  locales: readonly string[],
  builtIn: readonly string[],
): WordingHead | null {
  for (const locale of locales) {
    for (const org of orgLine) {
      const head = heads.find((one) => one.org_id === org && one.locale === locale);
      if (head !== undefined) return head;
    }
    if (builtIn.includes(locale)) return null;
  }
  if (builtIn.length > 0) return null;
  for (const org of orgLine) {
    const head = heads.find(({ org_id }) => org_id === org);
    if (head !== undefined) return head;
  }
  return null;
}

/**
 * The published words of messages' types: of their users' organizations (of a message to an organization's own receiver:
 * of that organization) and of those above, of the owners of their
 * events' types, and of the service. None for pushes that are sent by API: their words are the caller's.
 */
export const headsOf = (
  { ids, rows, events }: Messages,
  channel: WordingChannel,
): SQL<WordingHead> => sql<WordingHead>`
  WITH RECURSIVE claimed AS (SELECT d.type, iif(u.id IS NULL, d.org_id, u.org_id) AS org_id FROM ${rows} AS d
      LEFT JOIN ${users} AS u ON u.id = d.user_id WHERE d.id IN ${ids} AND d.type <> ${COMMON_TYPE}),
    line(id) AS (SELECT org_id FROM claimed WHERE org_id IS NOT NULL
      UNION SELECT o.parent_id FROM ${orgs} AS o JOIN line ON o.id = line.id WHERE o.parent_id IS NOT NULL)
  SELECT type, channel, org_id, locale, published AS version, published_at FROM ${wordings}
  WHERE type IN (SELECT type FROM claimed) AND channel = ${channel}
    AND published IS NOT NULL AND org_id IN (SELECT id FROM line UNION ALL SELECT ''
      UNION ALL SELECT iif(json_valid(e.type_data), e.type_data->>'org_id', NULL) FROM ${events} AS e
        WHERE e.id IN (SELECT batch_id FROM ${rows} WHERE id IN ${ids}))`;
