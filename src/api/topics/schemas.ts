import { z } from "@hono/zod-openapi";
import { idCursor, idPagination } from "../../http/id-cursor.ts";
import { ownerField } from "../../http/owner.ts";
import { pageQuery } from "../../http/pagination.ts";
import { directoryId, listOf, printedTime } from "../../http/schemas.ts";
import { plainText } from "../../lib/text.ts";

/** An id that can be part of a path: URL parsers resolve `.` and `..`. */
const topicId = directoryId.refine((id) => id !== "." && id !== "..", "must not be . or ..");

export const topicParam = z.object({
  topic: topicId.openapi({
    param: { name: "topic", in: "path" },
    description: "The caller's own id of the topic.",
    example: "release_notes",
  }),
});

export const listQuery = z.object({ ...ownerField, limit: pageQuery.limit, cursor: idCursor });

export const subscribersQuery = listQuery.extend({
  user_id: directoryId.optional().openapi({ description: "This user alone, if subscribed." }),
});

export const body = z
  .strictObject({ name: plainText(200).nullable().default(null) })
  .openapi("TopicBody", { example: { name: "Release notes" } });

export const topic = z
  .object({
    id: z.string(),
    org_id: z.string().nullable().openapi({ description: "Whose it is. Null: the service's." }),
    name: z.string().nullable(),
    created_at: printedTime,
    updated_at: printedTime,
  })
  .openapi("Topic", {
    example: {
      id: "release_notes",
      org_id: "org_ab12",
      name: "Release notes",
      created_at: "2026-03-26T08:00:00.000Z",
      updated_at: "2026-03-26T08:00:00.000Z",
    },
  });

export const list = z.object({ data: z.array(topic), pagination: idPagination }).openapi("TopicList");

export const deleted = z
  .object({ deleted: z.literal(true), topic: z.string() })
  .openapi("TopicDeleted", { example: { deleted: true, topic: "release_notes" } });

export const userIds = z
  .strictObject({ user_ids: listOf(directoryId, 1_000, { noun: "users" }) })
  .openapi("TopicUsers", { example: { user_ids: ["usr_4bc8d2", "usr_9a31f0"] } });

export const subscribed = z
  .object({
    added: z.int().openapi({ description: "How many have not been subscribed before." }),
    unknown: z.array(z.string()).openapi({
      description: "Ids of no user whom the directory has and the caller administers: they are not added.",
    }),
  })
  .openapi("TopicSubscribed", { example: { added: 1, unknown: ["usr_9a31f0"] } });

export const unsubscribed = z
  .object({ removed: z.int().openapi({ description: "How many were subscribed." }) })
  .openapi("TopicUnsubscribed", { example: { removed: 2 } });

export const subscribers = z
  .object({ data: z.array(z.object({ user_id: z.string() })), pagination: idPagination })
  .openapi("TopicSubscribers", {
    example: { data: [{ user_id: "usr_4bc8d2" }], pagination: { limit: 20 } },
  });
