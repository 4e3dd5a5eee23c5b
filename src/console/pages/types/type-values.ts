import { body } from "../../../api/types/schemas.ts";
import { CHANNELS } from "../../../db/schema/index.ts";
import { fieldErrors } from "../../../http/field-errors.ts";
import { invalid } from "../../../lib/failure.ts";
import type { OwnTypeData } from "../../../types/own-type.ts";
import type { Fields } from "../../fields.ts";
import { inUnits, typedSeconds } from "./duration.ts";

/** The fields that hold a duration, each with a field for its unit. */
const DURATIONS = ["window", "per", "expires_after"] as const;

/** The texts of the form's fields for a type that there is. */
export function valuesOf(type: OwnTypeData): Fields {
  const values = new Map<string, string>([
    ["id", type.id],
    ["name", type.name],
    ["category", type.category],
    ["critical", type.critical ? "on" : ""],
    ["dedupe", type.dedupe],
    ["key", type.batch?.key ?? ""],
    ["limit", String(type.throttle?.limit ?? "")],
    ["schema", type.schema === null ? "" : JSON.stringify(type.schema, null, 2)],
    ["sample", type.sample === null ? "" : JSON.stringify(type.sample, null, 2)],
  ]);
  const setSeconds = (name: string, seconds: number | null | undefined) => {
    if (seconds == null) return;
    const { amount, unit } = inUnits(seconds);
    values.set(name, amount).set(`${name}_unit`, unit);
  };
  for (const [i, { channel, wait }] of type.channels.entries()) {
    values.set(`channel_${i}`, channel);
    setSeconds(`wait_${i}`, wait);
  }
  const seconds = { window: type.batch?.window, per: type.throttle?.per, expires_after: type.expires_after };
  for (const name of DURATIONS) setSeconds(name, seconds[name]);
  return (name) => values.get(name) ?? "";
}

/** JSON that somebody has typed; null for nothing. @throws 400 */
export function typedJson(field: string, text: string): unknown {
  if (text.trim() === "") return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : "";
    throw invalid([{ pointer: `/${field}`, detail: `is not JSON: ${why}` }]);
  }
}

/** The steps that were typed, and at which place of the form each stands. */
const stepsIn = (typed: Fields) =>
  CHANNELS.flatMap((_, place) => {
    const channel = typed(`channel_${place}`);
    const wait = typedSeconds(typed(`wait_${place}`), typed(`wait_${place}_unit`));
    return channel === "" ? [] : [{ place, step: { channel, ...(wait !== undefined && { wait }) } }];
  });

/** A type as it was typed, checked as the API checks one. @throws 400 naming each bad field as the API does */
export function typeTyped(typed: Fields): Omit<OwnTypeData, "id" | "org_id" | "category"> & {
  category?: string | undefined;
} {
  const number = (name: string) => typedSeconds(typed(name), "seconds");
  const window = typedSeconds(typed("window"), typed("window_unit"));
  const [limit, per] = [number("limit"), typedSeconds(typed("per"), typed("per_unit"))];
  const key = typed("key").trim();
  const given = {
    name: typed("name"),
    ...(typed("category").trim() !== "" && { category: typed("category").trim() }),
    channels: stepsIn(typed).map(({ step }) => step),
    critical: typed("critical") === "on",
    schema: typedJson("schema", typed("schema")),
    sample: typedJson("sample", typed("sample")),
    dedupe: typed("dedupe") || "event",
    batch: window === undefined && key === "" ? null : { window, key: key === "" ? null : key },
    throttle: limit === undefined && per === undefined ? null : { limit, per },
    expires_after: typedSeconds(typed("expires_after"), typed("expires_after_unit")) ?? null,
  };
  const { success, data, error } = body.safeParse(given);
  if (success) return data;
  throw invalid(fieldErrors(error, "json", given));
}

/** The fields whose names are those of the API. */
const SAME_NAME: ReadonlySet<string> = new Set([
  "id",
  "name",
  "category",
  "critical",
  "dedupe",
  "schema",
  "sample",
  "expires_after",
]);
/** The fields of what the API has as objects. */
const WITHIN: ReadonlySet<string> = new Set(["window", "key", "limit", "per"]);

/** The form's field that a pointer into a type belongs to; null: none. */
export const fieldFor =
  (typed: Fields) =>
  (pointer: string): { field: string; at?: string } | null => {
    const [, first = "", second = "", ...rest] = pointer.split("/");
    if (first === "channels") {
      const place = stepsIn(typed)[Number(second)]?.place ?? 0;
      return { field: rest[0] === "wait" ? `wait_${place}` : `channel_${place}` };
    }
    if (WITHIN.has(second) && (first === "batch" || first === "throttle")) return { field: second };
    if (!SAME_NAME.has(first)) return null;
    const at = [second, ...rest].filter((part) => part !== "").join("/");
    return { field: first, ...(at !== "" && { at: `/${at}` }) };
  };
