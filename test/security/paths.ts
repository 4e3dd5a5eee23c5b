/** Parameters that only take certain texts. */
const FIXED: Readonly<Record<string, string>> = { channel: "email", locale: "en" };

/**
 * A route's path about one thing. A path with several parameters in a row (`{type}/{channel}/{locale}`) takes an id with as
 * many parts, or the first alone.
 */
export const pathTo = (template: string, id = "x"): string =>
  template.replace(/\{[^}]+\}(?:\/\{[^}]+\})*/u, (parameters) => {
    const parts = id.split("/");
    return parameters
      .split("/")
      .map((name, i) => parts[i] ?? FIXED[name.slice(1, -1)] ?? "x")
      .join("/");
  });
