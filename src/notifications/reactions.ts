import type { SQL } from "drizzle-orm";
import type { BeforeRemoval } from "../ctx.ts";
import { activities } from "../directory/activities.ts";
import { applications } from "../directory/applications.ts";
import { certifications } from "../directory/certifications.ts";
import { grants } from "../directory/grants.ts";
import { matches } from "../directory/matches.ts";
import { peerMentors } from "../directory/peer-mentors.ts";
import { on, type Reactions } from "../directory/reaction.ts";
import { users } from "../directory/users.ts";
import { notifyOfStatuses } from "./application-status/notify.ts";
import { rescheduleOwners } from "./certification-reminder/job.ts";
import { recordMoves } from "./deadline-reminder/moved-deadlines.ts";
import { notifyOfMatches } from "./new-match/notify.ts";
import { keepOutcomes } from "./pause/following.ts";
import { PAUSE_IS_OVERTAKEN } from "./pause/holds.ts";
import { deleteRecordsOf, notifyOfPauses } from "./pause/notify.ts";
import { reschedule, rescheduleMovedUsers } from "./reschedule.ts";
import { outdateSnapshot, outdateSnapshots } from "./stats-summary/reactions.ts";
import { welcomeNewUsers } from "./welcome/notify.ts";

/** What types keep of their dispatches when these are removed. */
export const KEPT: readonly BeforeRemoval[] = [keepOutcomes];

/** The reactions to changes of the directory, in the order in which they run. */
export const REACTIONS: Reactions = {
  changes: new Map([
    on(users, { changed: rescheduleMovedUsers }, { changed: welcomeNewUsers }),
    on(certifications, { changed: rescheduleOwners }),
    on(peerMentors, { changed: notifyOfPauses, removed: deleteRecordsOf }),
    on(activities, { changed: outdateSnapshots, removed: outdateSnapshot }),
    on(grants, { changed: recordMoves }),
    on(matches, { changed: notifyOfMatches }),
    on(applications, { changed: notifyOfStatuses }),
  ]),
  beforeDeletion: (dispatches) => KEPT.map((keep) => keep(dispatches)),
  beforeMove: reschedule,
};

/** Whether a dispatch `d` says what is not true any more: its push is not sent. */
export const IS_OVERTAKEN: SQL = PAUSE_IS_OVERTAKEN;
