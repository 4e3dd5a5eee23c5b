import { isObject } from "../../src/lib/objects.ts";

type Json = unknown;

const kindOf = (value: Json): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : typeof value;

/** What an id or a time looks like, so that one is not mistaken for any other text. */
function formOf(text: string): string {
  const prefix = /^([a-z]+)_[0-9a-z]+$/.exec(text)?.[1];
  if (prefix !== undefined) return `an id "${prefix}_…"`;
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? "a time in UTC" : "a text";
}

/**
 * Where an answer lacks something that the contract's example has: a field, its nesting, its JSON type, the form of an id
 * or of a time. Further fields are allowed. Each member of an array is compared with the example's first one.
 */
export function lacks(answer: Json, example: Json, at = ""): string[] {
  if (kindOf(answer) !== kindOf(example)) return [`${at}: is ${kindOf(answer)}, not ${kindOf(example)}`];
  if (typeof example === "string" && typeof answer === "string")
    return formOf(example) !== "a text" && formOf(answer) !== formOf(example)
      ? [`${at}: is ${formOf(answer)}, not ${formOf(example)}`]
      : [];
  if (Array.isArray(example) && Array.isArray(answer)) {
    if (example.length > 0 && answer.length === 0) return [`${at}: is empty`];
    return answer.flatMap((member, i) => lacks(member, example[0], `${at}/${i}`));
  }
  if (!isObject(example) || !isObject(answer)) return [];
  return Object.entries(example).flatMap(([name, value]) =>
    name in answer ? lacks(answer[name], value, `${at}/${name}`) : [`${at}/${name}: is missing`],
  );
}
