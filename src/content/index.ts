export { SUBJECT_MAX, customSubject } from "./clean.ts";
export { type EmailLinks, type EmailRecipient, renderEmail } from "./render.ts";
export { type LateContents, isLateBound, readLateContents, saidBy } from "./said.ts";
export {
  type NotificationType,
  type NotificationTypes,
  type OwnWords,
  type Said,
  type Trial,
  createTypes,
  traitsOf,
} from "./type.ts";
