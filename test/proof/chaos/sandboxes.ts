import { createExpoSandbox, type ExpoSandbox } from "../../support/sandbox/expo.ts";
import type { AcceptedPush } from "../../support/sandbox/expo-state.ts";
import { createResendSandbox, RESEND_KEY } from "../../support/sandbox/resend.ts";
import { createSesSandbox, SES_KEY } from "../../support/sandbox/ses.ts";
import type { AcceptedEmail } from "../../support/sandbox/steer.ts";
import type { ChaosClock } from "./clock.ts";
import type { Sandbox } from "./providers.ts";

/** The variables with which the service finds its providers. */
export const providerVars = (urls: { expo: string; ses: string; resend: string }) => ({
  PUSH_PROVIDERS: "expo",
  EXPO_BASE_URL: urls.expo,
  EMAIL_PROVIDERS: "ses,resend",
  EMAIL_FROM: "Tidings <notifications@tidings.example>",
  SES_ENDPOINT: urls.ses,
  SES_ACCESS_KEY_ID: SES_KEY.accessKeyId,
  SES_SECRET_ACCESS_KEY: SES_KEY.secretAccessKey,
  // Pacing is tested elsewhere; here it would only cost time.
  SES_RATE_PER_SECOND: "200",
  RESEND_BASE_URL: urls.resend,
  RESEND_API_KEY: RESEND_KEY,
});

const readPush = ({ collapseId, token, title }: AcceptedPush) => ({
  dispatch: collapseId ?? "",
  to: token,
  title: title ?? "",
});

const readEmail = ({ tags, subject }: AcceptedEmail) => ({
  dispatch: tags["tidings_dispatch"] ?? "",
  // Each mail has one address; the two providers print it differently.
  to: "e-mail",
  title: subject,
});

export interface Sandboxes {
  expo: Sandbox<AcceptedPush> & { settings: ExpoSandbox["settings"] };
  ses: Sandbox<AcceptedEmail>;
  resend: Sandbox<AcceptedEmail>;
}

/** The providers without faults. Two for e-mail, so that one can take over from the other. */
export function createSandboxes(clock: ChaosClock): Sandboxes {
  const expo = createExpoSandbox({ now: clock.now });
  const ses = createSesSandbox();
  const resend = createResendSandbox({ now: clock.now });
  return {
    expo: {
      provider: "expo",
      fetch: expo.app.fetch,
      accepted: expo.accepted,
      settings: expo.settings,
      read: readPush,
      sends: (path) => path.endsWith("/push/send"),
    },
    ses: {
      provider: "ses",
      fetch: ses.app.fetch,
      accepted: ses.accepted,
      read: readEmail,
      sends: (path) => path.endsWith("/outbound-emails"),
    },
    resend: {
      provider: "resend",
      fetch: resend.app.fetch,
      accepted: resend.accepted,
      read: readEmail,
      sends: (path) => path.startsWith("/emails"),
    },
  };
}
