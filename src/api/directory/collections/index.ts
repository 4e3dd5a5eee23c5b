import { activities } from "./activities.ts";
import { applications } from "./applications.ts";
import { certifications } from "./certifications.ts";
import { grants } from "./grants.ts";
import { matches } from "./matches.ts";
import { orgs } from "./orgs.ts";
import { peerMentors } from "./peer-mentors.ts";
import { users } from "./users.ts";
import type { WireCollection } from "../wire.ts";

/** Every collection of the directory. A new one is a table, a descriptor in `src/directory/`, a file beside this one, and a line. */
export const WIRE = {
  orgs,
  users,
  certifications,
  "peer-mentors": peerMentors,
  activities,
  grants,
  matches,
  applications,
} as const satisfies Record<string, WireCollection>;
