import { generate } from "orval";
import type { ClientGeneratorsBuilder, GeneratorVerbOptions, OpenApiDocument } from "orval";

type Verb = GeneratorVerbOptions;

/** The methods of the client, made by `call`. */
const HEADER = `import type { Call, CallOptions } from "../operation.ts";

/** A method for each operation, in the order of the document. */
export const methodsBy = (call: Call) => ({
`;

/** Path parameters, then the body, then the query: what may be left out comes last. */
function parametersOf({ params, body, queryParams }: Verb): string[] {
  const ordered = [
    ...params.map(({ name }) => `${name}: string`),
    ...(body.definition === "" ? [] : [`body${body.isOptional ? "?" : ""}: ${body.definition}`]),
    ...(queryParams ? [`query${queryParams.isOptional ? "?" : ""}: ${queryParams.schema.name}`] : []),
  ];
  return [...ordered, "options?: CallOptions"];
}

/** One method: it says what it sends and what comes back, and leaves the rest to `call`. */
function methodOf(verb: Verb): string {
  const { operationName, route, params, body, queryParams, response, originalOperation } = verb;
  // Orval has made the path a template of its parameters.
  const path = route.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => `\${encodeURIComponent(${name})}`);
  const sent = [
    `method: "${verb.verb.toUpperCase()}"`,
    `path: ${params.length > 0 ? `\`${path}\`` : `"${path}"`}`,
    ...(body.definition === "" ? [] : ["body"]),
    ...(queryParams ? ["query"] : []),
    ...(isKeyed(originalOperation) ? ["keyed: true"] : []),
  ];
  return `  ${operationName}: (${parametersOf(verb).join(", ")}) =>
    call<${response.definition.success}>({ ${sent.join(", ")} }, options),
`;
}

const isKeyed = ({ parameters = [] }: Verb["originalOperation"]): boolean =>
  parameters.some((one) => "name" in one && one.name === "idempotency-key");

const builder: ClientGeneratorsBuilder = {
  client: (verb) => ({
    implementation: methodOf(verb),
    docComment: docOf(verb),
    imports: [
      ...verb.body.imports,
      ...verb.response.imports,
      ...(verb.queryParams ? [{ name: verb.queryParams.schema.name }] : []),
    ],
  }),
  header: () => HEADER,
  footer: () => "});\n",
  dependencies: () => [],
};

function docOf({ originalOperation: { summary, description } }: Verb): string {
  const text = [summary, description].filter(Boolean).join("\n\n").replaceAll("*/", "*\\/");
  return `  /**\n${text
    .split("\n")
    .map((line) => `   * ${line}`.trimEnd())
    .join("\n")}\n   */\n`;
}

/** Leaves out what no program calls for an answer: pages for people, and a WebSocket. */
function forPrograms(document: OpenApiDocument): OpenApiDocument {
  const paths = Object.fromEntries(
    Object.entries(document.paths ?? {}).filter(
      ([path]) => !path.startsWith("/unsubscribe/") && !path.endsWith("/inbox/live"),
    ),
  );
  return { ...document, paths, webhooks: {} };
}

/** Writes the generated part of the client: the types of the document, and a method for each of its operations. */
export async function writeClientCode(document: object, file: string): Promise<void> {
  await generate({
    input: { target: JSON.parse(JSON.stringify(document)), override: { transformer: forPrograms } },
    output: {
      target: file,
      mode: "single",
      client: () => builder,
      override: {
        enumGenerationType: "union",
        header: () => ["Made by `npm run client` from /openapi.json: do not edit."],
      },
    },
  });
}
