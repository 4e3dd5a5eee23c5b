/** What the pipeline must know of the notification types, by their ids. It names none itself. */
export interface TypeTraits {
  /** Types of which a later message says what an earlier one would have said, as it is by then. */
  readonly superseding: readonly string[];
  /** Types that are counted when they are asked for, in a budget of their own, and hold no slot of their channel's. */
  readonly ownBudget: readonly string[];
}
