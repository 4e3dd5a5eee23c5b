import { z } from "zod";

/** A request to a provider is given up after so long: whether the provider took it is then unknown. */
export const PROVIDER_TIMEOUT_MS = 10_000;

/**
 * What the configuration must know of a provider. The provider's own folder says it (src/channels/<channel>/providers/…),
 * and `readConfig` gets it handed in: the configuration names no provider.
 */
export interface ProviderSettings {
  /** Its variables, by name: their form and default. */
  readonly variables: z.ZodRawShape;
  /** Further variables, which it cannot do without when it is listed. */
  readonly credentials: z.ZodRawShape;
  /** It delivers nothing, so that it is refused in production. */
  readonly isForDevelopment?: boolean;
}

/** The providers that exist, by channel and name. */
export interface KnownProviders {
  readonly push: Readonly<Record<string, ProviderSettings>>;
  readonly email: Readonly<Record<string, ProviderSettings>>;
}

/** Variables as they were given, by name. */
export type Given = Readonly<Partial<Record<string, string>>>;

const ofAll = ({ push, email }: KnownProviders): ProviderSettings[] => [
  ...Object.values(push),
  ...Object.values(email),
];

/** The form of all providers' variables. Each is checked when it is given, also when its provider is not listed. */
export const formOf = (known: KnownProviders) =>
  z.object(
    Object.fromEntries(
      ofAll(known).flatMap(({ variables, credentials }) => [
        ...Object.entries(variables),
        ...Object.entries(credentials).map(([name, form]) => [name, z.optional(form)] as const),
      ]),
    ),
  );
