/** The values in the texts of pushes and in-app messages. */
interface PauseFacts {
  mentor: string;
  /** The day on which it begins, printed. */
  day: string;
  /** The mentor's status, in words. */
  status: string;
  reason: string | null;
}

const both = { mentor: "Peer mentor", reason: "Reason", button: "View the peer mentor" };

const pausedFrom = ({ mentor, day }: PauseFacts) =>
  `${mentor}, a peer mentor whom you coordinate, is taking a pause from ${day}.`;

export const activated = {
  name: "messages about mentors who pause",
  email: {
    ...both,
    subject: (mentor: string) => `${mentor} is taking a pause`,
    intro: (mentor: string) => `${mentor}, a peer mentor whom you coordinate, is taking a pause.`,
    date: "Paused from",
  },
  /** Does not contain the reason: it may be private, and lock screens show a push. */
  push: { title: ({ mentor }: PauseFacts) => `${mentor} is taking a pause`, body: pausedFrom },
  in_app: {
    body: (facts: PauseFacts) =>
      facts.reason === null ? pausedFrom(facts) : `${pausedFrom(facts)} Reason: ${facts.reason}`,
  },
};

const nowIs = ({ mentor, status }: PauseFacts) =>
  `${mentor}, a peer mentor whom you coordinate, is no longer paused. Status: ${status}.`;

export const deactivated: typeof activated = {
  name: "messages about mentors who return",
  email: {
    ...both,
    subject: (mentor) => `${mentor} is active again`,
    intro: (mentor) => `${mentor}, a peer mentor whom you coordinate, is back from a pause.`,
    date: "Active from",
  },
  push: { title: ({ mentor }) => `${mentor} is no longer paused`, body: nowIs },
  in_app: { body: nowIs },
};
