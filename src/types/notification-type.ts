import type { NotificationType } from "../content/type.ts";
import { SECOND } from "../lib/clock.ts";
import { isObject } from "../lib/objects.ts";
import type { OwnTypeData } from "./own-type.ts";

const known = new WeakMap<OwnTypeData, NotificationType>();

/**
 * A customer's own type as the channels see it. It has a name, but no words of its own: a message in words that are nowhere
 * written cannot be rendered.
 */
export function notificationTypeOf(own: OwnTypeData): NotificationType {
  let type = known.get(own);
  if (type === undefined) known.set(own, (type = create(own)));
  return type;
}

const create = ({
  id,
  name,
  category,
  channels,
  critical,
  expires_after,
  sample,
}: OwnTypeData): NotificationType => {
  const [first, ...others] = channels.map(({ channel }) => channel);
  if (first === undefined) throw new Error(`The type ${id} has no channel`);
  return {
    id,
    category,
    channels: [first, ...others],
    fallback: null,
    critical,
    preference: null,
    dedupe: null,
    goodForMs: expires_after === null ? null : expires_after * SECOND,
    supersedes: false,
    ownBudget: false,
    chargedOnRequest: false,
    linkCode: 0,
    transactional: null,
    words: { en: { name, email: {} } },
    parse: (payload) => (isObject(payload) ? payload : null),
    message: () => {
      throw new Error(`The type ${id} has no words`);
    },
    sample: () => sample ?? {},
  };
};
