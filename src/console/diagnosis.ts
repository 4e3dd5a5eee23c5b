import { EMAIL_PROVIDERS } from "../channels/email/providers/index.ts";
import { PUSH_PROVIDERS } from "../channels/push/providers/index.ts";
import { SMS_PROVIDERS } from "../channels/sms/providers/index.ts";
import { diagnose, type Finding } from "../config/doctor.ts";
import type { ConsoleContext } from "./app-env.tsx";

/** What the Worker can tell of its own configuration. For those who administer the whole service. */
export const diagnosisOf = (c: ConsoleContext): Finding[] =>
  diagnose({
    env: c.get("deps").bindings,
    known: { push: PUSH_PROVIDERS, email: EMAIL_PROVIDERS, sms: SMS_PROVIDERS },
  });
