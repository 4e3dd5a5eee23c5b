import { createTypes, type NotificationType } from "../content/type.ts";
import { applicationStatus } from "./application-status/type.ts";
import { certificationReminder } from "./certification-reminder/type.ts";
import { deadlineReminder } from "./deadline-reminder/type.ts";
import { newMatch } from "./new-match/type.ts";
import { pauseActivated, pauseDeactivated } from "./pause/type.ts";
import { push } from "./push/type.ts";
import { statsSummary } from "./stats-summary/type.ts";
import { test } from "./test/type.ts";
import { weeklyDigest } from "./weekly-digest/type.ts";
import { welcome } from "./welcome/type.ts";

/** All built-in types. A new type needs a folder and a line here. */
const BUILT_IN = [
  certificationReminder,
  welcome,
  newMatch,
  deadlineReminder,
  weeklyDigest,
  applicationStatus,
  test,
  pauseActivated,
  pauseDeactivated,
  statsSummary,
  push,
] as const satisfies readonly NotificationType[];

export type BuiltInType = (typeof BUILT_IN)[number]["id"];

/** The built-in types' ids, in the order in which the API lists them. */
export const TYPE_IDS: readonly BuiltInType[] = BUILT_IN.map(({ id }) => id);

export const builtInTypes = createTypes(BUILT_IN);
