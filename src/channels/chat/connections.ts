import { sql } from "drizzle-orm";
import { audit, audited, type Author, CHANGED } from "../../audit/audit.ts";
import type { Scope } from "../../auth/scope.ts";
import { openSecret, sealerOf, sealSecret } from "../../auth/vault.ts";
import type { Ctx } from "../../ctx.ts";
import { insertRows, selectWhole } from "../../db/json.ts";
import { type ChatConnection, chatConnections, type ChatKind } from "../../db/schema/index.ts";
import { Failure, type FieldError, invalid, notFound } from "../../lib/failure.ts";
import { printId } from "../../lib/ids.ts";
import { parseJson } from "../../lib/objects.ts";
import {
  chatUrl,
  type ChatSecret,
  faultsOf,
  FIELDS,
  type GivenAddress,
  hintOf,
  makeSigningSecret,
  readSecret,
  urlRules,
} from "./address.ts";
import {
  type ChatOwner,
  isOwnable,
  type Keeper,
  mayDirect,
  mayHave,
  missingOwner,
  notDirected,
  ofOwner,
  ownerOf,
} from "./owner.ts";

/** The most connections of a user, and of an organization. */
export const MAX_OF_USER = 10;
export const MAX_OF_ORG = 100;

/** Where its secret is stored. */
const placeOf = (id: string) => ({ table: "chat_connections", id });

/** What a connection's requests need; null where no key that we have opens it. */
export async function secretOf(
  ctx: Pick<Ctx, "config">,
  { id, secret }: Pick<ChatConnection, "id" | "secret">,
): Promise<ChatSecret | null> {
  const opened = await openSecret(ctx, placeOf(id), secret);
  return opened === null ? null : readSecret(parseJson(opened));
}

/** The fields of another kind, which mean nothing here. */
const strangers = (kind: ChatKind, given: GivenAddress): FieldError[] =>
  Object.keys(given)
    .filter((name) => !FIELDS[kind].some((own) => own === name))
    .map((name) => ({ pointer: `/${name}`, detail: `is no field of the kind ${kind}` }));

/** Whether a call has shown the secret that it made. */
export interface Created {
  connection: ChatConnection;
  /** The signing secret that was made for a `webhook` without one: its owner sees it here, and never again. */
  signingSecret: string | null;
}

/**
 * Creates a connection. One round trip.
 * @throws 400 naming each bad field; 404 for an owner outside the caller's scope; 403 `not_the_user`; 409
 * `too_many_connections`; 503 `secrets_key_missing`
 */
export async function createConnection(
  ctx: Ctx,
  author: Author,
  keeper: Keeper,
  { owner, kind, name, given }: { owner: ChatOwner; kind: ChatKind; name: string; given: GivenAddress },
): Promise<Created> {
  const needed = FIELDS[kind].filter((field) => field !== "signing_secret" && given[field] === undefined);
  const errors = [
    ...needed.map((field) => ({ pointer: `/${field}`, detail: "is required" })),
    ...strangers(kind, given),
    ...faultsOf(kind, given, urlRules(ctx)),
  ];
  if (errors.length > 0) throw invalid(errors);
  const id = printId("con", ctx.ids.uuid());
  const now = ctx.clock.now();
  const made = kind === "webhook" && given.signing_secret === undefined ? makeSigningSecret() : null;
  const secret = secretFrom(ctx, kind, given, made);
  const sealed = await sealSecret(ctx, placeOf(id), secret);
  const row: ChatConnection = {
    id,
    user_id: "userId" in owner ? owner.userId : null,
    org_id: "orgId" in owner ? owner.orgId : null,
    kind,
    name,
    target: given.channel ?? null,
    secret: sealed,
    sealed_by: sealerOf(sealed),
    hint: hintOf(secret),
    paused_at: null,
    broken_code: null,
    broken_at: null,
    created_at: now,
    updated_at: now,
  };
  const most = "userId" in owner ? MAX_OF_USER : MAX_OF_ORG;
  const hasRoom = sql`(SELECT count(*) FROM ${chatConnections} WHERE ${ofOwner(owner)}) < ${most}`;
  const isThere = isOwnable(keeper.scope, owner);
  const isAllowed = mayDirect(keeper, owner);
  const { found, stored } = await ctx.db.write({
    found: sql`SELECT 1 WHERE ${isThere}`,
    create: insertRows(chatConnections, [row], {
      where: isAllowed ? sql`${isThere} AND ${hasRoom}` : sql`false`,
      onConflict: sql`ON CONFLICT DO NOTHING`,
    }),
    noted: audit({ ...entryOf(ctx, author, id), action: "chat_connection.create" }, CHANGED),
    stored: selectWhole(chatConnections, sql`id = ${id}`),
  });
  if (found.length === 0) throw missingOwner(owner);
  if (!isAllowed) throw notDirected();
  const [connection] = stored;
  if (connection === undefined)
    throw new Failure("conflict", `There are ${most} connections already; delete one first.`, {
      code: "too_many_connections",
    });
  return { connection, signingSecret: made };
}

const entryOf = (ctx: Ctx, author: Author, id: string) => ({
  id: ctx.ids.uuid(),
  target: id,
  ...author,
});

