import type { Scope } from "../auth/scope.ts";
import { ownerQuery } from "../http/owner.ts";
import { SERVICE } from "../preferences/org-settings.ts";
import { ownerOf } from "../preferences/owner.ts";
import { type ConsoleContext, scopeIn } from "./app-env.tsx";
import { queryIn } from "./input.ts";

/** Whose things a page is about. */
export interface Owner {
  /** `""`: the service. */
  id: string;
  /** What was asked for; undefined: the caller's own. */
  asked: string | undefined;
  /** An address of ours that is about the same owner. */
  path(path: string, query?: Readonly<Record<string, string>>): string;
}

/** The owner that `?org_id=` names, else the caller's own organization, or the service. @throws 400, 404 */
export function ownerIn(c: ConsoleContext): Owner {
  const { org_id: asked } = queryIn(c, ownerQuery);
  return {
    id: ownerOf(scopeIn(c), asked),
    asked,
    path: (path, query) => pathFor(path, asked ?? SERVICE, query),
  };
}

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
