/** The contracts that we serve, by the names that OPEN_CONTRACTS uses. */
export const CONTRACTS = [
  "push-notifications",
  "admin-notifications",
  "user-notifications",
  "notification-records",
  "stats-notifications",
] as const;
export type ContractName = (typeof CONTRACTS)[number];

/** Contracts whose text marks their endpoints Public: only these may be listed in OPEN_CONTRACTS. */
export const PUBLIC_CONTRACTS = [
  "push-notifications",
  "admin-notifications",
  "stats-notifications",
] as const satisfies readonly ContractName[];
