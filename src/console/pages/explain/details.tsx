import type { Child } from "hono/jsx";
import type { Rule } from "../../../explain/rule.ts";
import { isObject } from "../../../lib/objects.ts";
import { Time } from "../../components/text.tsx";
import type { Viewer } from "../../viewer.ts";

type Details = NonNullable<Rule["details"]>;

const text = (details: Details, name: string): string | null => {
  const value = details[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
};

/** Upon what a rule depends, in words; null where the sentence says it all. */
export function detailsOf({ rule, details }: Rule, viewer: Viewer): Child {
  if (details === undefined) return null;
  switch (rule) {
    case "wanted":
      return wanted(details);
    case "device":
      return `Devices: ${text(details, "devices")}`;
    case "slot":
      return `At most ${text(details, "limit")} in ${minutes(details)}`;
    case "country":
      return `Country of the number: ${text(details, "country")}`;
    case "length":
      return length(details);
    case "wording":
      return wording(details);
    case "provider":
      return <Providers details={details} viewer={viewer} />;
    default:
      return null;
  }
}

function minutes(details: Details): string {
  const seconds = Number(details["period_seconds"]);
  return seconds % 3_600 === 0 ? `${seconds / 3_600} h` : `${Math.round(seconds / 60)} min`;
}

function length(details: Details): string {
  const dollars = details["dollars"];
  const price = typeof dollars === "number" ? `, $${dollars.toFixed(4)} by list` : "";
  const encoding = details["encoding"] === "gsm7" ? "GSM-7" : "UCS-2";
  return `${text(details, "segments")} of at most ${text(details, "most")} segments, ${encoding}${price}`;
}

function wanted(details: Details): string {
  const category = `Category ${text(details, "category")}`;
  const org = text(details, "org_id");
  if (org === null) return category;
  return `${category}, decided by ${org}${details["locked"] === true ? ", which has locked it" : ""}`;
}

function wording(details: Details): string | null {
  const [locale, version, org] = ["locale", "version", "org_id"].map((name) => text(details, name));
  const tried = Array.isArray(details["tried"]) ? details["tried"].map(String) : [];
  const parts = [
    version && `version ${version} of ${org ?? "the service"}`,
    locale && `in ${locale}`,
    tried.length > 0 && `languages tried: ${tried.join(", ")}`,
  ].filter((part) => typeof part === "string" && part !== "");
  return parts.length === 0 ? null : parts.join("; ");
}

/** Each provider and its gate. */
function Providers({ details, viewer }: { details: Details; viewer: Viewer }) {
  const providers = Array.isArray(details["providers"]) ? details["providers"].filter(isObject) : [];
  return (
    <>
      {providers.map((provider, i) => {
        const rests = text(provider, "rests_until");
        return (
          <>
            {i > 0 && "; "}
            {text(provider, "name")}{" "}
            {rests === null ? (
              "takes messages"
            ) : (
              <>
                rests until <Time at={Date.parse(rests)} viewer={viewer} />
              </>
            )}
          </>
        );
      })}
    </>
  );
}
