import { ROLES } from "../../auth/principal.ts";
import { type Admission, admissionOf } from "../../http/access.ts";
import type { App } from "../../http/app-env.ts";
import { isObject } from "../../lib/objects.ts";
import { describeUnsubscribing } from "../unsubscribe/routes.ts";
import { version } from "../../../package.json";
import { type Words, readWords } from "./words.ts";

const ABOUT = {
  openapi: "3.1.0",
  info: {
    title: "Tidings",
    version,
    summary: "Notifications from Cloudflare's edge",
    description:
      "Nothing is lost, and nothing is sent twice. Errors are RFC 9457 problem documents. Parameters and fields that an operation does not declare are refused with 400, methods that an address does not have with 405 and `Allow`. Times are ISO 8601 in UTC.",
    license: { name: "All rights reserved", identifier: "LicenseRef-All-Rights-Reserved" },
  },
  security: [{ bearer: [] }],
};

const METHODS = ["get", "put", "post", "patch", "delete"];

type Fields = Record<string, unknown>;

const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {});
const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** The document (OpenAPI 3.1) of all routes: the contracts' schemas, with who may call, words and examples. */
export function describe(routes: App): Fields {
  routes.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "A JSON Web Token with `sub`, `exp`, `role` and, for an organization's people, `org_id`.",
  });
  describeUnsubscribing(routes);
  // Places that share a schema share an object, too: a copy has one for each.
  const document: Fields = JSON.parse(JSON.stringify(routes.getOpenAPI31Document(ABOUT)));
  const words = readWords();
  const admissions = admissionsOf(routes);
  const used = new Set<string>();
  for (const [name, operation] of operationsOf(document)) {
    for (const tag of Array.isArray(operation["tags"]) ? operation["tags"] : []) used.add(String(tag));
    tellWhoMayCall(operation, admissions.get(name));
    describeOperation(operation, words);
  }
  for (const [name, schema] of Object.entries(fieldsOf(fieldsOf(document["components"])["schemas"])))
    describeComponent(schema, name, words);
  const tags = [...used].map((name) => ({ name, description: words.tags[name] }));
  return { ...document, tags };
}

/** Each operation of a document under its method and path, and each webhook. */
function* operationsOf(document: Fields): Generator<[name: string, operation: Fields]> {
  for (const section of ["paths", "webhooks"])
    for (const [path, item] of Object.entries(fieldsOf(document[section])))
      for (const method of METHODS) {
        const operation = fieldsOf(item)[method];
        if (isObject(operation)) yield [`${method} ${path}`, operation];
      }
}

/** Whom each route admits, as the code asks it: by the middleware that it runs. */
function admissionsOf({ routes }: App): Map<string, Admission> {
  const found = new Map<string, Admission>();
  for (const { method, path, handler } of routes) {
    const admission = admissionOf(handler);
    if (admission) found.set(`${method.toLowerCase()} ${path.replaceAll(/:([^/]+)/g, "{$1}")}`, admission);
  }
  return found;
}

function tellWhoMayCall(operation: Fields, admission: Admission | undefined): void {
  if (admission === undefined) {
    operation["security"] = [];
    return;
  }
  const roles = ROLES.filter((role) => admission.roles.includes(role));
  const who =
    roles.length === ROLES.length
      ? "Every role may call it, within its scope."
      : `For ${roles.map((role) => `\`${role}\``).join(", ")}.`;
  const open =
    admission.contract === null
      ? ""
      : ` Where \`OPEN_CONTRACTS\` lists \`${admission.contract}\`, also without a token.`;
  operation["description"] = [operation["description"], who + open].filter(Boolean).join("\n\n");
  operation["security"] = [{ bearer: [] }, ...(admission.contract === null ? [] : [{}])];
  operation["x-roles"] = roles;
}

function describeOperation(operation: Fields, words: Words): void {
  const id = String(operation["operationId"]);
  for (const parameter of listOf(operation["parameters"])) {
    const name = String(parameter["name"]);
    parameter["description"] ??=
      fieldsOf(parameter["schema"])["description"] ?? words.places[`${id}.${name}`] ?? words.properties[name];
  }
  describeSocket(fieldsOf(operation["responses"]));
  const body = fieldsOf(operation["requestBody"]);
  describeContent(body["content"], `${id}.body`, words);
  for (const [status, response] of Object.entries(fieldsOf(operation["responses"])))
    describeContent(fieldsOf(response)["content"], `${id}.${status}`, words);
}

/** What goes over a connection: Hono's types know of no content of 101. Whoever does not get one gets a problem document. */
function describeSocket(responses: Fields): void {
  const opened = responses["101"];
  if (!isObject(opened)) return;
  opened["content"] = { "application/json": { schema: { $ref: "#/components/schemas/InboxSocket" } } };
  responses["default"] = responses["500"];
}

function describeContent(content: unknown, place: string, words: Words): void {
  for (const body of Object.values(fieldsOf(content))) {
    if (!isObject(body)) continue;
    if (place in words.examples) body["example"] ??= words.examples[place];
    describeSchema(body["schema"], place, words);
  }
}

function describeComponent(schema: unknown, name: string, words: Words): void {
  if (!isObject(schema)) return;
  if (name in words.examples) schema["example"] ??= words.examples[name];
  describeSchema(schema, name, words);
}

/** Says of each property what it means. A member of a list, or of an open object, is at the place of the whole. */
function describeSchema(schema: unknown, place: string, words: Words): void {
  if (!isObject(schema)) return;
  for (const [name, property] of Object.entries(fieldsOf(schema["properties"]))) {
    if (!isObject(property)) continue;
    const here = `${place}.${name}`;
    property["description"] ??= words.places[here] ?? words.properties[name];
    describeSchema(property, here, words);
  }
  for (const part of ["anyOf", "oneOf", "allOf"])
    for (const one of listOf(schema[part])) describeSchema(one, place, words);
  for (const part of ["items", "additionalProperties"]) describeSchema(schema[part], place, words);
}
