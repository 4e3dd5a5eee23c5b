export { registerUserNotifications } from "./handlers.ts";
