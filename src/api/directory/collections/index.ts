import type { COLLECTIONS } from "../../../directory/collections.ts";
import { activities } from "./activities.ts";
import { applications } from "./applications.ts";
import { certifications } from "./certifications.ts";
import { grants } from "./grants.ts";
import { matches } from "./matches.ts";
import { orgs } from "./orgs.ts";
import { peerMentors } from "./peer-mentors.ts";
import { users } from "./users.ts";
import type { WireCollection } from "../wire.ts";

/** Every collection of the directory; the type makes sure that none is missing. */
export const WIRE = {
  orgs,
  users,
  certifications,
  "peer-mentors": peerMentors,
  activities,
  grants,
  matches,
  applications,
} as const satisfies Record<keyof typeof COLLECTIONS, WireCollection>;
