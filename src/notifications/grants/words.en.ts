/** The texts for each item in a list of matches. */
export const matchWords = {
  score: (percent: string) => `${percent} match`,
  deadline: (date: string) => `Deadline: ${date}`,
  noDeadline: "No deadline",
};

/** The texts for each item in a list of deadlines. */
export const deadlineWords = {
  deadline: (date: string) => `Deadline: ${date}`,
  passedBadge: "Passed",
  reasons: { matched: "One of your matches", applied: "You have applied" },
};
