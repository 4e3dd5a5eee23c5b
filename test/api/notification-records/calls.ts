import { type Caller, type Harness, mint, type RequestOptions, SERVICE } from "../../support/harness.ts";
import { givenOrg } from "../../support/world.ts";
import { givenMentor, type Mentor, type MentorFacts } from "../../notifications/pause/world.ts";

export const BASE = "/api/v1/notification-records";

/** The smallest record that is valid. */
export const aRecord = (mentorId: string, more: object = {}) => ({
  peer_mentor_id: mentorId,
  event_type: "pause_activated",
  channels_notified: ["push"],
  ...more,
});

export const post = (h: Harness, body: unknown, options: RequestOptions = {}) =>
  h.request("POST", BASE, { body, ...options });

/** Posts a record and says its id. */
export async function givenRecord(h: Harness, mentorId: string, more: object = {}): Promise<string> {
  const { status, body } = await post(h, aRecord(mentorId, more), { as: SERVICE });
  if (status !== 201) throw new Error(`The record was refused: ${JSON.stringify(body)}`);
  return body.id;
}

/** Ids of the records that a list finds, in its order. */
export async function listed(h: Harness, query: string, as: Caller = SERVICE): Promise<string[]> {
  const { status, body } = await h.request("GET", `${BASE}?${query}`, { as });
  if (status !== 200) throw new Error(`The list was refused: ${JSON.stringify(body)}`);
  return body.data.map((row: { id: string }) => row.id);
}

/** A mentor of an organization below `org`, with `coordinator`. */
export interface Tenant {
  org: string;
  coordinator: string;
  mentor: Mentor;
}

export async function givenTenant(h: Harness, facts: MentorFacts = {}): Promise<Tenant> {
  const org = await givenOrg(h);
  const branch = await givenOrg(h, org);
  const coordinator = mint("coord");
  const mentor = await givenMentor(h, { org_id: branch, coordinator_id: coordinator, ...facts });
  return { org, coordinator, mentor };
}
