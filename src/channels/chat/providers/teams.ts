import { parseJson } from "../../../lib/objects.ts";
import { member } from "../../send-kit/http.ts";
import { accepted } from "../../send-kit/verdict.ts";
import { teamsMessage } from "../kinds/teams.ts";
import { verdictOf } from "../verdicts.ts";
import { type ChatProvider, postTo } from "./definition.ts";

/** The code of a workflow that was switched off or deleted. It comes with 400, as that of a card that is none does. */
const NOT_ENABLED = "WorkflowTriggerIsNotEnabled";

/** A Teams workflow: 202 says that it was started. Whether the card was posted shows only in the workflow's own history. */
export const teams: ChatProvider = {
  request: ({ secret, message }) => postTo(secret, teamsMessage(message)),
  verdict: ({ status, text }) => {
    if (status >= 200 && status < 300) return accepted(null);
    // A workflow that is not there, or whose signature was renewed.
    if (status === 401 || status === 403 || status === 404 || status === 410)
      return verdictOf("connection_revoked");
    if (member(member(parseJson(text), "error"), "code") === NOT_ENABLED)
      return verdictOf("connection_revoked");
    return verdictOf(status === 400 || status === 413 ? "invalid_message" : "unknown_answer");
  },
};
