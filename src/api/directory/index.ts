export { registerHandlers as registerDirectory } from "./handlers.ts";
