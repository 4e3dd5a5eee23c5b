import { env } from "cloudflare:workers";
import { expect, test } from "vitest";

/**
 * Each migration and the hash of its statements. One that a database may have applied is never run again, so what it
 * should have said comes in a new migration. Change a hash only while nobody else can have that migration yet.
 */
const WRITTEN: Readonly<Record<string, string>> = {
  "0000_pipeline_and_directory.sql": "18fb3200e815f65b",
  "0001_org_cycles.sql": "94c0a7dc85293fc9",
  "0002_inbox_sequence.sql": "ecf9ba9707e82770",
  "0003_unsent_by_channel.sql": "a3d9a0c3685c65d4",
  "0004_totals_from_indexes.sql": "0700616ca645a461",
  "0005_push_options.sql": "8b666f09851562f8",
  "0006_feedback_weight.sql": "39d0560ce758f035",
  "0007_withheld_and_known_grants.sql": "a98a2f75a498ff91",
  "0008_users_arrive.sql": "3cc8030546afb7ed",
  "0009_rights_and_tombstones.sql": "fe3004bef72257a7",
  "0010_suppression_ids.sql": "624320a672bb1b87",
  "0011_own_types_and_preferences.sql": "6bd6d11ab94945ac",
  "0012_events_by_actor.sql": "211f29d93ba43361",
  "0013_timeline.sql": "2c13a2ee1466c1e7",
  "0014_search_people.sql": "a13c18c9dc6c0dfb",
  "0015_last_names.sql": "babb867c304a0f7b",
  "0016_dev_outbox.sql": "839f02fe6f2866be",
  "0017_insight.sql": "4e471bebcae5161a",
  "0018_event_cancelled_by.sql": "001f421ddffd6ccd",
  "0019_insight_by_org.sql": "993daa887d291dd0",
  "0020_device_facts.sql": "a464dc2978f18d91",
  "0021_webhooks.sql": "9fc72e46acffd0ea",
  "0022_chains.sql": "8be263afd01f73ff",
  "0023_chat_connections.sql": "22846fbc03403f60",
  "0024_text_messages.sql": "c28a952bf110bc3a",
  "0025_webhooks_of_numbers.sql": "c818546be127ceac",
  "0026_webhooks_in_bounds.sql": "ae98b590ae975c41",
  "0027_receipts_by_reading.sql": "323b20987a97ec05",
  "0028_what_fails.sql": "5e2a8e934b78141f",
};

async function hashOf(statements: readonly string[]): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(statements.map((one) => one.trim())));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes), 0, 8);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

test("a migration that may have been applied is not edited", async () => {
  const found = await Promise.all(
    env.TEST_MIGRATIONS.map(async ({ name, queries }) => [name, await hashOf(queries)] as const),
  );
  expect(Object.fromEntries(found)).toEqual(WRITTEN);
});
