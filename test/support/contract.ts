import type { Role } from "../../src/auth/principal.ts";
import { z } from "zod";
import type { JsonSchema } from "./from-schema.ts";

type Schema = JsonSchema;

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: JsonSchema;
}

/** The schema of a body by media type. */
type Content = Record<string, { schema: Schema }>;

export interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
  /** Who may call. Undefined: anyone. */
  "x-roles"?: readonly Role[];
}

/** What we read of an OpenAPI 3.1 document. */
export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

export interface Seen {
  method: string;
  /** With or without a query. */
  path: string;
  status: number;
  contentType: string | null;
  body: unknown;
}

/** Methods whose answers have no body. */
const BODILESS = ["HEAD", "OPTIONS"];

/** Pages and files for people and providers: not part of the API, so not in its document. */
const isApi = (path: string) => path.startsWith("/api/") || path === "/healthz";

/**
 * Checks every answer against what /openapi.json declares for its route and status: an undeclared status, another media
 * type, a missing, wrong or undeclared field is an error.
 */
export function createContractCheck(document: OpenApi): (seen: Seen) => void {
  const defs = document.components.schemas;
  const compiled = new Map<string, z.ZodType>();

  const validatorOf = (schema: Schema): z.ZodType => {
    const text = JSON.stringify(schema);
    const validator = compiled.get(text) ?? toZod(schema, defs);
    compiled.set(text, validator);
    return validator;
  };

  return (seen) => {
    if (BODILESS.includes(seen.method)) return;
    const where = `${seen.method} ${seen.path} → ${seen.status}`;
    const mediaType = seen.contentType?.split(";")[0] ?? "";
    const path = new URL(seen.path, "http://x").pathname;
    const operation = findOperation(document, seen.method, path);
    const problem = defs["Problem"];
    if (operation === undefined) {
      if (seen.status < 400 && isApi(path))
        throw new Error(`${where}: the document does not know this route`);
      if (mediaType === "application/problem+json" && problem) check(where, validatorOf(problem), seen);
      else if (isApi(path)) throw new Error(`${where}: an error that is no problem document`);
      return;
    }
    const declared = operation.responses[seen.status];
    if (declared === undefined) throw new Error(`${where}: the document does not declare this status`);
    const content = declared.content?.[mediaType];
    if (content === undefined)
      throw new Error(`${where}: the document does not declare "${mediaType}" for this status`);
    check(where, validatorOf(content.schema), seen);
  };
}

function check(where: string, validator: z.ZodType, { body, status }: Seen): void {
  const { error } = validator.safeParse(body);
  if (error) throw new Error(`${where}: not as the document declares it\n${z.prettifyError(error)}`);
  const claimed = z.object({ status: z.int(), request_id: z.string() }).safeParse(body);
  if (claimed.success && claimed.data.status !== status)
    throw new Error(`${where}: the problem document says ${claimed.data.status}`);
}

/** The operation that answers this path; of two paths that match, the one with more fixed segments is meant. */
export function findOperation(document: OpenApi, method: string, path: string): Operation | undefined {
  const segments = path.split("/");
  const isParameter = (segment: string) => segment.startsWith("{");
  const matches = Object.entries(document.paths).flatMap(([template, operations]) => {
    const parts = template.split("/");
    const fits =
      parts.length === segments.length &&
      parts.every((part, i) => (isParameter(part) ? segments[i] !== "" : part === segments[i]));
    return fits ? [{ operations, parameters: parts.filter(isParameter).length }] : [];
  });
  return matches.sort((a, b) => a.parameters - b.parameters)[0]?.operations[method.toLowerCase()];
}

/** The schemas that the document declares for the bodies of its operations. They throw where it declares none. */
export function bodiesOf(document: OpenApi) {
  const operationOf = (method: string, path: string): Operation => {
    const operation = findOperation(document, method, path);
    if (operation === undefined) throw new Error(`The document does not know ${method} ${path}`);
    return operation;
  };
  const bodyOf = (where: string, content: Content | undefined): z.ZodType => {
    const schema = content?.["application/json"]?.schema;
    if (schema === undefined) throw new Error(`The document declares no JSON for ${where}`);
    return toZod(schema, document.components.schemas);
  };
  return {
    answer: (method: string, path: string, status: number) =>
      bodyOf(`${method} ${path} → ${status}`, operationOf(method, path).responses[status]?.content),
    request: (method: string, path: string) =>
      bodyOf(`${method} ${path}`, operationOf(method, path).requestBody?.content),
  };
}

/** Objects are closed where the document does not open them, so that a field that it does not name is noticed. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return "properties" in schema && !("additionalProperties" in schema)
    ? { ...inner, additionalProperties: false }
    : inner;
}

const REFERENCE = /"\$ref":"#\/components\/schemas\/([^"]+)"/g;

/** The named schemas that `schema` is made of, directly or through others. */
function partsOf(
  schema: Schema,
  defs: Record<string, Schema>,
  found: Record<string, Schema> = {},
): Record<string, Schema> {
  for (const [, name = ""] of JSON.stringify(schema).matchAll(REFERENCE)) {
    const part = defs[name];
    if (part === undefined || name in found) continue;
    found[name] = part;
    partsOf(part, defs, found);
  }
  return found;
}

/** A schema of the document as a validator. */
export function toZod(schema: Schema, defs: Record<string, Schema>): z.ZodType {
  const parts = Object.entries(partsOf(schema, defs)).map(([name, part]) => [name, closed(part)] as const);
  const text = JSON.stringify({ ...Object(closed(schema)), $defs: Object.fromEntries(parts) });
  return z.fromJSONSchema(JSON.parse(text.replaceAll("#/components/schemas/", "#/$defs/")));
}
