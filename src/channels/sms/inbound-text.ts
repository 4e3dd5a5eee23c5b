/** A text message that somebody has sent to us. */
export interface InboundText {
  /** E.164: the sender. */
  from: string;
  text: string;
  /** Whether the provider has answered a keyword by itself. */
  isAnswered: boolean;
  /** Epoch ms. */
  at: number;
}
