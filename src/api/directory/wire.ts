import type { z } from "@hono/zod-openapi";
import type { Collection, Facts, Value } from "../../directory/collection.ts";

/** An item of a collection as answers print it. */
export type Printed = Readonly<Record<string, Value>>;

/** A collection as the API shows it. Its schemas transform names and units to those of the table. */
export interface WireCollection<F extends Facts = Facts, S extends F = F> {
  collection: Collection<F, S>;
  /** The body of a PUT. Absent fields become null or their default. Strict, so that a misspelt field is refused. */
  body: z.ZodType<Omit<F, "id">>;
  /** An item of a bulk: the same with its id. */
  item: z.ZodType<F>;
  printed: z.ZodType<Printed>;
  print(row: S): Printed;
  /** For the reference: what the collection is, what deleting means, and an id. */
  about: string;
  deletion: string;
  exampleId: string;
}
