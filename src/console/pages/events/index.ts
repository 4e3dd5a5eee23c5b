import type { Console } from "../../app-env.tsx";
import * as event from "./event.tsx";
import * as list from "./list.tsx";
import * as send from "./send.tsx";

export function register(pages: Console): void {
  list.register(pages);
  // Before the pages of an event, whose id would be "new".
  send.register(pages);
  event.register(pages);
}
