import fc from "fast-check";
import type { Role } from "../../src/auth/principal.ts";
import type { OpenApi, Parameter } from "./contract.ts";
import { arbitraryOf, hostile, type JsonSchema, mutated } from "./from-schema.ts";

/** One operation of the document, with the schemas that it refers to. */
export interface Operation {
  /** In upper case. */
  method: string;
  /** With its parameters in braces. */
  path: string;
  parameters: Parameter[];
  /** Of the JSON body, where there is one. */
  body: JsonSchema | undefined;
  defs: Record<string, JsonSchema>;
  /** Who may call. Undefined: anyone. */
  roles: readonly Role[] | undefined;
}

/** Who calls, by what a token says. */
interface Caller {
  role: Role;
  sub: string;
  org?: string;
}

/** A request that somebody might send. */
export interface Wanted {
  /** Path and query. */
  url: string;
  headers: Record<string, string>;
  /** undefined: none. */
  body: unknown;
  as: Caller | null;
}

/** What is there, so that not every id is a stranger's. */
export interface Things {
  /** What a parameter or field can stand for, beyond what its schema says. */
  known(name: string, path: string): string | undefined;
  /** Who may call. */
  callers: { roles: readonly Role[]; subs: readonly string[]; orgs: readonly string[] };
}

/** Every operation that the document declares. */
export function operationsOf(document: OpenApi): Operation[] {
  const defs = document.components.schemas;
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody, "x-roles": roles }]) => {
      const body = requestBody?.content["application/json"]?.schema;
      return { method: method.toUpperCase(), path, parameters, body, defs, roles };
    }),
  );
}

const oneIn = <T>(n: number, rare: fc.Arbitrary<T>, usual: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 1, arbitrary: rare }, { weight: n - 1, arbitrary: usual });

const asText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
/** Percent-encoding as a client does it; half a surrogate pair has none. */
const encode = (text: string) => encodeURIComponent(text.toWellFormed());
/** What may stand in a header. */
const headerText = (text: string) => text.replaceAll(/[^\x20-\x7e]/g, "?").trim();

/** Values that clients know without asking. */
const COMMON: Record<string, string> = { timezone: "Europe/Oslo", locale: "nb-NO" };

const HEADERS = [
  "x-request-id",
  "x-d1-bookmark",
  "prefer",
  "idempotency-key",
  "origin",
  "if-match",
  "content-type",
];

/** Parameters of one kind: all that are required, and a few of the others. */
function parametersIn(where: string, { parameters, path, defs }: Operation, things: Things) {
  const valueOf = ({ name, schema }: Parameter) => {
    const known = things.known(name, path) ?? COMMON[name];
    const fitting = arbitraryOf(schema, defs);
    return oneIn(6, hostile, known === undefined ? fitting : oneIn(4, fitting, fc.constant(known))).map(
      asText,
    );
  };
  const here = parameters.filter((one) => one.in === where);
  const required = here.filter((one) => one.required === true);
  const optional = here.filter((one) => one.required !== true);
  return fc
    .shuffledSubarray(optional, { maxLength: Math.min(optional.length, 3) })
    .chain((some) =>
      fc.record(Object.fromEntries([...required, ...some].map((one) => [one.name, valueOf(one)]))),
    );
}

/** Bodies that fit, half of them about things that are there; and such with something strange in them. */
function bodiesOf({ body, path, defs }: Operation, things: Things): fc.Arbitrary<unknown> {
  if (body === undefined) return fc.constant(undefined);
  const right = fc
    .tuple(arbitraryOf(body, defs), fc.boolean())
    .map(([fitting, known]) => (known ? withKnown(fitting, path, things) : fitting));
  return oneIn(2, mutated(right), right);
}

/** The same body about things that are there. */
function withKnown(body: unknown, path: string, things: Things): unknown {
  if (Array.isArray(body)) return body.map((member) => withKnown(member, path, things));
  if (typeof body !== "object" || body === null) return body;
  const known = (name: string, value: unknown) =>
    (name === "id" ? undefined : (things.known(name, path) ?? COMMON[name])) ??
    withKnown(value, path, things);
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, known(name, value)]));
}

/** Requests to an operation: right ones, strange ones, and everything in between. */
export function requestsTo(operation: Operation, things: Things): fc.Arbitrary<Wanted> {
  const { roles, subs, orgs } = things.callers;
  const caller = fc.record({
    role: fc.constantFrom(...roles),
    sub: fc.constantFrom(...subs),
    org: fc.constantFrom(...orgs),
  });
  const strange = fc.dictionary(fc.constantFrom(...HEADERS), fc.string({ unit: "binary", maxLength: 40 }), {
    maxKeys: 2,
  });
  return fc
    .record({
      params: parametersIn("path", operation, things),
      query: parametersIn("query", operation, things),
      unknown: oneIn<Record<string, string>>(
        8,
        fc.constantFrom({ utm_source: "x" }, { Page: "1" }, { "limit[]": "%ff" }),
        fc.constant({}),
      ),
      declared: parametersIn("header", operation, things),
      strange: oneIn<Record<string, string>>(5, strange, fc.constant({})),
      body: bodiesOf(operation, things),
      as: oneIn<Caller | null>(
        6,
        fc.constant(null),
        oneIn<Caller>(3, caller, fc.constant({ role: "service", sub: "svc" })),
      ),
    })
    .map(({ params, query, unknown, declared, strange, body, as }) => {
      const path = operation.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) =>
        encode(String(params[name] ?? "")),
      );
      const search = Object.entries({ ...query, ...unknown }).map(
        ([name, value]) => `${name}=${encode(String(value))}`,
      );
      const headers = { prefer: "respond-async", ...declared, ...strange };
      return {
        url: search.length === 0 ? path : `${path}?${search.join("&")}`,
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, headerText(String(value))]),
        ),
        body,
        as,
      };
    });
}
