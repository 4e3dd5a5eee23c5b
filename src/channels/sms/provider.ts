import type { Pace, SendReport } from "../../delivery/outcome.ts";

/** One text message to one number. */
export interface SmsMessage {
  /** The provider says it back in its reports. */
  dispatchId: string;
  /** E.164. */
  to: string;
  text: string;
  /** Epoch ms after which it is worth nothing; null: the provider's own. */
  expiresAt: number | null;
}

/** An SMS service. It knows neither D1 nor the variables; `fetch` is passed in. */
export interface SmsProvider {
  readonly name: string;
  readonly pace: Pace;
  /** Sends one message: none of these services takes several. One outcome. */
  send(message: SmsMessage): Promise<SendReport>;
}
