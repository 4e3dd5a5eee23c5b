import { type SQL, sql } from "drizzle-orm";
import { READ_AS } from "../locale.ts";

/** `readLanguageOf` in SQL. @param locale a column of stored locales, which are canonical */
function readLanguageIn(locale: SQL): SQL {
  const language = sql`substr(${locale}, 1, instr(${locale} || '-', '-') - 1)`;
  const aliases = [...READ_AS].map(([from, to]) => sql.raw(` WHEN '${from}' THEN '${to}'`));
  return sql`CASE ${language}${sql.join(aliases)} ELSE ${language} END`;
}

/**
 * The text for the reader of a locale; the English one if there is none in the language, or no locale.
 * @param byLanguage a JSON object of texts by language, with an English one
 */
export const textIn = (byLanguage: SQL, locale: SQL): SQL =>
  sql`coalesce(${byLanguage} ->> (${readLanguageIn(locale)}), ${byLanguage} ->> 'en')`;
