import type { FieldError } from "../lib/failure.ts";
import { faultsOf } from "./data-faults.ts";
import { schemaFaults } from "./json-schema/schema-faults.ts";
import type { OwnTypeData } from "./own-type.ts";

/** What is wrong with a type's schema, or with the sample that must fit it. */
export function contentFaults({ schema, sample }: Pick<OwnTypeData, "schema" | "sample">): FieldError[] {
  const inSchema = schema === null ? [] : schemaFaults(schema);
  const inSample = sample === null || inSchema.length > 0 ? [] : faultsOf(schema, sample);
  return [
    ...inSchema.map(({ pointer, detail }) => ({ pointer: `/schema${pointer}`, detail })),
    ...inSample.map(({ pointer, detail }) => ({ pointer: `/sample${pointer}`, detail })),
  ];
}
