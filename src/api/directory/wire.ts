import type { z } from "@hono/zod-openapi";
import type { Collection, Facts, Value } from "../../directory/collection.ts";

/** One thing of a collection as it is answered. */
export type Printed = Readonly<Record<string, Value>>;

/** How a collection looks on the wire. Schemas give what the table stores: transform where names or units differ. */
export interface WireCollection<F extends Facts = Facts, S extends F = F> {
  collection: Collection<F, S>;
  /** The body of a PUT; what is absent becomes null, or its default. Strict, so that a misspelt field is refused. */
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
