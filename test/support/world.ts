import { type Harness, mint } from "./harness.ts";

/** A user with devices, straight into the tables. */
export async function givenUser(
  { deps, clock }: Harness,
  {
    org = null,
    devices = 1,
    ...more
  }: {
    org?: string | null;
    devices?: number;
    id?: string;
    email?: string;
    locale?: string;
    timezone?: string;
  } = {},
): Promise<{ id: string; tokens: string[] }> {
  const id = more.id ?? mint("usr");
  const now = clock.now();
  const tokens = Array.from({ length: devices }, (_, i) => `ExponentPushToken[${id}-${i}]`);
  const db = deps.bindings.DB;
  await db.batch([
    db
      .prepare(
        "INSERT INTO users (id, org_id, name, email, email_verified, locale, timezone, created_at, updated_at) VALUES (?, ?, 'Kari Nordmann', ?, 1, ?, ?, ?, ?)",
      )
      .bind(id, org, more.email ?? null, more.locale ?? null, more.timezone ?? null, now, now),
    db
      .prepare(
        "INSERT INTO device_tokens (token, user_id, provider, platform, registered_at, last_used_at) SELECT value, ?, 'expo', 'ios', ?, ? FROM json_each(?)",
      )
      .bind(id, now, now, JSON.stringify(tokens)),
  ]);
  return { id, tokens };
}

export async function givenOrg(
  { deps }: Harness,
  parent: string | null = null,
  id = mint("org"),
): Promise<string> {
  await deps.bindings.DB.prepare("INSERT INTO orgs (id, parent_id, name) VALUES (?, ?, 'Org')")
    .bind(id, parent)
    .run();
  return id;
}

/** The smallest push that is valid. */
export const aPush = (userId: string, more: object = {}) => ({
  user_id: userId,
  title: "Time to log your run!",
  body: "Three days.",
  ...more,
});
