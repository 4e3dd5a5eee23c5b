import { MAX_LISTED } from "../grants/followed.ts";
import type { CertificationReminder } from "./payload.ts";

/** A certificate in a reminder. */
export interface Certificate {
  id: string;
  name: string;
  /** Epoch ms. */
  expires_at: number;
}

/** The stored payload of a reminder. It has the certificates' ids, so that they can be read again when it is sent. */
export type ReminderPayload = Omit<CertificationReminder, "certifications"> & {
  type: "certification_reminder";
  certifications: Certificate[];
};

/** Makes a reminder's payload. Certificates whose expiry is nearest to `now` come first. */
export function reminderOf(certificates: readonly Certificate[], now: number): ReminderPayload {
  const sorted = certificates.toSorted((a, b) => Math.abs(a.expires_at - now) - Math.abs(b.expires_at - now));
  return {
    type: "certification_reminder",
    certifications: sorted.slice(0, MAX_LISTED).map(({ id, name, expires_at }) => ({ id, name, expires_at })),
    total: certificates.length,
    url: null,
  };
}
