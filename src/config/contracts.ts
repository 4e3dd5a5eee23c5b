/** The contracts that we serve, by the names that OPEN_CONTRACTS uses. */
export const CONTRACTS = [
  "push-notifications",
  "admin-notifications",
  "user-notifications",
  "notification-records",
  "stats-notifications",
] as const;
export type ContractName = (typeof CONTRACTS)[number];

/** Contracts that describe their endpoints as public. OPEN_CONTRACTS can list only these. */
export const PUBLIC_CONTRACTS = [
  "push-notifications",
  "admin-notifications",
  "stats-notifications",
] as const satisfies readonly ContractName[];
