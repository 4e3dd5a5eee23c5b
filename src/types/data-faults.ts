import { Validator } from "@cfworker/json-schema";

/** What is wrong with one value of an event's data. */
export interface DataFault {
  /** Into the data (RFC 6901). */
  pointer: string;
  detail: string;
}

/** What keeps data from fitting a type's JSON Schema (2020-12); empty when it fits. @param schema null: any object fits */
export function faultsOf(schema: Record<string, unknown> | null, data: unknown): DataFault[] {
  if (schema === null) return [];
  const { errors } = new Validator(schema, "2020-12", false).validate(data);
  return errors.map(({ instanceLocation, error }) => ({ pointer: instanceLocation.slice(1), detail: error }));
}
