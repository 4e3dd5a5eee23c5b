import { awaitedStatuses } from "./application-status/waiting.ts";
import type { Awaited } from "./grants/awaited.ts";
import { awaitedPauses } from "./pause/waiting.ts";

/** Whose messages wait for the directory one by one. The job of the matches, which wait together, sends them. */
export const AWAITED: readonly Awaited[] = [awaitedStatuses, awaitedPauses];
