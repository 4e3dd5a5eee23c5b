import type { SQL } from "drizzle-orm";
import { Parsed } from "../db/statement.ts";
import type { Dispatch } from "../db/schema/index.ts";
import type { EmailContent } from "../content/index.ts";
import { applicationStatus } from "./application-status/late-bound.ts";
import { certifications } from "./certification-reminder/late-bound.ts";
import { deadlines } from "./deadline-reminder/late-bound.ts";
import { digest } from "./weekly-digest/late-bound.ts";
import type { LateBound } from "./late-bound-type.ts";
import { newMatch } from "./new-match/late-bound.ts";
import { pause } from "./pause/late-bound.ts";
import { welcome } from "./welcome/late-bound.ts";

/** Every kind. Each costs a claim of e-mails one statement. */
const KINDS: readonly LateBound[] = [
  newMatch,
  deadlines,
  digest,
  certifications,
  applicationStatus,
  pause,
  welcome,
];

/** What late-bound messages say, by dispatch; one with nothing left to tell is missing. */
export type LateContents = ReadonlyMap<string, EmailContent>;

/** Whether what a dispatch says is read when it is sent. */
export const isLateBound = (dispatch: Dispatch): boolean => KINDS.some((kind) => kind.isOne(dispatch));

/** Reads what late-bound messages say. @param claimed ids, as a subquery */
export const readLateContents = (claimed: SQL, now: number): Parsed<LateContents> =>
  Parsed.of(
    Object.fromEntries(KINDS.map((kind, i) => [`late${i}`, kind.read(claimed, now)])),
    (found) => new Map(Object.values(found).flat()),
  );
