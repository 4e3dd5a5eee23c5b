import type { Console } from "../../app-env.tsx";
import * as endpoint from "./endpoint.tsx";
import * as fresh from "./new.tsx";
import * as list from "./list.tsx";
import * as webhook from "./webhook.tsx";

export function register(pages: Console): void {
  list.register(pages);
  // Before the pages of an endpoint, whose id would be "new".
  fresh.register(pages);
  endpoint.register(pages);
  webhook.register(pages);
}
