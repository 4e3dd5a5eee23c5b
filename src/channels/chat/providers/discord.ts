import { parseJson } from "../../../lib/objects.ts";
import { accepted } from "../../send-kit/verdict.ts";
import { member, stringMember } from "../../send-kit/http.ts";
import { discordMessage } from "../kinds/discord.ts";
import { verdictOf } from "../verdicts.ts";
import { type ChatProvider, postTo } from "./definition.ts";

/** Codes in the JSON of an error (docs.discord.com/developers/topics/opcodes-and-status-codes). */
const UNKNOWN_CHANNEL = 10_003;
/** A forum takes what names its thread, and nothing else: no message of ours ever gets there. */
const IS_FORUM = 220_001;

/** A webhook: with `wait` it answers with the message that it has posted. */
export const discord: ChatProvider = {
  request: ({ secret, message }) => postTo(secret, discordMessage(message), "wait=true"),
  verdict: ({ status, text }) => {
    const body = parseJson(text);
    if (status >= 200 && status < 300) return accepted(stringMember(body, "id") ?? null);
    const code = member(body, "code");
    if (code === UNKNOWN_CHANNEL || code === IS_FORUM) return verdictOf("channel_gone");
    if (status === 401 || status === 404 || status === 410) return verdictOf("connection_revoked");
    if (status === 403) return verdictOf("not_permitted");
    return verdictOf(status === 400 || status === 413 ? "invalid_message" : "unknown_answer");
  },
};
