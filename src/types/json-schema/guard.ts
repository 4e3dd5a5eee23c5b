import { dereference, type Schema } from "@cfworker/json-schema";
import { isObject } from "../../lib/objects.ts";
import { KEYWORDS } from "./keywords.ts";
import { costOf } from "./patterns.ts";

/**
 * The work that one check may take: about 100,000 visits of a schema to a value, which is some 100 ms. References and
 * alternatives can make a small schema visit a value millions of times.
 */
const MAX_WORK = 100_000;
/** Steps of a regular expression that take as long as one visit. */
const STEPS_A_VISIT = 100;
/** Texts up to this length are cheap to match; the cost of longer ones is that of the longest. */
const SHORT_CHARS = 64;
/** Every member is compared with every other. */
const MAX_UNIQUE_ITEMS = 1_000;

/** A check took more work than it may. */
export class TooMuchWork extends Error {}

/** A schema that can be given to the validator. */
export interface Guarded {
  schema: Schema;
  lookup: Record<string, Schema | boolean>;
}

const ANNOTATIONS = ["title", "description", "$comment", "default", "examples", "$schema", "$id"];

const lengthOf = (value: unknown): number =>
  Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 0;

/** What fits `condition` must fit `fitting`, and what does not, `other`. */
const choice = (condition: Schema, fitting: Schema, other: Schema): Schema => ({
  if: condition,
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  then: fitting,
  else: other,
});

/** How much one visit of a schema costs, besides the visits of the schemas in it. */
const weightOf = (schema: Schema): number =>
  1 +
  lengthOf(schema.required) +
  lengthOf(schema.enum) / 10 +
  lengthOf(schema.properties) / 10 +
  lengthOf(schema.dependentRequired) +
  10 * lengthOf(schema.patternProperties) +
  (schema.format === undefined ? 0 : 5);

/**
 * A copy of a schema that ends in `TooMuchWork` when it is used for more than the work that a check may take. The validator
 * has no such limit. It reads the field `type` of a schema once each time that it visits a value, so there it is counted.
 */
export function guarded(given: Readonly<Record<string, unknown>>): Guarded {
  let left = MAX_WORK;

  function counted(schema: Schema, weight: number): Schema {
    const { type } = schema;
    return Object.defineProperty({ ...schema }, "type", {
      enumerable: false,
      get() {
        left -= weight;
        if (left < 0) throw new TooMuchWork();
        return type;
      },
    });
  }

  /** A pattern, with a bound on the texts that it is tried on. */
  function patterned(pattern: string): Schema {
    const { stepsFor, maxChars } = costOf(pattern);
    const tried = (chars: number) => counted({ pattern }, 1 + stepsFor(chars) / STEPS_A_VISIT);
    const isShort: Schema = { maxLength: SHORT_CHARS };
    const isMatchable: Schema = { maxLength: maxChars };
    const longer = choice(isMatchable, tried(Math.min(maxChars, 1_000)), isMatchable);
    return choice(isShort, tried(SHORT_CHARS), longer);
  }

  const unique = (): Schema => {
    const isBounded: Schema = { maxItems: MAX_UNIQUE_ITEMS };
    return choice(isBounded, counted({ uniqueItems: true }, MAX_UNIQUE_ITEMS / 10), isBounded);
  };

  function copied(value: unknown): Schema {
    // Booleans would not be counted.
    if (value === true) return counted({}, 1);
    if (!isObject(value)) return counted({ enum: [] }, 1);
    const schema: Schema = {};
    for (const [keyword, inner] of Object.entries(value)) {
      const kind = KEYWORDS.get(keyword);
      if (kind === undefined || ANNOTATIONS.includes(keyword)) continue;
      if (kind === "schema") schema[keyword] = copied(inner);
      else if (kind === "schemas" && Array.isArray(inner)) schema[keyword] = inner.map(copied);
      else if ((kind === "schemas by name" || kind === "schemas by pattern") && isObject(inner))
        schema[keyword] = Object.fromEntries(Object.entries(inner).map(([name, one]) => [name, copied(one)]));
      else schema[keyword] = inner;
    }
    const { pattern, uniqueItems, ...rest } = schema;
    const further = [
      ...(pattern === undefined ? [] : [patterned(pattern)]),
      ...(uniqueItems === true ? [unique()] : []),
    ];
    const whole = further.length === 0 ? rest : { ...rest, allOf: [...(rest.allOf ?? []), ...further] };
    return counted(whole, weightOf(whole));
  }

  const schema = copied(given);
  return { schema, lookup: dereference(schema) };
}
