import { z } from "zod";
import { link, total } from "../../content/fields.ts";
import { match } from "../grants/items.ts";

export const newMatchPayload = z.object({ matches: z.array(match).min(1), total, url: link });
export type NewMatch = z.output<typeof newMatchPayload>;
