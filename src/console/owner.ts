import type { Scope } from "../auth/scope.ts";
import { SERVICE } from "../preferences/org-settings.ts";

/** A path with the organization that it is about, and further parameters; those that are undefined or empty are left out. */
export function pathFor(
  path: string,
  owner: string,
  more: Readonly<Record<string, string | undefined>> = {},
): string {
  const query = queryFor(owner, more).toString();
  return query === "" ? path : `${path}?${query}`;
}

/** The parameters of such a path. @param owner `""`: the service, which no parameter names */
export const queryFor = (
  owner: string,
  more: Readonly<Record<string, string | undefined>> = {},
): URLSearchParams =>
  new URLSearchParams(
    Object.entries({ ...(owner !== SERVICE && { org_id: owner }), ...more }).flatMap(
      ([name, value]): [string, string][] => (value === undefined || value === "" ? [] : [[name, value]]),
    ),
  );

/** How an owner is called. */
export const nameOfOwner = (owner: string): string => (owner === SERVICE ? "the service" : owner);

/** What an empty field for an organization stands for. */
export const ownOf = (scope: Scope): string => (scope.kind === "org" ? scope.orgId : "the service");
