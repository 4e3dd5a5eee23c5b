import { pathIdOf } from "../../../http/path-id.ts";
import { parseId, printId } from "../../../lib/ids.ts";

export const WEBHOOKS = "/console/webhooks";

/** The page of an endpoint, or a path below it. */
export const endpointPath = (id: string, below = ""): string => `${WEBHOOKS}/${printId("whe", id)}${below}`;

/** The page of one webhook, or a path below it. */
export const webhookPath = (endpointId: string, id: string, below = ""): string =>
  endpointPath(endpointId, `/messages/${printId("whm", id)}${below}`);

/** The id of an endpoint in a path. @throws 404 */
export const endpointIdOf = pathIdOf("webhook endpoint", (text) => parseId("whe", text));

/** The id of a webhook in a path. @throws 404 */
export const webhookIdOf = pathIdOf("webhook", (text) => parseId("whm", text));
