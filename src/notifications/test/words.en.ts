import { BRAND } from "../../content/theme.ts";

export const en = {
  name: "test messages",
  email: {
    subject: `Test email from ${BRAND}`,
    preheader: "Your email delivery works.",
    body: "If you can read this, email delivery works. There is nothing else to do.",
    sent: "Sent",
    timezone: "Time zone",
    locale: "Locale",
  },
};
