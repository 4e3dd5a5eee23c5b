import { z } from "@hono/zod-openapi";
import { isObject } from "../../lib/objects.ts";
import { CATEGORY } from "../../preferences/cells.ts";

const NAME = "must be a letter, then up to 63 of a-z 0-9 _";
const category = z.string().regex(CATEGORY, NAME);

/** zod's records drop a member with this name, and say nothing. */
const DROPPED = "__proto__";

/** Changes by category. @param row the changes of one @param most so many may be given at once */
export const changesByCategory = <Row extends z.ZodType>(row: Row, most: number) =>
  z.preprocess(
    (given, context) => {
      if (isObject(given) && Object.hasOwn(given, DROPPED))
        context.addIssue({ code: "custom", path: [DROPPED], message: NAME });
      return given;
    },
    z
      .record(category, row)
      .refine((changed) => Object.keys(changed).length <= most, `must have at most ${most} members`),
  );
