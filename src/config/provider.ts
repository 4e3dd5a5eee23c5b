import { z } from "zod";

/** Time-out of a request to a provider. After it nobody knows whether the provider took the request. */
export const PROVIDER_TIMEOUT_MS = 10_000;

/** A variable that is missing or wrong. `problem` says why, and never shows its value. */
export interface Fault {
  variable: string;
  problem: string;
}

/**
 * What `readConfig` must know of a provider. It is declared in the provider's folder (src/channels/<channel>/providers/…)
 * and passed to `readConfig`, so that this room names no provider.
 */
export interface ProviderSettings {
  /** Its optional variables, by name, with schema and default. */
  readonly variables: z.ZodRawShape;
  /** Variables that it needs when PUSH_PROVIDERS or EMAIL_PROVIDERS lists it. */
  readonly credentials: z.ZodRawShape;
  /** Of these variables of its own it needs at least one. */
  readonly oneOf?: readonly string[];
  /** What is wrong with its variables together, where each by itself is right. Asked even if it is not listed. */
  readonly faults?: (given: Given) => Fault[];
  /** Set for a provider that delivers nothing. Production refuses it. */
  readonly isForDevelopment?: boolean;
  /** Variables of its own that it works without, but should have: by name, what is lost without them. */
  readonly advised?: Readonly<Partial<Record<string, string>>>;
  /** The binding that it sends through. */
  readonly binding?: string;
}

/** The providers that exist, by channel and name. */
export interface KnownProviders {
  readonly push: Readonly<Record<string, ProviderSettings>>;
  readonly email: Readonly<Record<string, ProviderSettings>>;
  readonly sms: Readonly<Record<string, ProviderSettings>>;
}

/** Variables as they were given, by name. */
export type Given = Readonly<Partial<Record<string, string>>>;

const ofAll = ({ push, email, sms }: KnownProviders): ProviderSettings[] => [
  ...Object.values(push),
  ...Object.values(email),
  ...Object.values(sms),
];

/** The schema of all providers' variables. A variable that is set is checked even if its provider is not listed. */
export const formOf = (known: KnownProviders) =>
  z.object(
    Object.fromEntries(
      ofAll(known).flatMap(({ variables, credentials }) => [
        ...Object.entries(variables),
        ...Object.entries(credentials).map(([name, form]) => [name, z.optional(form)] as const),
      ]),
    ),
  );

/** What is wrong with the providers' variables together. */
export const faultsOf = (given: Given, known: KnownProviders): Fault[] =>
  ofAll(known).flatMap(({ faults }) => faults?.(given) ?? []);
