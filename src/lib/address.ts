/** The longest address and the longest part before its @ that SMTP carries, in bytes (RFC 5321, §4.5.3.1, RFC 3696 erratum 1690). */
const MAX_ADDRESS = 254;
const MAX_LOCAL_PART = 64;

/** RFC 5322 atext, and letters of other scripts (RFC 6532). Quoted local parts are not supported: few are real, many are attacks. */
const ATEXT = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\-\\p{L}\\p{M}\\p{N}]";
const DOT_ATOM = new RegExp(`^${ATEXT}+(?:\\.${ATEXT}+)*$`, "u");
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
/** Two labels or more. The last is not a number, so that IP addresses are refused. */
const HOSTNAME = new RegExp(`^(?=.{1,253}$)(?:${LABEL}\\.)+(?!\\d+$)${LABEL}$`);
const PRINTABLE_ASCII = /^[!-~]*$/;
/** Characters that the URL parser silently drops, or reads as something after the host. */
const NO_HOST = /[\s\p{C}/\\?#@:[\]%<>^|]/u;

const encoder = new TextEncoder();

/**
 * An e-mail address in its canonical spelling: the domain in ASCII (Punycode, RFC 5891) and lower case, the local part
 * unchanged, since only the receiving host may interpret its case (RFC 5321, §2.4). Null for anything that is not exactly
 * one address. It takes bare addresses only: `addressIn` unwraps `Name <address>`.
 */
export function canonicalAddress(text: string): string | null {
  if (text.length > MAX_ADDRESS) return null;
  const at = text.lastIndexOf("@");
  const local = text.slice(0, Math.max(at, 0)).normalize("NFC");
  if (!DOT_ATOM.test(local) || encoder.encode(local).length > MAX_LOCAL_PART) return null;
  const domain = asciiDomain(text.slice(at + 1));
  if (domain === null) return null;
  const address = `${local}@${domain}`;
  return encoder.encode(address).length > MAX_ADDRESS ? null : address;
}

function asciiDomain(domain: string): string | null {
  const host = PRINTABLE_ASCII.test(domain) ? domain.toLowerCase() : hostOf(domain);
  return HOSTNAME.test(host) ? host : null;
}

/** The platform's URL parser implements UTS 46. */
const hostOf = (domain: string): string =>
  NO_HOST.test(domain) ? "" : (URL.parse(`https://${domain}`)?.hostname ?? "");

/** Whether the address can be sent to without SMTPUTF8: the part before the @ is ASCII. (The domain of a canonical address always is.) */
export const isAsciiAddress = (address: string): boolean => PRINTABLE_ASCII.test(address);

/** The bare address of `Name <address>`, `<address>`, `mailto:address` or an address alone, in its canonical spelling; null when there is none. */
export function addressIn(text: string): string | null {
  const [, wrapped = text] = /<([^<>]*)>\s*$/.exec(text) ?? [];
  return canonicalAddress(wrapped.trim().replace(/^mailto:/i, ""));
}

/**
 * A key that is the same for `Kari@…` and `kari@…`, because hardly any host distinguishes them. Only A to Z become lower
 * case, as in SQLite's `lower()`. So `lower(email)` of a stored (canonical) address gives the same key.
 */
export const addressKey = (canonical: string): string =>
  canonical.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
