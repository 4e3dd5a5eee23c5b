import { env } from "cloudflare:workers";
import { expect, test } from "vitest";

const queriesOf = (name: string) =>
  env.TEST_MIGRATIONS.find((migration) => migration.name.endsWith(name))?.queries ?? [];

test("suppressions from before they had ids keep their meaning, and display forms are unwrapped", async () => {
  const [old = ""] = queriesOf("pipeline_and_directory.sql").filter((query) =>
    query.includes("CREATE TABLE `suppressions`"),
  );
  const rows = [
    ["kari@example.com", "bounce", 10, 1_774_512_000_000],
    ["kari nordmann <kari@example.com>", "complaint", null, 1_774_512_000_001],
    ["ola@example.com", "complaint", null, 1_774_512_000_002],
    ['"ola" <ola@example.com>', "bounce", 20, 1_774_512_000_003],
    ["<mia@example.com>", "bounce", 30, 1_774_512_000_004],
  ] as const;
  await env.DB.batch([
    env.DB.prepare("DROP TABLE suppressions"),
    env.DB.prepare(old),
    ...rows.map((row) => env.DB.prepare("INSERT INTO suppressions VALUES (?, ?, ?, ?)").bind(...row)),
    ...queriesOf("suppression_ids.sql").map((query) => env.DB.prepare(query)),
  ]);
  const { results } = await env.DB.prepare(
    "SELECT email, reason, expires_at, created_at FROM suppressions ORDER BY email",
  ).all();
  expect(results).toMatchObject([
    { email: "kari@example.com", reason: "complaint", expires_at: null },
    { email: "mia@example.com", reason: "bounce", expires_at: 30 },
    { email: "ola@example.com", reason: "complaint", expires_at: null },
  ]);
  const ids = await env.DB.prepare("SELECT id, created_at FROM suppressions").all<{
    id: string;
    created_at: number;
  }>();
  for (const { id, created_at } of ids.results) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16)).toBe(created_at);
  }
});
