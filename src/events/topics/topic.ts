import { type SQL, sql } from "drizzle-orm";
import { topics } from "../../db/schema/index.ts";

/** A topic as the API shows it; times are epoch ms. */
export interface Topic {
  id: string;
  /** `""`: the service. */
  org_id: string;
  name: string | null;
  created_at: number;
  updated_at: number;
}

/** What names a topic. */
export interface TopicKey {
  /** `""`: the service. */
  owner: string;
  id: string;
}

/** Reads the topic that this owner has, not what it inherits. */
export const selectTopic = ({ owner, id }: TopicKey): SQL<Topic> =>
  sql<Topic>`SELECT org_id, id, name, created_at, updated_at FROM ${topics} WHERE org_id = ${owner} AND id = ${id}`;