/** The secret that these fields make. They have been checked. @param signing what a `webhook` signs with, if not given */
function secretFrom(ctx: Ctx, kind: ChatKind, given: GivenAddress, signing: string | null): ChatSecret {
  if (kind === "slack_bot") return { token: given.token ?? "" };
  const checked = chatUrl(kind, given.url ?? "", urlRules(ctx));
  const url = "url" in checked ? checked.url : "";
  return kind === "webhook" ? { url, signing: given.signing_secret ?? signing ?? "" } : { url };
}

/** The connections of an owner, the oldest first. @param after the id of the last one before */
export async function listConnections(
  ctx: Ctx,
  scope: Scope,
  owner: ChatOwner,
  { limit, after }: { limit: number; after: string },
): Promise<ChatConnection[]> {
  const { allowed, rows } = await ctx.db.read({
    allowed: sql`SELECT 1 WHERE ${isOwnable(scope, owner)}`,
    rows: selectWhole(
      chatConnections,
      sql`${ofOwner(owner)} AND id > ${after} ORDER BY id LIMIT ${limit + 1}`,
    ),
  });
  if (allowed.length === 0) throw missingOwner(owner);
  return rows;
}

/** @throws 404 */
export async function readConnection(ctx: Ctx, scope: Scope, id: string): Promise<ChatConnection> {
  const { rows } = await ctx.db.read({
    rows: selectWhole(chatConnections, sql`id = ${id} AND ${mayHave(scope)}`),
  });
  const [connection] = rows;
  if (connection === undefined) throw notFound("chat connection");
  return connection;
}

/** A connection that the caller may change and try. @throws 404; 403 `not_the_user` */
export async function directedConnection(ctx: Ctx, keeper: Keeper, id: string): Promise<ChatConnection> {
  const connection = await readConnection(ctx, keeper.scope, id);
  if (!mayDirect(keeper, ownerOf(connection))) throw notDirected();
  return connection;
}

/** What an owner changes. */
export interface ConnectionChange {
  name?: string | undefined;
  paused?: boolean | undefined;
  given: GivenAddress;
}

/**
 * Changes a connection. A new secret or channel mends one that was broken. Two round trips.
 * @throws 400, 404, 403 `not_the_user`, 409 when somebody else changed its secret meanwhile, 503 `secrets_key_missing`
 */
export async function changeConnection(
  ctx: Ctx,
  author: Author,
  keeper: Keeper,
  id: string,
  { name, paused, given }: ConnectionChange,
): Promise<ChatConnection> {
  const { scope } = keeper;
  const before = await directedConnection(ctx, keeper, id);
  const errors = [...strangers(before.kind, given), ...faultsOf(before.kind, given, urlRules(ctx))];
  if (errors.length > 0) throw invalid(errors);
  const now = ctx.clock.now();
  const { channel, ...secrets } = given;
  const isSecret = Object.keys(secrets).length > 0;
  const secret = isSecret ? await changedSecret(ctx, before, given) : null;
  const sealed = secret === null ? before.secret : await sealSecret(ctx, placeOf(id), secret);
  const after: ChatConnection = {
    ...before,
    name: name ?? before.name,
    paused_at: paused === undefined ? before.paused_at : paused ? (before.paused_at ?? now) : null,
    target: channel ?? before.target,
    secret: sealed,
    sealed_by: sealerOf(sealed),
    hint: secret === null ? before.hint : hintOf(secret),
    ...((secret !== null || channel !== undefined) && { broken_code: null, broken_at: null }),
    updated_at: now,
  };
  const { stored } = await ctx.db.write({
    change: sql`UPDATE ${chatConnections} SET name = ${after.name}, paused_at = ${after.paused_at},
        target = ${after.target}, secret = ${after.secret}, sealed_by = ${after.sealed_by}, hint = ${after.hint},
        broken_code = ${after.broken_code}, broken_at = ${after.broken_at}, updated_at = ${now}
      WHERE id = ${id} AND secret IN (${before.secret}, ${after.secret}) AND ${mayHave(scope)}`,
    noted: audit({ ...entryOf(ctx, author, id), action: "chat_connection.change" }, CHANGED),
    stored: selectWhole(chatConnections, sql`id = ${id} AND ${mayHave(scope)}`),
  });
  const [connection] = stored;
  if (connection === undefined) throw notFound("chat connection");
  if (connection.secret !== after.secret)
    throw new Failure("conflict", "The connection was changed meanwhile. Read it, and try again.");
  return connection;
}

/** The secret with what is given of it. What stays of it must be opened. */
async function changedSecret(ctx: Ctx, before: ChatConnection, given: GivenAddress): Promise<ChatSecret> {
  if (before.kind !== "webhook") return secretFrom(ctx, before.kind, given, null);
  const old = await secretOf(ctx, before);
  const [url, signing] = old === null || "token" in old ? [undefined, undefined] : [old.url, old.signing];
  if ((given.url ?? url) === undefined)
    throw invalid([
      { pointer: "/url", detail: "is required, since the stored one cannot be opened any more" },
    ]);
  return secretFrom(ctx, "webhook", { url, ...given }, signing ?? makeSigningSecret());
}

/** Deletes a connection. Messages that are still to be sent to it fail. @throws 404 */
export async function removeConnection(ctx: Ctx, author: Author, scope: Scope, id: string): Promise<void> {
  const entry = { ...entryOf(ctx, author, id), action: "chat_connection.delete" };
  const { noted } = await ctx.db.write({
    remove: sql`DELETE FROM ${chatConnections} WHERE id = ${id} AND ${mayHave(scope)}`,
    noted: audited(entry),
  });
  if (noted.length === 0) throw notFound("chat connection");
}
