/** One IPv6 client usually has a /64 network, and can choose among its 2^64 addresses. */
const PREFIX_HEXTETS = 4;

/** The eight hextets of an IPv6 address, in any notation that the platform's URL parser knows; null for anything else. */
function hextetsOf(address: string): number[] | null {
  const host = /^[0-9a-f:.]+$/i.test(address) ? URL.parse(`http://[${address}]/`)?.hostname : undefined;
  if (host === undefined) return null;
  const [head = "", tail] = host.slice(1, -1).split("::");
  const numbers = (part: string) =>
    part === "" ? [] : part.split(":").map((hextet) => Number.parseInt(hextet, 16));
  if (tail === undefined) return numbers(head);
  const [before, after] = [numbers(head), numbers(tail)];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** `::ffff:0:0/96`, RFC 4291 §2.5.5.2. */
const isMapped = (hextets: readonly number[]): boolean =>
  hextets.slice(0, 5).every((hextet) => hextet === 0) && hextets[5] === 0xff_ff;

/**
 * The client that a request from this address counts for. An IPv4 address is one client, also when it is written as IPv6.
 * IPv6 clients are counted by their /64. A text that is no address is returned as it is.
 * @param address may have a zone (`fe80::1%eth0`), which is left out
 */
export function clientOf(address: string): string {
  const [bare = ""] = address.trim().split("%");
  if (!bare.includes(":")) return bare;
  const hextets = hextetsOf(bare);
  if (hextets === null) return bare;
  const [high = 0, low = 0] = hextets.slice(6);
  if (isMapped(hextets)) return [high >> 8, high & 255, low >> 8, low & 255].join(".");
  const prefix = hextets.slice(0, PREFIX_HEXTETS).map((hextet) => hextet.toString(16));
  return `${prefix.join(":")}::/64`;
}
