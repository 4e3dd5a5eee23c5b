import { BRAND } from "../../content/theme.ts";

export const en = {
  name: "welcome messages",
  email: {
    subject: `Welcome to ${BRAND}`,
    preheader: "Your account is ready.",
    joined: (org: string | null) =>
      org === null ? "Your account is ready." : `Your account with ${org} is ready.`,
    promise:
      "From now on we tell you about what concerns you, such as new matches, deadlines and expiring certifications. You decide which of these you get.",
    button: "Get started",
  },
};
