import { parseJson } from "../../../lib/objects.ts";
import { accepted, lookUp, type ProviderVerdict } from "../../send-kit/verdict.ts";
import { member, stringMember } from "../../send-kit/http.ts";
import { slackMessage } from "../kinds/slack.ts";
import { type ChatCode, verdictOf } from "../verdicts.ts";
import { type ChatProvider, postTo } from "./definition.ts";

const POST_MESSAGE = "https://slack.com/api/chat.postMessage";

/**
 * The errors of chat.postMessage and of incoming webhooks, which share most names.
 * @see docs.slack.dev/reference/methods/chat.postMessage#errors
 * @see docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
 */
const ERRORS: Readonly<Record<string, ChatCode>> = {
  ...codes("connection_revoked", [
    "account_inactive",
    "invalid_auth",
    "invalid_token",
    "no_active_hooks",
    "no_service",
    "no_service_id",
    "no_team",
    "not_authed",
    "team_disabled",
    "token_expired",
    "token_revoked",
  ]),
  ...codes("channel_gone", [
    "cannot_dm_bot",
    "channel_is_archived",
    "channel_not_found",
    "is_archived",
    "messages_tab_disabled",
    "user_disabled",
    "user_not_found",
  ]),
  ...codes("not_in_channel", ["not_in_channel"]),
  ...codes("not_permitted", [
    "access_denied",
    "accesslimited",
    "action_prohibited",
    "app_access_restricted",
    "ekm_access_denied",
    "enterprise_is_restricted",
    "missing_scope",
    "no_permission",
    "not_allowed_token_type",
    "posting_to_general_channel_denied",
    "restricted_action",
    "restricted_action_non_threadable_channel",
    "restricted_action_read_only_channel",
    "restricted_action_thread_locked",
    "restricted_action_thread_only_channel",
    "team_access_not_granted",
    "two_factor_setup_required",
  ]),
  ...codes("invalid_message", [
    "attachment_payload_limit_exceeded",
    "invalid_arguments",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_payload",
    "missing_text_or_fallback_or_attachments",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
    "too_many_attachments",
  ]),
  ...codes("rate_limited", ["message_limit_exceeded", "rate_limited", "ratelimited"]),
  ...codes("server_error", [
    "fatal_error",
    "internal_error",
    // While a workspace moves to an enterprise organization.
    "org_login_required",
    "request_timeout",
    "rollup_error",
    "service_unavailable",
    "team_added_to_org",
  ]),
};

function codes(code: ChatCode, errors: readonly string[]): Record<string, ChatCode> {
  return Object.fromEntries(errors.map((error) => [error, code]));
}

const verdictOfError = (error: string): ProviderVerdict =>
  verdictOf(lookUp(ERRORS, error) ?? "unknown_answer");

/** An incoming webhook: it answers `ok`, or an error in plain text with a status of its own. */
export const slackWebhook: ChatProvider = {
  request: ({ secret, message }) => postTo(secret, slackMessage(message)),
  verdict: ({ status, text }) => {
    if (status >= 200 && status < 300) return accepted(null);
    const error = text.trim().slice(0, 100);
    if (lookUp(ERRORS, error) !== undefined) return verdictOfError(error);
    return verdictOf(
      status === 404 || status === 410
        ? "connection_revoked"
        : status === 403
          ? "not_permitted"
          : "unknown_answer",
    );
  },
};

/** A bot: chat.postMessage answers 200 to almost everything, and says in its JSON whether it has failed. */
export const slackBot: ChatProvider = {
  request: ({ secret, target, message }) =>
    "token" in secret && target !== null
      ? {
          url: POST_MESSAGE,
          headers: { authorization: `Bearer ${secret.token}` },
          body: JSON.stringify({
            channel: target,
            ...slackMessage(message),
            // Neither names nor channels in the fallback text become links.
            parse: "none",
            link_names: false,
          }),
        }
      : null,
  verdict: ({ text }) => {
    const body = parseJson(text);
    if (member(body, "ok") === true) return accepted(stringMember(body, "ts") ?? null);
    const error = stringMember(body, "error");
    return error === undefined ? verdictOf("unknown_answer") : verdictOfError(error);
  },
};
