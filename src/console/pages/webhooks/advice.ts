/** What to do about an answer of a receiver, by the code of the attempt; null where the code says all. */
export function adviceFor(code: string): string | null {
  const known = Object.hasOwn(ADVICE, code) ? ADVICE[code] : undefined;
  if (known !== undefined) return known;
  const status = Number(/^http_(\d{3})$/u.exec(code)?.[1]);
  if (status >= 300 && status < 400)
    return "Redirects are not followed: give the endpoint the URL where they lead.";
  if (status >= 500) return "The receiver failed by itself: look at its log of this time.";
  if (status >= 400) return "The receiver refuses what it gets: look at its log of this time.";
  return null;
}

const REFUSES =
  "The receiver, or a firewall before it, refuses us. Does it verify the signature with this endpoint's own secret?";

const ADVICE: Readonly<Record<string, string>> = {
  timeout: "It must answer within ten seconds: let it answer first, and do its work later.",
  network_error:
    "Is the host's name right, is it reachable from outside, and does it have a valid certificate?",
  http_400: `${REFUSES} Is its clock right? A signature that is five minutes old is refused by most libraries.`,
  http_401: REFUSES,
  http_403: REFUSES,
  http_404: "Nothing is at the path of this URL: mend the URL.",
  http_405: "Nothing takes POST at the path of this URL: mend the URL.",
  http_410: "The receiver says that it is gone, which disables the endpoint. Mend the URL, then enable it.",
  http_413: "The receiver takes no body of this size. Ours have a few hundred bytes.",
  http_429: "The receiver asks for a pause. We wait, and send less at a time.",
  url_not_allowed: "No request may go to this URL any more: give the endpoint another one.",
  secret_unreadable:
    "The key that sealed the endpoint's secret is not configured: its operator must set it again.",
  endpoint_disabled: "Enable the endpoint, then send it again.",
};
