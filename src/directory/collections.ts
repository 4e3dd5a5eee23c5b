import { activities } from "./activities.ts";
import { applications } from "./applications.ts";
import type { Collection } from "./collection.ts";
import { certifications } from "./certifications.ts";
import { grants } from "./grants.ts";
import { matches } from "./matches.ts";
import { orgs } from "./orgs.ts";
import { peerMentors } from "./peer-mentors.ts";
import { users } from "./users.ts";

/** Every collection. A new one is a table, a descriptor here, and a schema in the directory's contract. */
export const COLLECTIONS = {
  orgs,
  users,
  certifications,
  "peer-mentors": peerMentors,
  activities,
  grants,
  matches,
  applications,
} as const satisfies Record<string, Collection>;
