import type { CertificationReminder } from "./payload.ts";

/** A certificate, as reminders need it. */
export interface Certificate {
  id: string;
  name: string;
  /** Epoch ms. */
  expires_at: number;
}

/** One message lists so many; the rest is only counted. */
const MAX_LISTED = 20;

/** What lies in a reminder's payload: what it says, with the ids of what it names, which is asked again when it is sent. */
export type ReminderPayload = Omit<CertificationReminder, "certifications"> & {
  type: "certification_reminder";
  certifications: Certificate[];
};

/** What a reminder says: the certificates, those whose expiry is nearest to `now` first. */
export function reminderOf(certificates: readonly Certificate[], now: number): ReminderPayload {
  const sorted = certificates.toSorted((a, b) => Math.abs(a.expires_at - now) - Math.abs(b.expires_at - now));
  return {
    type: "certification_reminder",
    certifications: sorted.slice(0, MAX_LISTED).map(({ id, name, expires_at }) => ({ id, name, expires_at })),
    total: certificates.length,
    url: null,
  };
}
