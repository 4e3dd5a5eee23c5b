import { z } from "zod";

/** A test file: how long it takes, and which functions it enters. */
export const testFile = z.object({ path: z.string(), ms: z.number(), entered: z.array(z.string()) });
export type TestFile = z.infer<typeof testFile>;
