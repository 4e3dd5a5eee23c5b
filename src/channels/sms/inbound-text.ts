/** A text message that somebody has sent to us. */
export interface InboundText {
  /** The provider's id of the message: the same however often the provider tells of it. */
  id: string;
  /** E.164: the sender. */
  from: string;
  text: string;
  /** Whether the provider has answered a keyword by itself. */
  isAnswered: boolean;
  /** Epoch ms. */
  at: number;
}
