import type { Console } from "../../app-env.tsx";
import * as list from "./list.tsx";
import * as topic from "./topic.tsx";

export function register(pages: Console): void {
  list.register(pages);
  topic.register(pages);
}
