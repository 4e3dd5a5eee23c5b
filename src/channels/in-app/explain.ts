import type { NotificationTypes } from "../../content/type.ts";
import type { Explained } from "../../delivery/channel.ts";
import type { ClaimedDispatch } from "../../delivery/claim.ts";
import { EXPIRED, SENDER_LEFT } from "../../delivery/verdicts.ts";
import type { Ruling } from "../../delivery/ruling.ts";
import { parseObject } from "../../lib/objects.ts";
import { headFor, renderingRuling, speechesOf, type Voiced, wordingRuling, wordsFor } from "../voice.ts";
import { findingsFor, shownBy } from "./shown.ts";

/** Explains in-app messages by what was read for them. */
export const explained = (types: NotificationTypes, loaded: Voiced, now: number): Explained => ({
  endings: (dispatch) => endings(dispatch, now),
  rules: (dispatch) => findingsFor(types, dispatch, loaded, now),
  words: (_ctx, dispatch) => headFor(speechesOf(types, [dispatch], loaded), loaded),
  async preview(ctx, dispatch) {
    const wordsOf = await wordsFor(ctx, "in_app", speechesOf(types, [dispatch], loaded), loaded);
    const words = wordsOf(dispatch);
    const wording = wordingRuling(dispatch, words, loaded, null);
    if (wording.verdict !== "pass") return { rulings: [wording], rendering: null };
    const shown = shownBy(ctx, dispatch, loaded, words);
    if ("kind" in shown) return { rulings: [wording, renderingRuling(shown)], rendering: null };
    const data = shown.data === null ? null : parseObject(shown.data);
    return { rulings: [wording, renderingRuling(null)], rendering: { ...shown, data } };
  },
});

/** What ends a message when it is delivered: `deliverRound` ends it by the same conditions, in SQL. */
function endings({ left_sender, expires_at }: ClaimedDispatch, now: number): Ruling[] {
  const isOver = expires_at !== null && expires_at <= now;
  return [
    left_sender === 1
      ? { rule: "in_scope", verdict: "skip", ...SENDER_LEFT }
      : { rule: "in_scope", verdict: "pass" },
    isOver ? { rule: "expiry", verdict: "reject", ...EXPIRED } : { rule: "expiry", verdict: "pass" },
  ];
}
