import type { z } from "@hono/zod-openapi";
import type { Explanation } from "../../explain/explain.ts";
import type { Rule } from "../../explain/rule.ts";
import { sentenceOf } from "../../explain/sentences.ts";
import { iso, isoOrNull } from "../../lib/clock.ts";
import { printId } from "../../lib/ids.ts";
import type { explanation } from "./schemas.ts";

const ruleView = (rule: Rule) => ({
  rule: rule.rule,
  verdict: rule.verdict,
  ...("code" in rule
    ? { code: rule.code, message: rule.message }
    : { message: sentenceOf(rule.rule, rule.details) }),
  ...(rule.verdict === "wait" && { until: iso(rule.until) }),
  ...(rule.details !== undefined && { details: { ...rule.details } }),
});

function dispatchView(dispatch: NonNullable<Explanation["dispatch"]>) {
  const { channel, status, error_code, error, due_at } = dispatch;
  const id = printId("dsp", dispatch.id);
  return {
    id,
    channel,
    status,
    ...(error_code !== null && { error_code }),
    ...(error !== null && { error }),
    due_at: iso(due_at),
    timeline: `/api/v1/dispatches/${id}/timeline`,
  };
}

export const explanationView = ({
  userId,
  type,
  at,
  dispatch,
  channels,
}: Explanation): z.output<typeof explanation> => ({
  user_id: userId,
  type,
  at: iso(at),
  dispatch: dispatch && dispatchView(dispatch),
  channels: channels.map(({ channel, verdict, until, code, message, rules, rendering }) => ({
    channel,
    verdict,
    until: isoOrNull(until),
    code,
    message,
    rules: rules.map(ruleView),
    rendering: rendering && { ...rendering },
  })),
});
