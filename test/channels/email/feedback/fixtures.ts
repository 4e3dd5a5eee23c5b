import type { FeedbackEvent } from "../../../../src/channels/feedback/event.ts";
export { NOW } from "../fixtures.ts";

export const DISPATCH = "01999999-0000-7000-8000-000000000001";
export const ISO = "2026-06-01T02:48:57.132Z";
/** The same in epoch ms. */
export const AT = 1_780_282_137_132;

/** What events say in short. */
export const gist = (events: readonly FeedbackEvent[]) =>
  events.map(({ kind, permanent, code }) => ({ kind, permanent, code }));
