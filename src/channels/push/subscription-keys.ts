import { isObject } from "../../lib/objects.ts";
import type { SubscriptionKeys } from "./provider.ts";

// The column was checked when it was written.
const areKeys = (value: unknown): value is SubscriptionKeys => isObject(value);

/** Reads the column `keys`. */
export function parseKeys(column: string | null): SubscriptionKeys | null {
  const value: unknown = column === null ? null : JSON.parse(column);
  return areKeys(value) ? value : null;
}
