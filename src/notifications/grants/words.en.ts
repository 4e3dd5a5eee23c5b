/** What lists of matches say of each. */
export const matchWords = {
  score: (percent: string) => `${percent} match`,
  deadline: (date: string) => `Deadline: ${date}`,
  noDeadline: "No deadline",
};

/** What lists of deadlines say of each. */
export const deadlineWords = {
  deadline: (date: string) => `Deadline: ${date}`,
  passedBadge: "Passed",
  reasons: { matched: "One of your matches", applied: "You have applied" },
};
