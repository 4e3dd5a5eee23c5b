import type { Author } from "../audit/audit.ts";
import type { Scope } from "../auth/scope.ts";
import type { NotificationTypes } from "../content/index.ts";
import type { Ctx } from "../ctx.ts";
import { Failure, invalid } from "../lib/failure.ts";
import { unconfigured } from "./configured.ts";
import { faultsOf } from "./data-faults.ts";
import type { OwnTypeData } from "./own-type.ts";
import { putOwnType } from "./put.ts";
import { removeOwnType } from "./remove.ts";
import type { StoredType } from "./stored.ts";

type BuiltIns = Pick<NotificationTypes, "get">;

function refuseBuiltIn(types: BuiltIns, id: string): void {
  if (types.get(id) !== undefined)
    throw new Failure("conflict", "This type is built in: only its words can be changed.", {
      code: "type_built_in",
    });
}

/**
 * Creates or replaces a customer's type. One round trip.
 * @param options.isNew an existing one is not replaced
 * @throws 409 `type_built_in`; 400 for a channel that is not configured, and for a sample that does not fit the schema; and as
 * `putOwnType`
 */
export async function defineOwnType(
  ctx: Ctx,
  types: BuiltIns,
  author: Author,
  scope: Scope,
  data: OwnTypeData,
  options: { isNew?: boolean } = {},
): Promise<{ type: StoredType; created: boolean }> {
  refuseBuiltIn(types, data.id);
  const named = data.channels.map(({ channel }) => channel);
  const missing = unconfigured(ctx, named, (place) => `/channels/${place}/channel`);
  if (missing.length > 0) throw invalid(missing);
  const faults = data.sample === null ? [] : faultsOf(data.schema, data.sample);
  if (faults.length > 0)
    throw invalid(faults.map(({ pointer, detail }) => ({ pointer: `/sample${pointer}`, detail })));
  return putOwnType(ctx, author, scope, data, options);
}

/** Deletes a customer's type. One round trip. @throws 409 `type_built_in`; and as `removeOwnType` */
export async function deleteOwnType(
  ctx: Ctx,
  types: BuiltIns,
  author: Author,
  scope: Scope,
  type: { id: string; owner: string },
): Promise<void> {
  refuseBuiltIn(types, type.id);
  await removeOwnType(ctx, author, scope, type);
}
