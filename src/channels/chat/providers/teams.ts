import { accepted } from "../../send-kit/verdict.ts";
import { teamsMessage } from "../kinds/teams.ts";
import { verdictOf } from "../verdicts.ts";
import { type ChatProvider, postTo } from "./definition.ts";

/** A Teams workflow: 202 says that it was started. Whether the card was posted shows only in the workflow's own history. */
export const teams: ChatProvider = {
  request: ({ secret, message }) => postTo(secret, teamsMessage(message)),
  verdict: ({ status }) => {
    if (status >= 200 && status < 300) return accepted(null);
    // A workflow that was deleted or switched off, or whose signature was renewed.
    if (status === 401 || status === 403 || status === 404 || status === 410)
      return verdictOf("connection_revoked");
    return verdictOf(status === 400 || status === 413 ? "invalid_message" : "unknown_answer");
  },
};
