import { activities } from "./activities.ts";
import type { Collection } from "./collection.ts";
import { certifications } from "./certifications.ts";
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
} as const satisfies Record<string, Collection>;
