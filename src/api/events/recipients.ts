import { z } from "@hono/zod-openapi";
import { MAX_CONNECTIONS, MAX_USERS } from "../../events/recipients.ts";
import { directoryId, listOf } from "../../http/schemas.ts";
import { isObject } from "../../lib/objects.ts";
import { users as wire } from "../directory/collections/users.ts";

function addFault(context: z.RefinementCtx, issue: z.core.$ZodIssue): void {
  const add = (path: PropertyKey[], message: string) => context.addIssue({ code: "custom", path, message });
  if (issue.code !== "unrecognized_keys") return add(issue.path, issue.message);
  for (const key of issue.keys) add([...issue.path, key], "is not a known field");
}

/**
 * A value that has one of several shapes. Its faults are those of the one shape that is chosen, each with its own place;
 * a union would say no more than that none fits. @param choose null where the value looks like none
 */
const shapeOf = <T extends z.ZodType>(choose: (value: unknown) => T | null, error: string) =>
  z.unknown().transform((value, context): z.output<T> => {
    const parsed = choose(value)?.safeParse(value);
    if (parsed?.success === true) return parsed.data;
    if (parsed === undefined) context.addIssue(error);
    else for (const issue of parsed.error.issues) addFault(context, issue);
    return z.NEVER;
  });

const idAlone = directoryId.transform((id) => ({ id }));
/** An object that has nothing but the id has no facts: they would all be removed. */
const idInObject = z.strictObject({ id: directoryId });
const isIdAlone = (value: object): boolean => Object.keys(value).every((field) => field === "id");

/** A user by the id, or with facts that are written into the directory first. */
const recipient = shapeOf<typeof idAlone | typeof idInObject | typeof wire.item>(
  (value) =>
    typeof value === "string" ? idAlone : !isObject(value) ? null : isIdAlone(value) ? idInObject : wire.item,
  "must be a user's id, or the user's facts with the id",
);

const toUsers = z.strictObject({ users: listOf(recipient, MAX_USERS, { noun: "users" }) });
const toTopic = z.strictObject({ topic: directoryId });
const toOrg = z.strictObject({ org_id: directoryId, include_sub_orgs: z.boolean().default(false) });

const toConnections = z.strictObject({
  connections: listOf(directoryId, MAX_CONNECTIONS, { noun: "connections" }),
});

const recipientsShape = { type: "object", additionalProperties: false } as const;
const idShape = { type: "string", minLength: 1, maxLength: 128 } as const;
/** Whom an event is for. */
export const recipients = shapeOf<typeof toUsers | typeof toTopic | typeof toOrg | typeof toConnections>(
  (value) => {
    if (!isObject(value)) return null;
    const named = (["users", "topic", "org_id", "connections"] as const).filter((field) =>
      Object.hasOwn(value, field),
    );
    const [only, ...others] = named;
    if (only === undefined || others.length > 0) return null;
    return { users: toUsers, topic: toTopic, org_id: toOrg, connections: toConnections }[only];
  },
  "must have exactly one of `users`, `topic`, `org_id`, `connections`",
).openapi({
  type: "object",
  anyOf: [
    {
      ...recipientsShape,
      required: ["users"],
      properties: {
        users: {
          type: "array",
          minItems: 1,
          maxItems: MAX_USERS,
          items: { anyOf: [idShape, { type: "object" }] },
          description:
            "Ids, or users as a bulk of the directory takes them: these are written there first, which only service and global_admin may. A user who is named twice counts once.",
        },
      },
    },
    {
      ...recipientsShape,
      required: ["topic"],
      properties: {
        topic: {
          ...idShape,
          description:
            "Of the organization, or inherited by it. An org_admin's event is for those subscribers who are in the own organization and those below.",
        },
      },
    },
    {
      ...recipientsShape,
      required: ["org_id"],
      properties: {
        org_id: idShape,
        include_sub_orgs: {
          type: "boolean",
          default: false,
          description:
            "Also those below it. A user who moves between them meanwhile gets one message at most, and perhaps none.",
        },
      },
    },
    {
      ...recipientsShape,
      required: ["connections"],
      properties: {
        connections: {
          type: "array",
          minItems: 1,
          maxItems: MAX_CONNECTIONS,
          items: idShape,
          description:
            "Chat connections of organizations (`con_…`): each gets the event once, whoever reads there. Only the channel `chat` of the type counts.",
        },
      },
    },
  ],
});
