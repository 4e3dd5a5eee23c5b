/** Longer URLs are refused: mail clients and gateways cut them. */
const URL_MAX = 2_000;

/** An absolute http(s) URL in its normal form, or null for anything else: it must not become a link. */
export function safeUrl(url: string | null | undefined): string | null {
  const parsed = URL.parse(url ?? "");
  if (parsed === null || (parsed.protocol !== "https:" && parsed.protocol !== "http:")) return null;
  // "https://bank.example@evil.example" looks like bank.example, but leads to evil.example.
  if (parsed.username !== "" || parsed.password !== "") return null;
  return parsed.href.length <= URL_MAX ? parsed.href : null;
}
