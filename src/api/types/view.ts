import type { z } from "@hono/zod-openapi";
import type { NotificationType } from "../../content/index.ts";
import { wordsIn } from "../../content/wording/index.ts";
import { iso } from "../../lib/clock.ts";
import { SERVICE } from "../../preferences/org-settings.ts";
import type { StoredType } from "../../types/stored.ts";
import type * as schemas from "./schemas.ts";

type View = z.infer<typeof schemas.type>;

export const ownView = ({ data, createdAt, updatedAt }: StoredType): View => {
  const { org_id, channels, ...rest } = data;
  return {
    ...rest,
    org_id: org_id === SERVICE ? null : org_id,
    built_in: false,
    channels: channels.map(({ channel, wait }) => ({ channel, ...(wait !== undefined && { wait }) })),
    fallback: null,
    created_at: iso(createdAt),
    updated_at: iso(updatedAt),
  };
};

/** @param now epoch ms, for its sample */
export const builtInView = (type: NotificationType, now: number): View => ({
  id: type.id,
  org_id: null,
  built_in: true,
  name: wordsIn(type.words, "en").name,
  category: type.category,
  channels: type.channels.map((channel) => ({ channel })),
  fallback: type.fallback,
  critical: type.critical,
  schema: type.schema?.() ?? null,
  sample: { ...type.sample(now) },
  dedupe: null,
  batch: null,
  throttle: null,
  expires_after: type.goodForMs === null ? null : type.goodForMs / 1_000,
  created_at: null,
  updated_at: null,
});
