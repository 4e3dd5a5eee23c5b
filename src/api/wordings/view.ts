import type { z } from "@hono/zod-openapi";
import { iso, isoOrNull } from "../../lib/clock.ts";
import { printId } from "../../lib/ids.ts";
import { parseObject } from "../../lib/objects.ts";
import { SERVICE } from "../../preferences/org-settings.ts";
import type { ListedWording } from "../../wordings/list.ts";
import type { StoredVersion, StoredWording } from "../../wordings/read.ts";
import type * as schemas from "./schemas.ts";
import type { tested } from "./test-schemas.ts";
import type { WordsTest } from "./send-test.ts";

export const headView = ({ org_id, published_at, updated_at, ...rest }: ListedWording) => ({
  type: rest.type,
  channel: rest.channel,
  locale: rest.locale,
  org_id: org_id === SERVICE ? null : org_id,
  published: rest.published,
  published_at: isoOrNull(published_at),
  latest: rest.latest,
  updated_at: iso(updated_at),
});

export const wordingView = (row: StoredWording): z.infer<typeof schemas.wording> => ({
  ...headView(row),
  fields: row.published_fields === null ? null : parseObject(row.published_fields),
  latest_fields: parseObject(row.latest_fields),
});

export const versionView = ({ version, fields, created_by, created_at }: StoredVersion) => ({
  version,
  fields: parseObject(fields),
  created_by,
  created_at: iso(created_at),
});

export const testView = ({
  dispatch,
  found: { source, version },
}: WordsTest): Omit<z.infer<typeof tested>, "type" | "channel" | "locale"> => ({
  source,
  version,
  dispatch_id: printId("dsp", dispatch.id),
  status: dispatch.status,
  ...(dispatch.error_code !== null && { error_code: dispatch.error_code }),
  ...(dispatch.error !== null && { error: dispatch.error }),
});
