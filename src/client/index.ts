import { createCall, type TidingsOptions } from "./call.ts";
import { methodsBy } from "./generated/api.ts";
import type { Call } from "./operation.ts";

export type { TidingsOptions } from "./call.ts";
export type { CallOptions } from "./operation.ts";
export { TidingsError, type ProblemCode } from "./error.ts";
export type * from "./generated/api.ts";
export { each } from "./pages.ts";
export { verifyWebhook } from "./webhook.ts";

/** A method for each operation of the API, by its operationId. */
export type Tidings = ReturnType<typeof methodsBy> & {
  /** For what has no method: it is sent, retried and read in the same way. */
  call: Call;
};

/** A client of a Tidings. It keeps no connection, so that one may be made for each request. */
export function createTidings(options: TidingsOptions): Tidings {
  const call = createCall(options);
  return { ...methodsBy(call), call };
}
