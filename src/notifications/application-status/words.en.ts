export const en = {
  name: "application updates",
  email: {
    subject: (status: string, grant: string) => `Application status: ${status} – ${grant}`,
    title: "Your application has a new status",
    intro: (grant: string, status: string) => `Your application for ${grant} is now: ${status}.`,
    grant: "Grant",
    status: "Status",
    previous: "Before",
    button: "View your application",
  },
};
