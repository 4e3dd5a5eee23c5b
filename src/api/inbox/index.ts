export { registerInbox } from "./handlers.ts";
