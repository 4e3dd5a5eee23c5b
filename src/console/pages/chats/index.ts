import type { Console } from "../../app-env.tsx";
import * as connection from "./connection.tsx";
import * as fresh from "./new.tsx";
import * as list from "./list.tsx";

export function register(pages: Console): void {
  list.register(pages);
  // Before the pages of a connection, whose id would be "new".
  fresh.register(pages);
  connection.register(pages);
}
