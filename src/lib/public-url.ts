/** Longer URLs are refused. The longest that receivers use (Web Push, Microsoft's workflows) have about 500 characters. */
const PUBLIC_URL_MAX = 2_000;

/** Two labels or more, of letters, digits, hyphens and underscores. The last is not a number: that would be an IP address. */
const HOSTNAME = /^(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?!\d+$)[a-z0-9-]{2,63}$/;

/** Top-level domains that no public server has (RFC 6761, 6762, 7686, 8375, 9476, ICANN's `internal`, and what routers and clusters use). */
const NOT_PUBLIC = new Set(
  "alt arpa corp domain home internal intranet invalid lan local localdomain localhost onion private svc test".split(
    " ",
  ),
);

/** White space and control characters, which the URL parser drops or trims, and backslashes, which it takes for slashes. */
const MISLEADING = /[\s\p{C}\\]/u;

/** A URL in its normal form, without a fragment, or why no request goes there: a clause that follows the name of a field. */
export type PublicUrl = { url: string } | { fault: string };

export interface UrlRules {
  /** Whether this computer is allowed, over http and on any port. Only for development. */
  isLocalAllowed: boolean;
}

/**
 * Whether a request may go to a URL that a caller gave: https, a public host by its name, the default port, no
 * credentials. IP addresses are refused in every notation: what the URL parser recognizes as one (decimal, octal,
 * hexadecimal, full-width digits, IPv6) it writes in the usual form, which is no name.
 *
 * A Worker cannot see what a name resolves to. That a public name leads to a private address is not detected here:
 * Cloudflare's network has no route there.
 */
export function publicUrl(text: string, { isLocalAllowed }: UrlRules): PublicUrl {
  if (text.length > PUBLIC_URL_MAX) return { fault: `must have at most ${PUBLIC_URL_MAX} characters` };
  const parsed = MISLEADING.test(text) ? null : URL.parse(text);
  if (parsed === null || !/^https?:\/\/[^/]/i.test(text)) return { fault: "must be an absolute https URL" };
  if (parsed.username !== "" || parsed.password !== "") return { fault: "must not contain credentials" };
  parsed.hash = "";
  if (parsed.href.length > PUBLIC_URL_MAX)
    return { fault: `must have at most ${PUBLIC_URL_MAX} characters when it is encoded` };
  if (isLocalAllowed && isLocal(parsed.hostname)) return { url: parsed.href };
  if (parsed.protocol !== "https:") return { fault: "must begin with https://" };
  if (parsed.port !== "") return { fault: "must not name a port" };
  return isPublicName(parsed.hostname)
    ? { url: parsed.href }
    : { fault: "must name a public host, not an IP address or a private name" };
}

const isPublicName = (host: string): boolean =>
  HOSTNAME.test(host) && !NOT_PUBLIC.has(host.slice(host.lastIndexOf(".") + 1));

const isLocal = (host: string): boolean =>
  host === "localhost" ||
  host.endsWith(".localhost") ||
  host === "[::1]" ||
  /^127\.\d+\.\d+\.\d+$/.test(host);
