import { sql } from "drizzle-orm";
import { selectWhole } from "../../db/json.ts";
import { chatConnections } from "../../db/schema/index.ts";
import { type Subject, subjectExists } from "../../directory/subject.ts";
import { MAX_OF_USER } from "./connections.ts";

/** A person's connections, the oldest first: a part of one batch. None where the person is not in scope. */
export const connectionsOfPerson = (subject: Subject) =>
  selectWhole(
    chatConnections,
    sql`user_id = ${subject.id} AND ${subjectExists(subject)} ORDER BY id LIMIT ${MAX_OF_USER}`,
  );
