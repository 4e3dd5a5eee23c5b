export { registerAdminNotifications } from "./handlers.ts";
