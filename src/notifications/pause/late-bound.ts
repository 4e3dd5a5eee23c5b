import { sql } from "drizzle-orm";
import { Parsed } from "../../db/statement.ts";
import { dispatches, type PauseEventType } from "../../db/schema/index.ts";
import { IS_PAUSE_MESSAGE, PAUSE_HOLDS } from "./holds.ts";
import { parseEmailContent } from "../../content/index.ts";
import type { LateBound } from "../late-bound-type.ts";

interface Found {
  dispatch_id: string;
  type: PauseEventType;
  payload: string;
}

/** That a mentor pauses or is back, as long as it is so. */
export const pause: LateBound = {
  isOne: ({ type }) => type === "pause_activated" || type === "pause_deactivated",
  read: (claimed) =>
    Parsed.of(
      {
        found: sql<Found>`SELECT d.id AS dispatch_id, d.type, d.payload FROM ${dispatches} AS d
    WHERE d.id IN ${claimed} AND ${IS_PAUSE_MESSAGE} AND json_valid(d.payload) AND ${PAUSE_HOLDS}`,
      },
      ({ found }) =>
        found.flatMap(({ dispatch_id, type, payload }) => {
          const content = parseEmailContent(type, JSON.parse(payload));
          return content === null ? [] : [[dispatch_id, content] as const];
        }),
    ),
};
