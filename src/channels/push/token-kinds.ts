import { type FieldError, invalid } from "../../lib/failure.ts";
import { type PushProvider, type SubscriptionKeys, takes, type TokenOwner } from "./provider.ts";
import type { PushProviderDefinition, TokenKind } from "./providers/definition.ts";

/** What a registration says of its token. */
export interface TokenClaim {
  /** The token, or a Web Push subscription's endpoint. */
  token: string;
  /** Whether it came as `endpoint`. */
  isEndpoint?: boolean | undefined;
  /** Left out: as the token's form says. */
  provider?: string | undefined;
  /** Left out: the default one. */
  app?: string | undefined;
  keys?: SubscriptionKeys | undefined;
}

/** Whose a device's token is. */
export interface TokenKinds {
  /** @throws 400 naming the field by which it is nobody's, or by which nobody can say whose it is */
  ownerOf(claim: TokenClaim): TokenOwner;
}

interface NamedKind {
  name: string;
  kind: TokenKind;
}

/** The kinds of tokens that can be registered: those that a configured provider sends to. */
export function tokenKindsOf(
  known: Readonly<Record<string, PushProviderDefinition>>,
  configured: readonly Pick<PushProvider, "name" | "devices" | "part">[],
): TokenKinds {
  const takesAll = configured.some(({ devices }) => devices === "all");
  const owners = new Set(configured.map(({ name, part }) => part?.of ?? name));
  const appsOf = (provider: string): string[] =>
    [...owners].flatMap((name) => (name.startsWith(`${provider}:`) ? [name.slice(provider.length + 1)] : []));
  const hasDefault = (provider: string) =>
    configured.some((sender) => takes(sender, { provider, app: null }));
  const kinds = Object.entries(known).flatMap(([name, { tokens }]): NamedKind[] =>
    tokens !== undefined && (hasDefault(name) || appsOf(name).length > 0) ? [{ name, kind: tokens }] : [],
  );

  /** Why an app's name is wrong; null if it is right. */
  function faultOfApp(provider: string, app: string | undefined): string | null {
    if (takesAll) return null;
    const apps = appsOf(provider);
    if (app === undefined) return hasDefault(provider) ? null : `is needed with ${provider}: ${either(apps)}`;
    if (apps.includes(app)) return null;
    return apps.length === 0
      ? `must be left out: ${provider} has no apps by name here`
      : `is not configured for ${provider}: it must be ${either(apps)}${hasDefault(provider) ? ", or left out" : ""}`;
  }

  /** A provider for development takes whatever it gets: it is asked only where the owner's own are not configured. */
  function sendersOf(owner: TokenOwner) {
    const own = configured.filter(({ devices }) => devices === "own");
    return own.some((sender) => takes(sender, owner)) ? own : configured;
  }

  return {
    ownerOf({ token, isEndpoint = false, provider, app, keys }) {
      const pointer = isEndpoint ? "/endpoint" : "/token";
      const found = kindOf(kinds, { token, provider }, pointer);
      if ("pointer" in found) throw invalid([found]);
      const { name, kind } = found;
      const faults: FieldError[] = [];
      if (kind.needsKeys && keys === undefined)
        faults.push({ pointer: "/keys", detail: `is needed with ${kind.name}` });
      if (!kind.needsKeys && keys !== undefined)
        faults.push({ pointer: "/keys", detail: `must be left out with ${kind.name}` });
      const owner: TokenOwner = { provider: name, app: app ?? null };
      const fault = faultOfApp(name, app);
      if (fault !== null) faults.push({ pointer: "/app", detail: fault });
      else if (!sendersOf(owner).some((sender) => takes(sender, { ...owner, token })))
        faults.push({ pointer, detail: `must be ${kind.name}` });
      if (faults.length > 0) throw invalid(faults);
      return owner;
    },
  };
}

/** The kind of a token, or the field that is wrong. */
function kindOf(
  kinds: readonly NamedKind[],
  { token, provider }: Pick<TokenClaim, "token" | "provider">,
  pointer: string,
): NamedKind | FieldError {
  if (provider !== undefined) {
    const named = kinds.find(({ name }) => name === provider);
    if (named === undefined)
      return { pointer: "/provider", detail: `must be ${either(kinds.map(({ name }) => name))}` };
    return named.kind.accepts(token) ? named : { pointer, detail: `must be ${named.kind.name}` };
  }
  const fitting = kinds.filter(({ kind }) => kind.accepts(token));
  const [only, other] = fitting;
  if (only === undefined)
    return { pointer, detail: `must be ${kinds.map(({ kind }) => kind.name).join(" or ")}` };
  const certain = fitting.find(({ kind }) => kind.isCertain(token));
  if (certain !== undefined) return certain;
  if (other === undefined) return only;
  const names = fitting.map(({ name }) => name);
  return { pointer: "/provider", detail: `is needed, since the token may be of ${either(names)}` };
}

const either = (names: readonly string[]): string => names.join(" or ");
