import { z } from "zod";
import { canonicalAddress, isAsciiAddress } from "../lib/address.ts";

// Schemas of variables. Each parses the text of one variable.

/** A whole number from 1 to `max`. */
export const count = (fallback: number, max: number) =>
  z.coerce.number().int().min(1).max(max).default(fallback);
/** A secret that we sign or verify with. */
export const secret = z.string().min(32, "must have at least 32 characters");
/** Whether a variable of this name is a secret. Its value belongs into no file of the repository, and nobody is shown it. */
export const isSecret = (name: string): boolean =>
  /(SECRET|TOKENS?|CREDENTIALS|API_KEY|ACCESS_KEY(_ID)?|SERVICE_ACCOUNTS?|SECRETS_KEY|VAPID_PRIVATE_KEY|VAPID_KEYS)(_PREVIOUS)?$/.test(
    name,
  );
/** An address, without a trailing slash. */
export const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ""));
/** Values, comma-separated. */
export const list = (text: string) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
/** At least `least` of `values`, comma-separated. */
export const listOf = <T extends string>(values: readonly T[], least = 0) =>
  z
    .string()
    .default("")
    .transform(list)
    .pipe(
      z
        .array(z.string())
        .min(least)
        .pipe(z.array(z.enum(values))),
    );

/** `Name <address>`, or an address alone. ASCII before the @: no provider sends from any other address. */
export const mailbox = z.string().transform((text, context) => {
  const [, name = "", given = text] = /^(.*?)\s*<([^<>]+)>$/.exec(text.trim()) ?? [];
  const address = canonicalAddress(given.trim());
  if (address !== null && isAsciiAddress(address)) return { name: name.replaceAll('"', ""), address };
  context.addIssue("must be an address, or `Name <address>`");
  return z.NEVER;
});

/** Whole numbers, comma-separated, largest first. */
export const days = z
  .string()
  .transform(list)
  .pipe(z.array(z.coerce.number<string>().int().min(0).max(365)).min(1))
  .transform((numbers) => [...new Set(numbers)].toSorted((a, b) => b - a));

/** `whsec_…`, base64: a secret that Svix issues. */
export const webhookSecret = z
  .string()
  .regex(
    /^whsec_(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
    "must be whsec_ and base64",
  );

/** `user:password`. */
export const webhookCredentials = z
  .string()
  .regex(/^[^:]+:.{16,}$/, "must be user:password, the password of 16 characters or more");

/** Countries of ISO 3166-1 alpha-2, comma-separated. */
export const countries = z
  .string()
  .default("")
  .transform((text) => list(text.toUpperCase()))
  .pipe(z.array(z.string().regex(/^[A-Z]{2}$/, "must be countries such as NO")));

/** A number in E.164. */
const NUMBER = /^\+[1-9][0-9]{6,14}$/;
/** Twilio's id of a messaging service. */
const SERVICE = /^MG[0-9a-f]{32}$/;
/** A name: at most 11 letters, digits and spaces, one of them a letter (3GPP TS 23.040, §9.1.2.5). */
const NAME = /^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$/;

/** The sender of text messages. */
export const sender = z
  .string()
  .refine(
    (text) => NUMBER.test(text) || SERVICE.test(text) || NAME.test(text),
    "must be a number such as +4759440000, a Twilio messaging service (MG…), or a name of at most 11 letters, digits and spaces",
  );

/** What an app is called in variables and registrations: its bundle id will do. */
const appName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    "must be a name of letters, digits, dots, dashes and underscores",
  );

const MAX_APPS = 50;

/** The text of a variable that holds JSON. Its problems never quote it. */
export const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue("must be JSON");
    return z.NEVER;
  }
});

/** JSON: what each app has, by its name. `{ "shop": …, "kiosk": … }`. */
export const byApp = <T extends z.ZodType>(form: T) =>
  jsonText.pipe(
    z
      .record(appName, form, "must be a JSON object by the names of apps")
      .refine((apps) => Object.keys(apps).length > 0, "must name at least one app")
      .refine((apps) => Object.keys(apps).length <= MAX_APPS, `must name at most ${MAX_APPS} apps`),
  );
