import type { Dispatch } from "../db/schema/index.ts";

/** Columns that stay null until something happens to a dispatch. */
const UNTOUCHED = {
  mark: null,
  note: null,
  retry_note: null,
  to_address: null,
  provider: null,
  provider_message_id: null,
  claim_id: null,
  lease_until: null,
  chunk_id: null,
  read_at: null,
  archived_at: null,
  inbox_seq: null,
  feedback_weight: null,
} as const satisfies Partial<Dispatch>;

/** The row of a new dispatch: every column that has a value from the start. */
export type FreshDispatch = Omit<Dispatch, keyof typeof UNTOUCHED>;

/** A new dispatch as it is read after it was inserted; only an in-app message's `inbox_seq` is known to the database alone. */
export const asRead = (row: FreshDispatch): Dispatch => ({ ...UNTOUCHED, ...row });
