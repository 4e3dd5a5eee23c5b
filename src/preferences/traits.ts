import type { NotificationTypes, TypeData } from "../content/type.ts";
import type { Dispatch } from "../db/schema/index.ts";
import { ALL } from "./cells.ts";

/** What the decision must know of a dispatch's type. */
export type Traits = Pick<TypeData, "category" | "critical">;

/** The traits of dispatches. */
type TraitsOf = (dispatch: Pick<Dispatch, "type">) => Traits;

/** A type that this version does not know: only the switch of the whole channel counts. */
const UNKNOWN: Traits = { category: ALL, critical: false };

/** The traits of dispatches of built-in types. */
export const traitsAmong =
  (types: Pick<NotificationTypes, "get">): TraitsOf =>
  ({ type }) =>
    types.get(type) ?? UNKNOWN;
