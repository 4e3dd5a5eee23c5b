import { z } from "zod";
import { parseObject } from "../lib/objects.ts";

const stored = z.record(z.string(), z.record(z.string(), z.int()));

/** Channel → reason → number, without those of which there are none. */
export const readSkipped = (json: string): Record<string, Record<string, number>> =>
  Object.fromEntries(
    Object.entries(stored.parse(parseObject(json))).flatMap(([channel, reasons]) => {
      const some = Object.entries(reasons).filter(([, n]) => n > 0);
      return some.length === 0 ? [] : [[channel, Object.fromEntries(some)]];
    }),
  );
