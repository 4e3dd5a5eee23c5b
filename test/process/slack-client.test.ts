import { type ChatPostMessageArguments, ErrorCode, LogLevel, WebClient } from "@slack/web-api";
import { Hono } from "hono";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { slackMessage } from "../../src/channels/chat/kinds/slack.ts";
import type { ChatMessage } from "../../src/channels/chat/message.ts";
import { slackBot } from "../../src/channels/chat/providers/slack.ts";
import { askChat } from "../../src/channels/chat/request.ts";
import { commonVerdict } from "../../src/channels/chat/verdicts.ts";
import {
  createChatSandbox,
  SLACK_ARCHIVED_CHANNEL,
  SLACK_CHANNEL,
  SLACK_REVOKED_TOKEN,
  SLACK_TOKEN,
} from "../support/sandbox/chats.ts";
import { listen, type Listening } from "../support/sandbox/listen.ts";

// Runs Slack's own client against the sandbox, and our provider beside it: both must see the same.

const sandbox = createChatSandbox();
let served: Listening;

beforeAll(async () => {
  served = await listen(sandbox.app, new Hono());
});
beforeEach(() => {
  sandbox.forget();
  sandbox.posted.length = 0;
});
afterAll(() => served.close());

const clientOf = (token?: string) =>
  new WebClient(token, {
    slackApiUrl: `${served.url}/api/`,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
  });

/** chat.postMessage, by Slack's client. */
function post(token: string | undefined, args: ChatPostMessageArguments) {
  const { postMessage } = clientOf(token).chat;
  return postMessage(args);
}

/** A message with every kind of piece, and every style. */
const MESSAGE: ChatMessage = {
  title: "Deploy <web>",
  blocks: [
    { kind: "heading", text: "Why" },
    {
      kind: "rich",
      spans: [
        { text: "No ", bold: true },
        { text: "memory", italic: true },
        { text: "OOM", code: true },
        { text: "here", url: "https://ci.example/1" },
      ],
    },
    { kind: "points", start: 1, items: [[{ kind: "rich", spans: [{ text: "Retry" }] }]] },
    { kind: "quote", blocks: [{ kind: "paragraph", text: "It was me" }] },
    { kind: "code", text: "exit 137" },
  ],
  action: { label: "See the log", url: "https://ci.example/1?a=1&b=2" },
};

/** What we send, in the types of Slack's client: they do not compile where ours has another form. */
const ours = (channel = SLACK_CHANNEL): ChatPostMessageArguments => ({
  channel,
  ...slackMessage(MESSAGE),
  parse: "none",
  link_names: false,
});

/** What becomes of the message when our provider sends it. */
async function sendOurs(token = SLACK_TOKEN, target = SLACK_CHANNEL) {
  const facts = { id: "dsp_1", type: "deploy_failed", eventId: null };
  const request = slackBot.request({ secret: { token }, target, message: MESSAGE, facts, madeAt: 0, now: 0 });
  if (request === null) throw new Error("A token is a bot's secret");
  const url = request.url.replace("https://slack.com", served.url);
  const answer = await askChat(fetch, { ...request, url }, 5_000);
  if (answer.kind === "silence") throw new Error(answer.code);
  return (commonVerdict(answer, 0) ?? slackBot.verdict(answer)).outcome;
}

/** How Slack's client fails. */
const fails = (sent: Promise<unknown>) =>
  sent.then(
    () => null,
    (error: unknown) => error,
  );

test("Slack's client posts, and gets the channel and the time stamp, as our provider does", async () => {
  const answer = await post(SLACK_TOKEN, { channel: SLACK_CHANNEL, text: "Hello" });
  expect(answer).toMatchObject({ ok: true, channel: SLACK_CHANNEL, ts: "1774512000.000001" });
  expect(sandbox.posted).toEqual([{ to: SLACK_CHANNEL, body: { channel: SLACK_CHANNEL, text: "Hello" } }]);
  expect(await sendOurs()).toEqual({ kind: "accepted", messageId: "1774512000.000002" });
});

test("what we send arrives as what Slack's client makes of the same", async () => {
  await post(SLACK_TOKEN, ours());
  await sendOurs();
  const [theirs, own] = sandbox.posted.map(({ body }) => body);
  expect(theirs).toMatchObject({ blocks: slackMessage(MESSAGE).blocks });
  // In the client's form, all that is neither a text nor JSON is a text, too.
  const asForm = Object.entries(Object(own)).map(([name, value]) => [
    name,
    typeof value === "boolean" ? String(value) : value,
  ]);
  expect(Object.fromEntries(asForm)).toEqual(theirs);
});

test.each([
  ["channel_not_found", SLACK_TOKEN, "C0NOWHERE", "channel_gone"],
  ["is_archived", SLACK_TOKEN, SLACK_ARCHIVED_CHANNEL, "channel_gone"],
  ["invalid_auth", "xoxb-another-token", SLACK_CHANNEL, "connection_revoked"],
  ["token_revoked", SLACK_REVOKED_TOKEN, SLACK_CHANNEL, "connection_revoked"],
])("%s is what Slack's client throws, and what we understand", async (error, token, channel, code) => {
  expect(await fails(post(token, ours(channel)))).toMatchObject({
    code: ErrorCode.PlatformError,
    data: { ok: false, error },
  });
  expect(await sendOurs(token, channel)).toMatchObject({ kind: "rejected", code });
  expect(sandbox.posted).toEqual([]);
});

test("no token, no text, and blocks that are none are refused as Slack's client expects", async () => {
  const refusal = (error: string) => ({ code: ErrorCode.PlatformError, data: { error } });
  expect(await fails(post(undefined, ours()))).toMatchObject(refusal("not_authed"));
  const call = (args: Record<string, unknown>) =>
    fails(clientOf(SLACK_TOKEN).apiCall("chat.postMessage", { channel: SLACK_CHANNEL, ...args }));
  expect(await call({ text: "" })).toMatchObject(refusal("no_text"));
  expect(await call({ blocks: [{ type: "rich_text", elements: [] }] })).toMatchObject(
    refusal("invalid_blocks"),
  );
  expect(sandbox.posted).toEqual([]);
});

test("a 429 names the wait to Slack's client and to us in the same header", async () => {
  const body = { ok: false, error: "ratelimited" };
  sandbox.failNext({ kind: "answer", status: 429, body, headers: { "retry-after": "30" } }, 2);
  expect(await fails(post(SLACK_TOKEN, ours()))).toMatchObject({
    code: ErrorCode.RateLimitedError,
    retryAfter: 30,
  });
  expect(await sendOurs()).toMatchObject({ kind: "deferred", code: "rate_limited", afterMs: 30_000 });
  expect(sandbox.posted).toEqual([]);
});

test("another status than 200 is a failure of HTTP to Slack's client, and one to be tried again to us", async () => {
  sandbox.failNext({ kind: "html", status: 503 }, 2);
  expect(await fails(post(SLACK_TOKEN, ours()))).toMatchObject({
    code: ErrorCode.HTTPError,
    statusCode: 503,
  });
  expect(await sendOurs()).toMatchObject({ kind: "retry", code: "server_error" });
});
