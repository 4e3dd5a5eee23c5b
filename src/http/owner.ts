import { z } from "@hono/zod-openapi";
import { SERVICE } from "../preferences/org-settings.ts";
import { directoryId } from "./schemas.ts";

/** The parameter of a query that names whose things a call is about. `ownerOf` of preferences/owner.ts reads it. */
export const ownerField = {
  org_id: directoryId.optional().openapi({
    description:
      "An organization. Without it: for an org_admin the own organization, for service and global_admin the service itself.",
    example: "org_ab12",
  }),
};

export const ownerQuery = z.object(ownerField);

/** How a path names the service itself, where others name an organization. */
const SERVICE_IN_PATH = "service";

export const orgParam = z.object({
  id: directoryId.openapi({
    param: { name: "id", in: "path" },
    description: `An organization. \`${SERVICE_IN_PATH}\`: the service itself, from which all inherit; for service and global_admin.`,
    example: "org_ab12",
  }),
});

/** The owner that a path names. */
export const ownerIn = (id: string): string => (id === SERVICE_IN_PATH ? SERVICE : id);
