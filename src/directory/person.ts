import { sql } from "drizzle-orm";
import { inScope } from "../auth/scope.ts";
import { selectWhole } from "../db/json.ts";
import { type DeviceToken, deviceTokens, orgs, topics, topicSubscribers, users } from "../db/schema/index.ts";
import { Parsed } from "../db/statement.ts";
import { type Subject, subjectExists } from "./subject.ts";
import type { User } from "./users.ts";

/** A topic that a person subscribes to. */
export interface SubscribedTopic {
  org_id: string;
  id: string;
  name: string | null;
}

/** A device without what it can be reached by. */
export type Device = Omit<DeviceToken, "token" | "keys">;

/** What the directory knows of a person. */
export interface Person {
  user: User;
  orgName: string | null;
  /** The live ones first, then the newest. */
  devices: Device[];
  topics: SubscribedTopic[];
}

/** So many of a person's devices and topics are read. */
export const MOST_SHOWN = 15;

/** A person in scope with devices and topics; null when there is none. */
export const readPerson = (subject: Subject): Parsed<Person | null> =>
  Parsed.of(
    {
      user: selectWhole(users, sql`id = ${subject.id} AND ${subjectExists(subject)}`),
      org: sql<{ name: string }>`SELECT o.name FROM ${users} AS u JOIN ${orgs} AS o ON o.id = u.org_id
        WHERE u.id = ${subject.id}`,
      devices: selectWhole(
        deviceTokens,
        sql`user_id = ${subject.id} ORDER BY invalidated_at IS NOT NULL, registered_at DESC LIMIT ${MOST_SHOWN}`,
      ),
      topics: sql<SubscribedTopic>`SELECT org_id, id, name FROM ${topics} WHERE uuid IN
          (SELECT topic FROM ${topicSubscribers} WHERE user_id = ${subject.id})
        AND ${inScope(subject.scope, { userId: sql`${subject.id}`, orgId: sql`+org_id` })}
        ORDER BY id, org_id LIMIT ${MOST_SHOWN}`,
    },
    ({ user: [user], org: [org], devices, topics: subscribed }) =>
      user === undefined
        ? null
        : {
            user,
            orgName: org?.name ?? null,
            devices: devices.map(({ token: _token, keys: _keys, ...device }) => device),
            topics: subscribed,
          },
  );
