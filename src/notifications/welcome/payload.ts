import { z } from "zod";
import { line, link } from "../../content/fields.ts";

export const welcomePayload = z.object({ org_name: line.nullish(), url: link });
export type Welcome = z.output<typeof welcomePayload>;
