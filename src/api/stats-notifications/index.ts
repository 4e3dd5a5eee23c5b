export { registerHandlers as registerStatsNotifications } from "./handlers.ts";
