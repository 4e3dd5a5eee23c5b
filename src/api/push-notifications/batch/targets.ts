import { isObject } from "../../../lib/objects.ts";
import type { z } from "@hono/zod-openapi";
import { directoryId } from "../../../http/schemas.ts";
import type { PushProvider } from "../../../channels/push/provider.ts";
import type { TargetResult } from "../../../notifications/push/send-batch.ts";
import { fieldErrors } from "../../../http/field-errors.ts";
import type { Rejected } from "../../../http/members.ts";
import { unknownOptions } from "../send-body.ts";
import type { target } from "./schemas.ts";

type Target = z.output<typeof target>;

/** What a schema's `safeParse` makes of a target. */
type Reader<T> = (member: T) => { success: true; data: Target } | { success: false; error: z.ZodError };

/** The targets of a batch: the valid ones, and the faults of the others. */
export interface Targets {
  /** Each as it was parsed, or as it was given where it is invalid. */
  all: readonly unknown[];
  good: Target[];
  rejected: Rejected;
}

/** A target's part of the answer. */
export type BatchResult = TargetResult | { user_id: string; dispatch: null; missing: "invalid_request" };

/** Validates each target by itself, so that an invalid one does not stop the others. */
export function readTargets<T>(
  members: readonly T[],
  read: Reader<T>,
  providers: readonly PushProvider[],
): Targets {
  const rejected: Rejected = new Map();
  const good: Target[] = [];
  const all = members.map((member, index) => {
    const result = read(member);
    if (!result.success) {
      rejected.set(index, () => fieldErrors(result.error, "json", member));
      return member;
    }
    const { data } = result;
    const unknown = unknownOptions(providers, data);
    if (unknown.length > 0) rejected.set(index, () => unknown);
    else good.push(data);
    return data;
  });
  return { all, good, rejected };
}

/** A result for each target, in their order. @param taken those of the good ones */
export function resultsOf({ all, rejected }: Targets, taken: readonly TargetResult[]): BatchResult[] {
  const next = taken.values();
  return all.flatMap((given, index): BatchResult[] => {
    if (rejected.has(index)) return [{ user_id: userOf(given), dispatch: null, missing: "invalid_request" }];
    const { value } = next.next();
    return value === undefined ? [] : [value];
  });
}

/** The user of an invalid target; empty when it names none. */
const userOf = (given: unknown): string =>
  isObject(given) ? (directoryId.safeParse(given.user_id).data ?? "") : "";
