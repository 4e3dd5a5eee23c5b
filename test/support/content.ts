import {
  type EmailLinks,
  type EmailRecipient,
  type NotificationType,
  renderEmail,
} from "../../src/content/index.ts";
import type { ApplicationStatus } from "../../src/notifications/application-status/payload.ts";
import type { CertificationReminder } from "../../src/notifications/certification-reminder/payload.ts";
import type { DeadlineReminder } from "../../src/notifications/deadline-reminder/payload.ts";
import type { NewMatch } from "../../src/notifications/new-match/payload.ts";
import type { PauseContent } from "../../src/notifications/pause/payload.ts";
import type { PushedText } from "../../src/notifications/push/payload.ts";
import { type BuiltInType, builtInTypes } from "../../src/notifications/registry.ts";
import type { StatsSummary } from "../../src/notifications/stats-summary/payload.ts";
import type { WeeklyDigest } from "../../src/notifications/weekly-digest/payload.ts";
import type { Welcome } from "../../src/notifications/welcome/payload.ts";

interface Contents {
  certification_reminder: CertificationReminder;
  welcome: Welcome;
  new_match: NewMatch;
  deadline_reminder: DeadlineReminder;
  weekly_digest: WeeklyDigest;
  application_status: ApplicationStatus;
  test: object;
  pause_activated: PauseContent;
  pause_deactivated: PauseContent;
  stats_summary: StatsSummary;
  push: PushedText;
}

/** Content of a built-in type, with its type beside it. */
export type ContentOf<T extends BuiltInType> = { type: T } & Contents[T];
export type EmailContent = { [T in BuiltInType]: ContentOf<T> }[BuiltInType];

/** The type with this id; a test that names one that is not there fails. */
export function typeNamed(id: string): NotificationType {
  const type = builtInTypes.get(id);
  if (type === undefined) throw new Error(`There is no type ${id}`);
  return type;
}

/** A mail with this content. */
export const renderContent = (
  { type, ...content }: EmailContent,
  recipient: EmailRecipient,
  links: EmailLinks,
  now: number,
) => renderEmail({ type: typeNamed(type), content }, recipient, links, now);

/** A mail with the sample of a type. */
export const renderSample = (id: string, recipient: EmailRecipient, links: EmailLinks, now: number) => {
  const type = typeNamed(id);
  return renderEmail({ type, content: type.sample(now) }, recipient, links, now);
};
