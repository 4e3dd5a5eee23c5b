import { isObject } from "../lib/objects.ts";
import { liquid } from "./engine.ts";
import type { TemplateFault } from "./fault.ts";
import type { ParsedWording } from "./parse.ts";
import { KNOWN_VARIABLES } from "./variables.ts";

/**
 * Variables that there are not: other names than ours, and fields of `data` that the type's schema does not have.
 * @param schema JSON Schema of the data; null: any field
 */
export function unknownVariables(
  parsed: ParsedWording,
  schema: Readonly<Record<string, unknown>> | null,
): TemplateFault[] {
  const known: ReadonlyMap<string, readonly string[] | null> = new Map(Object.entries(KNOWN_VARIABLES));
  return [...parsed.templates].flatMap(([field, templates]) =>
    Object.values(liquid.analyzeSync([...templates]).globals)
      .flat()
      .flatMap(({ segments: [root, ...path], location: { row, col } }): TemplateFault[] => {
        const names = typeof root === "string" ? known.get(root) : undefined;
        const isThere =
          names !== undefined &&
          (root === "data"
            ? hasPath(schema, path)
            : names === null || typeof path[0] !== "string" || names.includes(path[0]));
        const name = [root, ...path].map(String).join(".");
        return isThere ? [] : [{ field, line: row, column: col, message: `There is no variable ${name}` }];
      }),
  );
}

/** What every list and text has. */
const IMPLIED: readonly unknown[] = ["size", "first", "last"];

/** Whether a schema describes this path, as far as it says which properties there are. */
function hasPath(schema: unknown, [name, ...rest]: readonly unknown[]): boolean {
  if (name === undefined || !isObject(schema) || IMPLIED.includes(name)) return true;
  const properties = schema["properties"];
  if (typeof name === "number") return hasPath(schema["items"], rest);
  // `allOf`, `$ref` and the like may add properties: then nothing can be said.
  if (typeof name !== "string" || !isObject(properties)) return true;
  return Object.hasOwn(properties, name) ? hasPath(properties[name], rest) : false;
}
