import { fromString, fromUUID, toUUID } from "typeid-js";
import { V7Generator } from "uuidv7";
import type { Clock } from "./clock.ts";

/** Makes new ids: UUIDv7, so that the order of keys is the order of time. */
export interface Ids {
  uuid(): string;
}

/** Ids with the time of `clock`. They ascend even within one millisecond. */
export function createIds(clock: Clock): Ids {
  const generator = new V7Generator();
  return { uuid: () => generator.generateOrResetCore(clock.now(), 10_000).toString() };
}

/** The prefixes with which views print an id: the same 128 bits as a TypeID (https://github.com/jetify-com/typeid). */
export type IdPrefix = "notif" | "dsp" | "batch" | "nr" | "sup" | "evt" | "con" | "whe" | "whm";

export const printId = (prefix: IdPrefix, uuid: string): string => fromUUID(uuid, prefix);

/** The UUID of a printed id, or null when `text` is not an id with this prefix. */
export function parseId(prefix: IdPrefix, text: string): string | null {
  try {
    return toUUID(fromString(text, prefix));
  } catch {
    return null;
  }
}

/** The prefixes with which views print a dispatch's id. The history of e-mails prints the bare UUID. */
const DISPATCH_PREFIXES = ["notif", "dsp"] as const satisfies readonly IdPrefix[];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The UUID of a dispatch from any form that a view prints, or null. */
export function parseDispatchId(text: string): string | null {
  if (UUID.test(text)) return text.toLowerCase();
  for (const prefix of DISPATCH_PREFIXES) {
    const id = parseId(prefix, text);
    if (id !== null) return id;
  }
  return null;
}

const hex = (ms: number) => Math.max(0, Math.min(ms, 0xffff_ffff_ffff)).toString(16).padStart(12, "0");

/** When a UUIDv7 was made, epoch ms. */
export const timeOfId = (uuid: string): number => Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);

/** The smallest UUID of the millisecond `ms`: `id >= firstIdAt(from)` selects by time of creation. */
export function firstIdAt(ms: number): string {
  const h = hex(ms);
  return `${h.slice(0, 8)}-${h.slice(8)}-0000-0000-000000000000`;
}
