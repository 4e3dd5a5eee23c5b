import { BRAND } from "./theme.ts";

/** Whose mail it is: what a reader sees above and below the message. */
export interface Brand {
  name: string;
  /** An https address of an image. Null: the name is printed. */
  logoUrl: string | null;
  /** `#rrggbb`, of links and buttons. Null: ours. */
  colour: string | null;
  /** The sender's postal address, in the footer. */
  postalFooter: string | null;
}

export const TIDINGS: Brand = { name: BRAND, logoUrl: null, colour: null, postalFooter: null };
