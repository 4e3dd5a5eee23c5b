import { take, UNUSED } from "../../rate-limit/gcra.ts";
import { ACK_AFTER_BYTES, type Frame, MAX_FRAME_BYTES, MAX_UNACKED_BYTES, SAYS } from "./protocol.ts";

/**
 * How far a connection's client is behind. The runtime keeps what a client does not read, and does not say how much that
 * is; so the client says itself what it has read, and what it has not said counts as waiting.
 */
export interface Flow {
  /** Bytes sent that the client has not acknowledged. */
  unacked: number;
  /** The acknowledgement that we wait for, and the bytes sent after it was asked for. A secret: whoever has it has read so far. */
  awaited: { ack: string; since: number } | null;
  /** When everything that the client has said is paid for (a GCRA's TAT, epoch ms); null before the first word. */
  tat: number | null;
}

export const UNTOUCHED: Flow = { unacked: 0, awaited: null, tat: null };

/** Counts a word of the client's. Null: it says too much. */
export function hear(flow: Flow, now: number): Flow | null {
  const { at, tat } = take(SAYS, flow.tat ?? UNUSED, now);
  return at > now ? null : { ...flow, tat };
}

/** What `flow` is once the client has sent `ack`; null when that is not the one that we wait for. */
export function acknowledge({ unacked, awaited, tat }: Flow, ack: string): Flow | null {
  if (awaited?.ack !== ack) return null;
  return { unacked: Math.min(unacked, awaited.since), awaited: null, tat };
}

/** A text that would be too large; the client lists its inbox instead, a page at a time. */
export const isTooLarge = (frame: Frame): boolean => bytesOf(JSON.stringify(frame)) > MAX_FRAME_BYTES;

/**
 * The text of a frame, and `flow` once it is sent. It asks for an acknowledgement when enough has gone without one.
 * Null: the client is too far behind to be sent anything.
 * @param secret makes what the client must repeat
 */
export function say(flow: Flow, frame: Frame, secret: () => string): { text: string; flow: Flow } | null {
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
