import type { OwnTypeData } from "../../src/types/own-type.ts";

/** An own type as it is stored: in the inbox alone, without rules. `org_id` `""`: the service's. */
export const anOwnType = (more: Partial<OwnTypeData> & Pick<OwnTypeData, "id">): OwnTypeData => ({
  org_id: "",
  name: "Order shipped",
  category: "orders",
  channels: [{ channel: "in_app" }],
  critical: false,
  schema: null,
  sample: null,
  dedupe: "event",
  batch: null,
  throttle: null,
  expires_after: null,
  ...more,
});
