export { SUBJECT_MAX, customSubject } from "./clean.ts";
export { type EmailLinks, type EmailRecipient, type RenderedEmail, renderEmail } from "./render.ts";
export { type LateContents, isLateBound, readLateContents, saidBy } from "./said.ts";
export {
  type LateBound,
  type NotificationType,
  type NotificationTypes,
  type Said,
  type Switch,
  type TypeData,
  createTypes,
  defineType,
} from "./type.ts";
