import type { Finding } from "../../config/doctor.ts";

const MARKS = { missing: "✗", warning: "!", ok: "✓" } as const satisfies Record<Finding["level"], string>;
const ORDER = ["ok", "warning", "missing"] as const satisfies readonly Finding["level"][];

const lines = ({ level, what, fix }: Finding): string =>
  `  ${MARKS[level]} ${what}${fix === null ? "" : `\n      ${fix}`}`;

/** What is to be printed: the worst at the end, where one looks first. `isWell`: nothing is missing. */
export function report(findings: readonly Finding[]): { text: string; isWell: boolean } {
  const by = Map.groupBy(findings, ({ level }) => level);
  const missing = by.get("missing")?.length ?? 0;
  const warnings = by.get("warning")?.length ?? 0;
  const groups = ORDER.flatMap((level) =>
    by.has(level) ? [(by.get(level) ?? []).map(lines).join("\n")] : [],
  );
  const sum =
    missing === 0
      ? warnings === 0
        ? "All is well."
        : `Nothing is missing. Warnings: ${warnings}.`
      : `Missing or wrong: ${missing}. Warnings: ${warnings}.`;
  return { text: `\n${groups.join("\n\n")}\n\n${sum}`, isWell: missing === 0 };
}
