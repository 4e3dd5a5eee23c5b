import { selectWhole } from "../../db/json.ts";
import { sql } from "drizzle-orm";
import { type Dispatch, type WebhookEndpoint, webhookEndpoints } from "../../db/schema/index.ts";
import { Parsed } from "../../db/statement.ts";
import type { Load } from "../../delivery/claim.ts";
import { endpointIdIn, recipientOf } from "./endpoint.ts";

/** What is read to send webhooks: their endpoints, by the dispatches' `user_id`. */
export type Loaded = ReadonlyMap<string, WebhookEndpoint>;

export const load: Load<Loaded> = (messages) =>
  Parsed.of(
    {
      endpoints: selectWhole(
        webhookEndpoints,
        sql`id IN (SELECT ${endpointIdIn(sql`user_id`)} FROM ${messages.rows} WHERE id IN ${messages.ids})`,
      ),
    },
    ({ endpoints }) => new Map(endpoints.map((endpoint) => [recipientOf(endpoint.id), endpoint])),
  );

export const endpointFor = (dispatch: Dispatch, loaded: Loaded): WebhookEndpoint | null =>
  loaded.get(dispatch.user_id) ?? null;
