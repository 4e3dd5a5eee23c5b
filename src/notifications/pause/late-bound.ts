import { sql } from "drizzle-orm";
import { Parsed } from "../../db/statement.ts";
import { dispatches } from "../../db/schema/index.ts";
import { IS_PAUSE_MESSAGE, PAUSE_HOLDS } from "./holds.ts";
import type { LateBound } from "../../content/type.ts";
import { type PauseContent, pausePayload } from "./payload.ts";

interface Found {
  dispatch_id: string;
  payload: string;
}

/** The content of a pause or return, if it is still true. */
export const lateBound: LateBound<PauseContent> = {
  read: (claimed) =>
    Parsed.of(
      {
        found: sql<Found>`SELECT d.id AS dispatch_id, d.payload FROM ${dispatches} AS d
    WHERE d.id IN ${claimed} AND ${IS_PAUSE_MESSAGE} AND json_valid(d.payload) AND ${PAUSE_HOLDS}`,
      },
      ({ found }) =>
        found.flatMap(({ dispatch_id, payload }) => {
          const parsed = pausePayload.safeParse(JSON.parse(payload));
          return parsed.success ? [[dispatch_id, parsed.data] as const] : [];
        }),
    ),
};
