import type { Clock } from "../../lib/clock.ts";
import type { ProviderGate } from "./durable-object.ts";
import type { Gates } from "./gate.ts";

/** The gates of all providers: one Durable Object each, found by name. The time is `clock`'s. */
export const createGates =
  (namespace: DurableObjectNamespace<ProviderGate>, clock: Clock): Gates =>
  (name) => {
    // A stub that has thrown may stay broken: each call gets its own.
    const object = () => namespace.getByName(name);
    return {
      acquire: (count, pace) => object().acquire(clock.now(), count, pace),
      giveBack: (count, pace, probe) => object().giveBack(clock.now(), count, pace, probe),
      report: (health) => object().report(clock.now(), health),
      peek: () => object().peek(clock.now()),
    };
  };
