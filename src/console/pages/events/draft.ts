import { sendBody } from "../../../api/events/schemas.ts";
import type { z } from "zod";
import { fieldErrors } from "../../../http/field-errors.ts";
import { iso } from "../../../lib/clock.ts";
import type { FieldError } from "../../../lib/failure.ts";
import type { fieldsOf } from "../../fields.ts";
import { linesOf } from "../../lines.ts";
import { typedTime, type Viewer } from "../../viewer.ts";

const TARGETS = ["users", "topic", "org"] as const;
type TargetName = (typeof TARGETS)[number];

/** An event as somebody types it. */
export interface Draft {
  type: string;
  /** On whose behalf; `""`: the sender's own organization, or the service. */
  org: string;
  to: TargetName;
  users: string;
  topic: string;
  toOrg: string;
  withSubOrgs: boolean;
  /** JSON. */
  data: string;
  key: string;
  /** On the viewer's clock. */
  sendAt: string;
  expiresAt: string;
  /** The id of the user who caused it. */
  actor: string;
  channels: readonly string[];
}

/** The draft in a form that was sent. */
export function draftIn(text: Awaited<ReturnType<typeof fieldsOf>>): Draft {
  const to = text("to");
  return {
    type: text("type"),
    org: text("org_id"),
    to: TARGETS.find((one) => one === to) ?? "users",
    users: text("users"),
    topic: text("topic").trim(),
    toOrg: text("to_org").trim(),
    withSubOrgs: text("sub_orgs") !== "",
    data: text("data"),
    key: text("key").trim(),
    sendAt: text("send_at"),
    expiresAt: text("expires_at"),
    actor: text("actor").trim(),
    channels: text.entries().flatMap(([name, value]) => (name === "channels" ? [value] : [])),
  };
}

const recipientsOf = (draft: Draft): object => {
  switch (draft.to) {
    case "users":
      return { users: linesOf(draft.users).map(({ text }) => text) };
    case "topic":
      return { topic: draft.topic };
    case "org":
      return { org_id: draft.toOrg, include_sub_orgs: draft.withSubOrgs };
  }
};

function jsonOf(text: string): { value: unknown; faults: FieldError[] } {
  try {
    return { value: JSON.parse(text), faults: [] };
  } catch (error) {
    const detail = `is not JSON: ${error instanceof Error ? error.message : ""}`;
    return { value: {}, faults: [{ pointer: "/data", detail }] };
  }
}

/** A time as the API gets it; what is none goes there as it was typed, and is refused. */
function timeOf(name: string, typed: string, viewer: Viewer): Record<string, string> {
  if (typed === "") return {};
  const at = typedTime(typed, viewer);
  return { [name]: at === null ? typed : iso(at) };
}

/** The body that the API would get, checked by its schema; or what is wrong with it. */
export function bodyOf(
  draft: Draft,
  viewer: Viewer,
  isDryRun: boolean,
): { body: z.output<typeof sendBody> } | { faults: FieldError[] } {
  const data = jsonOf(draft.data);
  const given = {
    type: draft.type,
    ...(draft.org !== "" && { org_id: draft.org }),
    recipients: recipientsOf(draft),
    data: data.value,
    ...(draft.key !== "" && { key: draft.key }),
    ...timeOf("send_at", draft.sendAt, viewer),
    ...timeOf("expires_at", draft.expiresAt, viewer),
    ...(draft.actor !== "" && { actor: draft.actor }),
    channels: draft.channels,
    dry_run: isDryRun,
  };
  const parsed = sendBody.safeParse(given);
  const faults = [...data.faults, ...(parsed.success ? [] : fieldErrors(parsed.error, "json", given))];
  return parsed.success && faults.length === 0 ? { body: parsed.data } : { faults };
}
