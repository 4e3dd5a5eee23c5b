import { type Fault, isPlain, type Provider } from "./faults.ts";

/** A request to a provider, and whether its sender can know what became of it. Times are this machine's, epoch ms. */
export interface ProviderRequest {
  provider: Provider;
  fault: Fault;
  at: number;
  /** `whole`: the right answer went out; `useless`: another one did; `none`: the line broke, or the sender gave up. */
  answer: "whole" | "useless" | "none";
}

/** A message that a provider took. */
export interface Acceptance {
  /** The dispatch's id. */
  dispatch: string;
  /** A device token or an address. */
  to: string;
  request: ProviderRequest;
  at: number;
  /** The request came twice, although it was sent once. */
  isCopy: boolean;
  title: string;
}

/** What providers know of what they were given: the truth that the service is judged by. */
export interface Ledger {
  requests: ProviderRequest[];
  acceptances: Acceptance[];
  /** Requests by the name that their sender gave them. */
  named: Map<string, ProviderRequest>;
}

export const createLedger = (): Ledger => ({ requests: [], acceptances: [], named: new Map() });

/** What the sender gets when everything has been written to its socket. */
export const answerOf = (fault: Fault): ProviderRequest["answer"] => (isPlain(fault) ? "whole" : "useless");

/** Their sender says that it has no answer, whatever was written to its socket. */
export function giveUp({ named }: Ledger, name: string): void {
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
