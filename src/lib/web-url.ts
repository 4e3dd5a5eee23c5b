/** A longer URL is none: mail clients and gateways cut them. */
const URL_MAX = 2_000;

/** An absolute http(s) URL in its normal form, or null: anything else has no place behind a link. */
export function safeUrl(url: string | null | undefined): string | null {
  const parsed = URL.parse(url ?? "");
  if (parsed === null || (parsed.protocol !== "https:" && parsed.protocol !== "http:")) return null;
  // "https://bank.example@evil.example" reads as another host than it goes to.
  if (parsed.username !== "" || parsed.password !== "") return null;
  return parsed.href.length <= URL_MAX ? parsed.href : null;
}
