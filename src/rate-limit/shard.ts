/**
 * Objects that share all users. One for each user would be exact as well, but a batch to 100 users would then be 100 calls,
 * each to an object that has to be made, with a database and an alarm of its own. An object serves about 1,000 calls a
 * second, and a call may be for many users, so that D1's writer is busy long before these are.
 *
 * An object holds its reservations in memory for one to two hours (`expiresAt`, then the alarm), booked slots for up to a day
 * more. Measured in V8: 65,536 users take 56 MB with one reservation each, 137 MB with three, and 0.35 s to read after an
 * eviction. An isolate has 128 MB, so an object may hold about 100,000 reservations and all objects 1.6 million: some 800,000
 * messages an hour that take slots. Who sends more raises this number: a user who is then in another object
 * finds an unused budget there, once; what the old one holds expires.
 */
const SHARDS = 16;

/** The object of a user: FNV-1a of the id, which spreads ids that differ in one character. */
export function shardOf(userId: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(userId)) hash = Math.imul(hash ^ byte, 0x01000193);
  return `shard-${(hash >>> 0) % SHARDS}`;
}
