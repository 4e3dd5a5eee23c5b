import { z } from "zod";
import type { Fault, Given, ProviderSettings } from "../../config/provider.ts";

/** A provider of a channel: what the configuration must know of it, and how it is made. */
export interface ProviderDefinition<Tools, Provider> extends ProviderSettings {
  /** @param given variables that the configuration has checked */
  create(given: Given, tools: Tools): Provider;
}

/** The parsed variables. */
export type Settings<Forms extends z.ZodRawShape> = z.output<z.ZodObject<Forms>>;

/** A definition as a provider's folder writes it: `create` gets the variables as their forms have read them. */
export interface ProviderRecipe<V extends z.ZodRawShape, C extends z.ZodRawShape, Tools, Provider> {
  variables: V;
  credentials: C;
  oneOf?: readonly (keyof V & string)[];
  faults?: (given: Given) => Fault[];
  isForDevelopment?: boolean;
  advised?: { readonly [Name in keyof V]?: string };
  binding?: string;
  create(settings: Settings<V> & Settings<C>, tools: Tools): Provider;
}

export function defineProvider<V extends z.ZodRawShape, C extends z.ZodRawShape, Tools, Provider>(
  recipe: ProviderRecipe<V, C, Tools, Provider>,
): ProviderDefinition<Tools, Provider> {
  const { variables, credentials, oneOf, faults, isForDevelopment = false, advised, binding } = recipe;
  return {
    variables,
    credentials,
    isForDevelopment,
    ...(oneOf !== undefined && { oneOf }),
    ...(faults !== undefined && { faults }),
    ...(advised !== undefined && { advised }),
    ...(binding !== undefined && { binding }),
    create: (given, tools) =>
      recipe.create({ ...z.object(variables).parse(given), ...z.object(credentials).parse(given) }, tools),
  };
}

/** The providers of a channel that the configuration lists, in order of preference. */
export const createListed = <Tools, Provider>(
  known: Readonly<Record<string, ProviderDefinition<Tools, Provider>>>,
  listed: readonly string[],
  given: Given,
  tools: Tools,
): Provider[] =>
  listed.map((name) => {
    const definition = known[name];
    if (definition === undefined) throw new Error(`No provider is called ${name}`);
    return definition.create(given, tools);
  });

/** The secrets that are set: one, or two during a rotation. */
export const secretsOf = (...values: readonly (string | undefined)[]): string[] =>
  values.filter((value) => value !== undefined);
