import type { OwnTypeData } from "../../src/types/own-type.ts";
import { type Harness, mint } from "../support/harness.ts";
import { anOwnType } from "../support/own-type.ts";

/** The smallest words of each channel. */
export const WORDS = {
  push: { title: "Title", body: "Body" },
  in_app: { title: "Title", body: "Body" },
  email: { subject: "Subject", body: "Body" },
} as const;

/** An own type of the service with English words for these channels, straight into the tables. */
export async function givenType(
  { deps }: Harness,
  more: Partial<OwnTypeData> = {},
  worded: readonly (keyof typeof WORDS)[] = ["push", "in_app", "email"],
): Promise<string> {
  const id = mint("type");
  const data = anOwnType({ id, channels: [{ channel: "in_app" }, { channel: "push" }], ...more });
  const db = deps.bindings.DB;
  await db.batch([
    db
      .prepare("INSERT INTO own_types (id, org_id, data, created_at, updated_at) VALUES (?, ?, ?, 0, 0)")
      .bind(id, data.org_id, JSON.stringify(data)),
    ...worded.flatMap((channel) => [
      db
        .prepare(
          "INSERT INTO wordings (type, channel, org_id, locale, published, published_at, latest, updated_at) VALUES (?, ?, '', 'en', 1, 0, 1, 0)",
        )
        .bind(id, channel),
      db
        .prepare(
          "INSERT INTO wording_versions (type, channel, org_id, locale, version, fields, created_by, created_at) VALUES (?, ?, '', 'en', 1, ?, 'service:test', 0)",
        )
        .bind(id, channel, JSON.stringify(WORDS[channel])),
    ]),
  ]);
  return id;
}

/** A topic of the service with so many subscribers, each a user without a device. */
export async function givenTopic({ deps }: Harness, n: number): Promise<{ topic: string; prefix: string }> {
  const topic = mint("topic");
  const prefix = mint("sub");
  const db = deps.bindings.DB;
  const ids = JSON.stringify(Array.from({ length: n }, (_, i) => `${prefix}_${String(i).padStart(6, "0")}`));
  await db.batch([
    db
      .prepare("INSERT INTO topics (org_id, id, uuid, created_at, updated_at) VALUES ('', ?, ?, 0, 0)")
      .bind(topic, topic),
    db
      .prepare(
        "INSERT INTO users (id, email_verified, created_at, updated_at) SELECT value, 0, 0, 0 FROM json_each(?)",
      )
      .bind(ids),
    db
      .prepare("INSERT INTO topic_subscribers (topic, user_id) SELECT ?, value FROM json_each(?)")
      .bind(topic, ids),
  ]);
  return { topic, prefix };
}

/** How many messages each user has of an event, or of a type. */
export async function messagesOf(
  { deps }: Harness,
  type: string,
): Promise<{ user_id: string; channel: string; status: string; payload: string | null; due_at: number }[]> {
  const { results } = await deps.bindings.DB.prepare(
    "SELECT user_id, channel, status, payload, due_at FROM dispatches WHERE type = ? AND type <> 'push' ORDER BY id",
  )
    .bind(type)
    .all<{ user_id: string; channel: string; status: string; payload: string | null; due_at: number }>();
  return results;
}
