/** Parameters that only take certain texts. */
const FIXED: Readonly<Record<string, string>> = { channel: "email", locale: "en" };

/** A route's path about one thing. Several parameters take an id with as many parts, or the first alone. */
export function pathTo(template: string, id = "x"): string {
  const parts = id.split("/").values();
  return template.replace(/\{([^}]+)\}/gu, (_, name: string) => parts.next().value ?? FIXED[name] ?? "x");
}
