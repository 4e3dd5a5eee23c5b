/** So many digits may be a phone number, whatever stands between them, but not within an id. */
const NUMBER = /(?<![\p{L}\d_]-?)\d(?:[\s()./-]*\d){6,16}(?!-?[\p{L}\d_])/u;
/** The beginning of a number in international form. */
const BEGUN = /\+\s*\d/u;
const UUID = /\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/giu;

/**
 * Whether a typed text may be an address or a phone number. What is private never goes into a URL, where browsers, proxies and
 * histories keep it: a form that has it is answered itself, and its pages are forms. An id that looks like a number is
 * treated as one; it is found all the same. Ids stay in paths (SECURITY.md). The outbox is searched by URL: it is only on a
 * developer's own machine.
 */
export function isPrivateText(text: string): boolean {
  const plain = text.normalize("NFKC").replaceAll(UUID, "");
  return plain.includes("@") || NUMBER.test(plain) || BEGUN.test(plain);
}
