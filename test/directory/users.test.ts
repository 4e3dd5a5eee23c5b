import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createUserIfMissing, users } from "../../src/directory/users.ts";
import { readOne } from "../../src/directory/read.ts";
import { createHarness, mint } from "../support/harness.ts";

const h = createHarness();

test("a user known only by a token is created with what the token says", async () => {
  const id = mint("usr");
  const org = mint("org");
  await h.ctx.db.write({
    user: createUserIfMissing(
      h.ctx,
      {
        id,
        orgId: org,
        email: "Kari@EXAMPLE.com",
        emailVerified: true,
        name: "Kari",
      },
      sql`false`,
    ),
  });
  expect(await readOne(h.ctx, users, id)).toEqual({
    id,
    org_id: org,
    name: "Kari",
    email: "Kari@example.com",
    email_verified: true,
    phone: null,
    phone_country: null,
    phone_verified: false,
    locale: null,
    timezone: null,
    created_at: h.clock.now(),
    updated_at: h.clock.now(),
  });
});

test("a user known by the id alone is created with it", async () => {
  const id = mint("usr");
  await h.ctx.db.write({ user: createUserIfMissing(h.ctx, { id }, sql`false`) });
  expect(await readOne(h.ctx, users, id)).toMatchObject({
    id,
    org_id: null,
    email: null,
    email_verified: false,
  });
});

test("a user whom the directory has stays as it is", async () => {
  const id = mint("usr");
  const body = { name: "Kari", email: "kari@example.com", email_verified: true };
  await h.request("PUT", `/api/v1/directory/users/${id}`, { body });
  await h.ctx.db.write({
    user: createUserIfMissing(h.ctx, { id, name: "Ola", email: "ola@example.com" }, sql`false`),
  });
  expect(await readOne(h.ctx, users, id)).toMatchObject(body);
});

test("no address is verified where there is none", async () => {
  const id = mint("usr");
  await h.ctx.db.write({ user: createUserIfMissing(h.ctx, { id, emailVerified: true }, sql`false`) });
  expect(await readOne(h.ctx, users, id)).toMatchObject({ email: null, email_verified: false });
});
