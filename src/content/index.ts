export { SUBJECT_MAX, customSubject } from "./clean.ts";
export {
  EMAIL_CONTENT,
  EMAIL_TYPES,
  type ContentOf,
  type EmailContent,
  type EmailType,
  parseEmailContent,
} from "./content.ts";
export { type EmailLinks, type EmailRecipient, type RenderedEmail, renderEmail } from "./render.ts";
export { sampleContent } from "./samples.ts";
