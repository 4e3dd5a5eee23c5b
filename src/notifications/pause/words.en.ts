const both = { mentor: "Peer mentor", reason: "Reason", button: "View the peer mentor" };

export const activated = {
  name: "messages about mentors who pause",
  email: {
    ...both,
    subject: (mentor: string) => `${mentor} is taking a pause`,
    intro: (mentor: string) => `${mentor}, a peer mentor whom you coordinate, is taking a pause.`,
    date: "Paused from",
  },
};

export const deactivated: typeof activated = {
  name: "messages about mentors who return",
  email: {
    ...both,
    subject: (mentor) => `${mentor} is active again`,
    intro: (mentor) => `${mentor}, a peer mentor whom you coordinate, is back from a pause.`,
    date: "Active from",
  },
};
