export { registerHandlers as registerPushNotifications } from "./handlers.ts";
