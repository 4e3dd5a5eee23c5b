/**
 * What D1 takes (https://developers.cloudflare.com/d1/platform/limits/, read on 2026-11-27, paid plan). The local database
 * enforces only some of these limits (it accepts a parameter of 8 MB), so we enforce them ourselves, everywhere.
 */
export const D1_LIMITS = {
  /** Bytes (UTF-8) of a string or blob. */
  parameterBytes: 2_000_000,
  /** Bound parameters of a statement. */
  parameters: 100,
  /** Bytes of a statement's text. */
  statementBytes: 100_000,
  /**
   * Statements of a batch. This limit is our own: D1 counts statements for each invocation, and a batch shares 30 seconds
   * and may run three times. It must leave room for others.
   */
  statementsPerBatch: 200,
  /** Queries of one invocation of the Worker; each statement of a batch counts, each time it runs. */
  queriesPerInvocation: 1_000,
} as const;

/** A statement as it goes to D1. */
export interface Query {
  sql: string;
  params: readonly unknown[];
}

/** Our code exceeded a limit of D1: a bug, so repeating does not help. The message has the statement, but no values. */
class D1LimitError extends Error {
  constructor(problem: string, statement: string) {
    super(`Over a limit of D1: ${problem} in "${statement.replace(/\s+/g, " ").trim().slice(0, 120)}"`);
    this.name = "D1LimitError";
  }
}

/** @throws D1LimitError when D1 would refuse this batch. @param spent queries that the invocation has made before */
export function assertWithinLimits(batch: readonly Query[], spent: number): void {
  const first = batch[0]?.sql ?? "";
  const { statementsPerBatch, queriesPerInvocation } = D1_LIMITS;
  if (batch.length > statementsPerBatch)
    throw new D1LimitError(`${batch.length} statements, of ${statementsPerBatch} a batch`, first);
  if (spent + batch.length > queriesPerInvocation)
    throw new D1LimitError(
      `${spent + batch.length} queries, of ${queriesPerInvocation} an invocation`,
      first,
    );
  for (const query of batch) assertQuery(query);
}

function assertQuery({ sql, params }: Query): void {
  const { statementBytes, parameters, parameterBytes } = D1_LIMITS;
  if (exceeds(sql, statementBytes)) throw new D1LimitError(`more than ${statementBytes} bytes of text`, sql);
  if (params.length > parameters)
    throw new D1LimitError(`${params.length} parameters, of ${parameters} a statement`, sql);
  for (const [i, value] of params.entries())
    if (exceeds(value, parameterBytes))
      throw new D1LimitError(`more than ${parameterBytes} bytes in parameter ${i + 1}`, sql);
}

/** A UTF-16 unit has at most three bytes in UTF-8, so only strings near the limit need to be encoded. */
function exceeds(value: unknown, bytes: number): boolean {
  if (typeof value === "string")
    return (
      value.length * 3 > bytes && (value.length > bytes || new TextEncoder().encode(value).length > bytes)
    );
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return value.byteLength > bytes;
  return false;
}
