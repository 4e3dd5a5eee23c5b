import { env } from "cloudflare:workers";
import type { Dispatch } from "../../../src/db/schema/index.ts";
import { parseId } from "../../../src/lib/ids.ts";
import { type Answer, createHarness, type Harness, mint } from "../../support/harness.ts";
import { dispatchesOf } from "../../support/pipeline.ts";
import { givenUser } from "../../support/world.ts";

export const RECORDS = "/api/v1/notification-records";

/** Queues are handled when the test says so. */
export const createPauseWorld = (vars: Record<string, string> = {}): Harness =>
  createHarness({ vars: { EMAIL_PROVIDERS: "resend", ...vars }, autoDrain: false });

export interface Coordinator {
  id: string;
  tokens: string[];
  email: string;
}

/** A coordinator with an address and a device, unless the test says otherwise. */
export async function givenCoordinator(
  h: Harness,
  {
    devices = 1,
    address = true,
    org = null,
  }: { devices?: number; address?: boolean; org?: string | null } = {},
): Promise<Coordinator> {
  const email = `${mint("coord")}@example.com`;
  return { ...(await givenUser(h, { devices, org, ...(address && { email }) })), email };
}

export type MentorFacts = Record<string, unknown>;

export interface Mentor {
  id: string;
  /** Upserts the mentor with other facts, which then stay. */
  put(facts: MentorFacts, query?: string): Promise<Answer>;
}

/** A mentor of the directory, active unless the facts say otherwise. */
export async function givenMentor(h: Harness, facts: MentorFacts = {}): Promise<Mentor> {
  const id = mint("pm");
  let known: MentorFacts = { full_name: "Kari Nordmann", ...facts };
  const put = async (more: MentorFacts, query = "") => {
    known = { ...known, ...more };
    return h.request("PUT", `/api/v1/directory/peer-mentors/${id}${query}`, { body: known });
  };
  await put({});
  return { id, put };
}

/** A record as GET /:id answers it. */
export interface RecordAnswer {
  id: string;
  event_type: string;
  effective_date: string | null;
  reason: string | null;
  coordinator_id: string | null;
  coordinator_name: string | null;
  channels_notified: string[];
  dispatch_ids: string[];
  notes: string | null;
  sent_at: string;
}

/** All records about a mentor, oldest first. */
export async function recordsOf(h: Harness, { id }: Pick<Mentor, "id">): Promise<RecordAnswer[]> {
  const { body } = await h.request("GET", `${RECORDS}?peer_mentor_id=${id}&limit=100`);
  const rows: { id: string }[] = body.data;
  const ids = rows.map((row) => row.id).toReversed();
  return Promise.all(ids.map(async (record) => (await h.request("GET", `${RECORDS}/${record}`)).body));
}

/** The one record about a mentor. */
export async function recordOf(h: Harness, mentor: Pick<Mentor, "id">): Promise<RecordAnswer> {
  const [record, ...more] = await recordsOf(h, mentor);
  if (record === undefined || more.length > 0)
    throw new Error(`There are ${more.length + 1} records, not one`);
  return record;
}

/** The dispatches that a record names, as they are. */
export const messagesOf = ({ dispatch_ids }: Pick<RecordAnswer, "dispatch_ids">): Promise<Dispatch[]> =>
  dispatchesOf(dispatch_ids.map((id) => parseId("dsp", id) ?? "none"));

/** What a user has been sent so far, oldest first. */
export async function sentTo(userId: string): Promise<Dispatch[]> {
  const { results } = await env.DB.prepare("SELECT * FROM dispatches WHERE user_id = ? ORDER BY id")
    .bind(userId)
    .all<Dispatch>();
  return results;
}
