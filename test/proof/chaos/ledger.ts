import { type Fault, isPlain, type Provider } from "./faults.ts";

/** A request to a provider, and whether its sender can know the result. Times are of this machine, epoch ms. */
export interface ProviderRequest {
  provider: Provider;
  fault: Fault;
  at: number;
  /** `whole`: the correct answer was sent. `useless`: another one. `none`: the connection broke, or the sender timed out. */
  answer: "whole" | "useless" | "none";
}

/** A message that a provider accepted. */
export interface Acceptance {
  /** The dispatch's id. */
  dispatch: string;
  /** A device token or an address. */
  to: string;
  request: ProviderRequest;
  at: number;
  /** The request arrived twice, although it was sent once. */
  isCopy: boolean;
  title: string;
}

/** What the providers received and accepted: the truth by which the service is judged. */
export interface Ledger {
  requests: ProviderRequest[];
  acceptances: Acceptance[];
  /** Requests by the name that their sender gave them. */
  named: Map<string, ProviderRequest>;
  /** Those whose sender got no answer, also of requests that come later than this is known. */
  givenUp: Set<string>;
}

export const createLedger = (): Ledger => ({
  ...{ requests: [], acceptances: [], named: new Map(), givenUp: new Set() },
});

/** What the sender gets when everything has been written to its socket. */
export const answerOf = (fault: Fault): ProviderRequest["answer"] => (isPlain(fault) ? "whole" : "useless");

/** Records that the sender got no answer, whatever was or will be written to its socket. */
export function giveUp({ named, givenUp }: Ledger, name: string): void {
  givenUp.add(name);
  const request = named.get(name);
  if (request !== undefined) request.answer = "none";
}

/** How often each fault happened, by provider. */
export function faultCounts({ requests }: Ledger): Map<Provider, Map<Fault, number>> {
  const counts = new Map<Provider, Map<Fault, number>>();
  for (const { provider, fault } of requests) {
    const own = counts.get(provider) ?? new Map<Fault, number>();
    counts.set(provider, own.set(fault, (own.get(fault) ?? 0) + 1));
  }
  return counts;
}
