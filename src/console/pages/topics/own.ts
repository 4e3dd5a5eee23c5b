import { readTopic } from "../../../events/topics/read.ts";
import type { TopicKey } from "../../../events/topics/topic.ts";
import { Failure } from "../../../lib/failure.ts";
import { type ConsoleContext, scopeIn } from "../../app-env.tsx";

/** Whether this owner has the topic, and does not only inherit it. One round trip. */
export async function isOwn(c: ConsoleContext, key: TopicKey): Promise<boolean> {
  try {
    return (await readTopic(c.get("ctx"), scopeIn(c), key)).org_id === key.owner;
  } catch (error) {
    if (error instanceof Failure && error.problem === "not_found") return false;
    throw error;
  }
}
