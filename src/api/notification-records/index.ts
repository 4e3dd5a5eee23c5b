export { registerNotificationRecords } from "./handlers.ts";
