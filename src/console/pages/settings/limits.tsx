import type { Config } from "../../../config/config.ts";
import { Card } from "../../components/boxes.tsx";

interface Limit {
  what: string;
  value: string;
  /** The variable that sets it. */
  variable: string;
}

const number = new Intl.NumberFormat("en");
const n = (value: number): string => number.format(value);

/** The limits that concern an organization's messages. */
const limitsOfMessages = ({ push, email, inApp, orgDailyQuota, retentionDays }: Config): Limit[] => [
  { what: "Pushes an hour for one person", value: n(push.limitPerHour), variable: "PUSH_LIMIT_PER_HOUR" },
  { what: "E-mails an hour for one person", value: n(email.limitPerHour), variable: "EMAIL_LIMIT_PER_HOUR" },
  {
    what: "In-app messages an hour for one person",
    value: n(inApp.limitPerHour),
    variable: "IN_APP_LIMIT_PER_HOUR",
  },
  { what: "Messages a day for one organization", value: n(orgDailyQuota), variable: "ORG_DAILY_QUOTA" },
  { what: "Messages are kept for", value: `${n(retentionDays)}\u00a0days`, variable: "RETENTION_DAYS" },
];

/** The limits of the service, which only its operators set. */
const limitsOfService = (config: Config): Limit[] => [
  {
    what: "Size of the database",
    value: `${n(config.databaseLimitBytes / 1e9)}\u00a0GB`,
    variable: "DATABASE_LIMIT_MB",
  },
  { what: "A claim holds for", value: `${n(config.leaseMs / 1_000)}\u00a0s`, variable: "LEASE_SECONDS" },
  {
    what: "A lost wake-up call is noticed after",
    value: `${n(config.sweepAfterMs / 1_000)}\u00a0s`,
    variable: "SWEEP_AFTER_SECONDS",
  },
  {
    what: "A send waits for its outcome up to",
    value: `${n(config.sendWaitMs / 1_000)}\u00a0s`,
    variable: "SEND_WAIT_SECONDS",
  },
  {
    what: "Digests and reminders come at (local)",
    value: `${String(config.digestHour).padStart(2, "0")}:00`,
    variable: "DIGEST_HOUR",
  },
  {
    what: "Certificates are reminded of before",
    value: `${config.certificationReminderDays.join(", ")}\u00a0days`,
    variable: "CERTIFICATION_REMINDER_DAYS",
  },
  {
    what: "An erased person cannot come back for",
    value: `${n(config.tombstoneDays)}\u00a0days`,
    variable: "TOMBSTONE_DAYS",
  },
  {
    what: "Browsers may call from",
    value: config.corsOrigins.join(", ") || "nowhere else",
    variable: "CORS_ORIGINS",
  },
];

/** Names to the left, values to the right. */
const Listed = ({ limits, withVariables }: { limits: readonly Limit[]; withVariables: boolean }) => (
  <Card title="Limits" flush>
    <dl class="pairs">
      {limits.map(({ what, value, variable }) => (
        <div>
          <dt>
            {what}
            {withVariables && (
              <>
                <br />
                <code class="muted">{variable}</code>
              </>
            )}
          </dt>
          <dd class="numeric">{value}</dd>
        </div>
      ))}
    </dl>
  </Card>
);

/** All limits, with the variables that set them. */
export const Limits = ({ config }: { config: Config }) => (
  <Listed limits={[...limitsOfMessages(config), ...limitsOfService(config)]} withVariables />
);

/** What an organization may send, and how long it is kept. */
export const OwnLimits = ({ config }: { config: Config }) => (
  <Listed limits={limitsOfMessages(config)} withVariables={false} />
);
