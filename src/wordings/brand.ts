import { z } from "zod";
import { type Brand, TIDINGS } from "../content/brand.ts";
import { cleanLine, cleanText } from "../content/clean.ts";
import { MIN_CONTRAST, contrastOf } from "../content/theme.ts";
import { canonicalAddress, isAsciiAddress } from "../lib/address.ts";
import { parseJson } from "../lib/objects.ts";
import { plainText } from "../lib/text.ts";
import { safeUrl } from "../lib/web-url.ts";
import { type OrgSettings, SERVICE } from "../preferences/org-settings.ts";
import type { Variables } from "./variables.ts";

const https = z
  .string()
  .max(2_000)
  .refine((url) => safeUrl(url)?.startsWith("https://") === true, "must be an https address");

const colour = z
  .string()
  .regex(/^#[0-9a-fA-F]{6}$/, "must be a colour such as #0b5cad")
  .toLowerCase()
  .superRefine((value, context) => {
    if (!/^#[0-9a-f]{6}$/u.test(value) || contrastOf(value) >= MIN_CONTRAST) return;
    // Rounded down, so that 4.49 is not shown as 4.5.
    const ratio = Math.floor(contrastOf(value) * 100) / 100;
    context.addIssue(
      `has a contrast of ${ratio}:1 as text, but WCAG AA needs ${MIN_CONTRAST}:1: take a darker one`,
    );
  });

/** What would make a name look like an address, or like a link, to those who read a mail. Also in full width. */
const LIKE_ADDRESS = /[@<>]|:\/\//u;

/** A name on one line, for people. */
const displayName = plainText(80)
  .overwrite(cleanLine)
  .refine(
    (name) => !LIKE_ADDRESS.test(name.normalize("NFKC")),
    "must not look like an address: no @ < > ://",
  );

/** An address in its canonical spelling, as every provider takes it. */
const replyAddress = z
  .string()
  .overwrite((address) => canonicalAddress(address) ?? address)
  .refine((address) => canonicalAddress(address) !== null, {
    error: "must be an e-mail address",
    abort: true,
  })
  .refine(isAsciiAddress, "must be ASCII before the @");

/** An organization's brand, as it is stored. What is null or missing is inherited. */
export const brandSettings = z.strictObject({
  name: displayName.nullish(),
  logo_url: https.nullish(),
  /** Of links and buttons. The variant for dark mode is derived from it. */
  colour: colour.nullish(),
  sender_name: displayName.nullish(),
  reply_to: replyAddress.nullish(),
  postal_footer: plainText(500).overwrite(cleanText).nullish(),
});
export type BrandSettings = z.output<typeof brandSettings>;

/** What e-mails of an organization have: its brand, and the headers that name it. Null: the service's own. */
export interface OrgBrand extends Brand {
  senderName: string | null;
  replyTo: string | null;
}

/** What words may say of a line of organizations. */
export function variablesOfLine(line: readonly OrgSettings[]): Pick<Variables, "org" | "brand"> {
  const [org] = line;
  const { name, logoUrl, postalFooter } = brandOf(line);
  return {
    org: org === undefined || org.orgId === SERVICE ? null : { id: org.orgId, name: org.name },
    brand: { name, logo_url: logoUrl, postal_footer: postalFooter },
  };
}

/** What an owner has set itself. @param line the owner's */
export function ownBrandOf(owner: string, line: readonly OrgSettings[]): BrandSettings {
  const json = line.find(({ orgId }) => orgId === owner)?.brand ?? null;
  return json === null ? {} : brandSettings.parse(JSON.parse(json));
}

/** The brand that would hold for an owner with these settings. @param line the owner's, as it is */
export function brandWith(owner: string, line: readonly OrgSettings[], brand: BrandSettings): OrgBrand {
  const above = line.filter(({ orgId }) => orgId !== owner);
  return brandOf([{ ...NOTHING_SET, orgId: owner, brand: JSON.stringify(brand) }, ...above]);
}

const NOTHING_SET = { name: null, defaults: {}, quietHours: null, locale: null, country: null };

/** The brand that holds for a line of organizations, each field from the nearest that has it. @param line the nearest first */
export function brandOf(line: readonly OrgSettings[]): OrgBrand {
  const set = line.flatMap(({ brand }) =>
    // What cannot be read must not stop messages: it counts as nothing set.
    brand === null ? [] : [brandSettings.safeParse(parseJson(brand)).data ?? {}],
  );
  const first = <K extends keyof BrandSettings>(field: K): NonNullable<BrandSettings[K]> | null =>
    set.find((one) => one[field] != null)?.[field] ?? null;
  return {
    name: first("name") ?? TIDINGS.name,
    logoUrl: first("logo_url"),
    colour: first("colour"),
    postalFooter: first("postal_footer"),
    senderName: first("sender_name"),
    replyTo: first("reply_to"),
  };
}

/** A brand that holds, under the names of `BrandSettings`. */
export const printBrand = (brand: OrgBrand) => ({
  name: brand.name,
  logo_url: brand.logoUrl,
  colour: brand.colour,
  sender_name: brand.senderName,
  reply_to: brand.replyTo,
  postal_footer: brand.postalFooter,
});
