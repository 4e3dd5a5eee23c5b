export { registerSuppressions } from "./handlers.ts";
