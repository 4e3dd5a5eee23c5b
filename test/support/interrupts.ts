import { standIn } from "./stand-in.ts";

/** Carries out a call that leaves the isolate. `name`: `d1`, `gate.acquire`, `limiter.slots`, `fetch`, `queue` … */
export type Pass = <T>(name: string, call: () => Promise<T>) => Promise<T>;

/** A flow that was stopped on its way. */
export interface Stopped {
  /** Resolves when the flow has come to its stop; with the name of the call. */
  reached: Promise<string>;
  /** Lets it go on: it was only slow. Without this it was killed. */
  release(): void;
  /** The stop is taken away, if nobody has come to it. */
  cancel(): void;
}

/** Every call that leaves the isolate goes through here, so that a test can count calls and stop what is running between any two. */
export interface Interrupts {
  pass: Pass;
  /** Calls since the last reset, by name, in order. */
  calls: string[];
  reset(): void;
  /** Stops whoever makes the `nth` call from now (from 1), before it is carried out or before its answer is seen. */
  stopAt(nth: number, when: "before" | "after"): Stopped;
  /** The same for the nth call of that name. */
  stopAtNext(name: string, when: "before" | "after", nth?: number): Stopped;
}

interface Planned {
  matches(name: string): boolean;
  when: "before" | "after";
  hold(name: string): Promise<void>;
}

export function createInterrupts(): Interrupts {
  let planned: Planned[] = [];

  function plan(when: "before" | "after", matches: (name: string) => boolean): Stopped {
    const reached = Promise.withResolvers<string>();
    const held = Promise.withResolvers<void>();
    const hold = (name: string) => {
      reached.resolve(name);
      return held.promise;
    };
    const one = { matches, when, hold };
    planned.push(one);
    const cancel = () => void (planned = planned.filter((other) => other !== one));
    return { reached: reached.promise, release: held.resolve, cancel };
  }

  function due(name: string): Planned | undefined {
    const found = planned.find((one) => one.matches(name));
    planned = planned.filter((one) => one !== found);
    return found;
  }

  const interrupts: Interrupts = {
    calls: [],
    reset: () => void (interrupts.calls = []),
    async pass(name, call) {
      interrupts.calls.push(name);
      const stop = due(name);
      if (stop?.when === "before") await stop.hold(name);
      const answer = await call();
      if (stop?.when === "after") await stop.hold(name);
      return answer;
    },
    stopAt(nth, when) {
      let left = nth;
      return plan(when, () => --left === 0);
    },
    stopAtNext(wanted, when, nth = 1) {
      let left = nth;
      return plan(when, (name) => name === wanted && --left === 0);
    },
  };
  return interrupts;
}

/** A namespace whose objects' methods are calls that `pass` sees, as `prefix.method`. */
export function watchObjects<T extends Rpc.DurableObjectBranded | undefined>(
  real: DurableObjectNamespace<T>,
  prefix: string,
  pass: Pass,
  rename: (name: string) => string = (name) => name,
): DurableObjectNamespace<T> {
  const watch = (stub: DurableObjectStub<T>) =>
    new Proxy(stub, {
      get(target, method) {
        const value: unknown = Reflect.get(target, method, target);
        if (typeof value !== "function" || typeof method !== "string") return value;
        return (...parameters: unknown[]) =>
          pass(
            `${prefix}.${method}`,
            async () => (await Reflect.apply(value, target, parameters)) as unknown,
          );
      },
    });
  return standIn(real, {
    getByName: (name: string) => watch(real.getByName(rename(name))),
    get: (id: DurableObjectId) => watch(real.get(id)),
    idFromString: (id: string) => real.idFromString(id),
  });
}
