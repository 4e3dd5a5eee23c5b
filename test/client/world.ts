import { createApp } from "../../src/app.ts";
import { createTidings, type Tidings, type TidingsOptions } from "../../src/client/index.ts";
import { type Caller, type Harness, SERVICE, tokenFor } from "../support/harness.ts";

export type Send = NonNullable<TidingsOptions["fetch"]>;

/** What carries the client's requests to the service of a harness. */
export function sendTo({ deps }: Harness): Send {
  const app = createApp(() => deps);
  return (url, init) => app.fetch(new Request(url, init), deps.bindings);
}

/** A client that calls the service of a harness. */
export const clientOf = (h: Harness, as: Caller = SERVICE, more: Partial<TidingsOptions> = {}): Tidings =>
  createTidings({
    url: "https://tidings.test",
    token: () => tokenFor(as, h.clock.now()),
    fetch: sendTo(h),
    ...more,
  });

/** Answers the first requests itself, then lets them through; `seen` has every request. */
export function faulty(send: Send, answers: (Response | Error)[]): { fetch: Send; seen: RequestInit[] } {
  const seen: RequestInit[] = [];
  return {
    seen,
    fetch: async (url, init) => {
      seen.push(init);
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer ?? send(url, init);
    },
  };
}
