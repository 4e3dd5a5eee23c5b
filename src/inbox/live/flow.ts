import { take, UNUSED } from "../../rate-limit/gcra.ts";
import { ACK_AFTER_BYTES, type Frame, MAX_FRAME_BYTES, MAX_UNACKED_BYTES, SAYS } from "./protocol.ts";

/**
 * How far a client is behind. The runtime buffers what a client does not read, and does not show how much that is. So
 * clients acknowledge what they have read, and everything else counts as unread.
 */
export interface Flow {
  /** Bytes sent that the client has not acknowledged. */
  unacked: number;
  /** The acknowledgement that we wait for, and the bytes sent since. It is random: a client must read the frame to know it. */
  awaited: { ack: string; since: number } | null;
  /** State of the rate limit for the client's messages: its TAT (see gcra.ts), epoch ms; null before the first message. */
  tat: number | null;
}

export const UNTOUCHED: Flow = { unacked: 0, awaited: null, tat: null };

/** Counts a message of the client against its rate. Null: there are too many. */
export function countMessage(flow: Flow, now: number): Flow | null {
  const { at, tat } = take(SAYS, flow.tat ?? UNUSED, now);
  return at > now ? null : { ...flow, tat };
}

/** The flow after the client has sent `ack`; null when we do not wait for this one. */
export function acknowledge({ unacked, awaited, tat }: Flow, ack: string): Flow | null {
  if (awaited?.ack !== ack) return null;
  return { unacked: Math.min(unacked, awaited.since), awaited: null, tat };
}

/** Whether a frame is too large to be sent. The client then lists its inbox, a page at a time. */
export const isTooLarge = (frame: Frame): boolean => bytesOf(JSON.stringify(frame)) > MAX_FRAME_BYTES;

/**
 * The text of a frame, and the flow after sending it. After enough bytes the frame asks for an acknowledgement. Null: the
 * client is too far behind.
 * @param secret makes the acknowledgement
 */
export function encodeFrame(
  flow: Flow,
  frame: Frame,
  secret: () => string,
): { text: string; flow: Flow } | null {
  const plain = JSON.stringify(frame);
  const unacked = flow.unacked + bytesOf(plain);
  if (unacked > MAX_UNACKED_BYTES) return null;
  if (flow.awaited !== null)
    return {
      text: plain,
      flow: { ...flow, unacked, awaited: { ...flow.awaited, since: flow.awaited.since + bytesOf(plain) } },
    };
  if (unacked < ACK_AFTER_BYTES) return { text: plain, flow: { ...flow, unacked } };
  const ack = secret();
  return {
    text: JSON.stringify({ ...frame, ack }),
    flow: { ...flow, unacked, awaited: { ack, since: 0 } },
  };
}

const encoder = new TextEncoder();
const bytesOf = (text: string): number => encoder.encode(text).byteLength;
