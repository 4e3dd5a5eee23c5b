/** Whether something is an object with fields: neither null nor a list. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Parses JSON; undefined if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A JSON object that we have stored. @throws for any other text */
export function parseObject(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new Error("The JSON is not an object");
  return value;
}

/** `Object.keys` with the type of the table's keys. Only for tables that have no other keys at run time. */
export const keysOf = <T extends object>(table: T): (keyof T & string)[] =>
  Object.keys(table).filter((key): key is keyof T & string => key in table);

/** Whether a record that is filled key by key has a value for each of these. */
export const hasAll = <K extends PropertyKey, V>(
  record: Partial<Record<K, V>>,
  keys: readonly K[],
): record is Record<K, V> => keys.every((key) => record[key] !== undefined);
