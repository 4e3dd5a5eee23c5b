import { z } from "zod";
import { jsonText } from "../../../../config/variables.ts";

const PEM = /^-----BEGIN PRIVATE KEY-----\s[A-Za-z0-9+/=\s]+-----END PRIVATE KEY-----\s*$/;

/** A text that is there. Problems name the member by themselves, and never hold a value. */
const text = z.string("must be there").min(1, "must not be empty");

/**
 * The key file of a service account, as the Firebase console hands it out (Project settings, Service accounts). What else is
 * in it is not needed.
 */
export const serviceAccount = z.object(
  {
    type: z.literal("service_account", "must be service_account: this is the key of something else"),
    project_id: text.regex(/^[A-Za-z0-9][A-Za-z0-9:.-]*$/, "must be the id of a project"),
    client_email: text,
    private_key: text.regex(PEM, "must be a private key in PEM (BEGIN PRIVATE KEY)"),
    /** Names the key among those of the account. */
    private_key_id: text.optional(),
    token_uri: z
      .url({ protocol: /^https?$/, error: "must be an address" })
      .default("https://oauth2.googleapis.com/token"),
  },
  "must be a service account's key file (JSON)",
);

export type ServiceAccount = z.output<typeof serviceAccount>;

/** A variable that holds one. */
export const serviceAccountText = jsonText.pipe(serviceAccount);
