import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { discordMessage } from "../../../src/channels/chat/kinds/discord.ts";
import { programMessage } from "../../../src/channels/chat/kinds/program.ts";
import { slackMessage } from "../../../src/channels/chat/kinds/slack.ts";
import { teamsMessage } from "../../../src/channels/chat/kinds/teams.ts";
import { bytesOf, type ChatMessage } from "../../../src/channels/chat/message.ts";
import { isFor, renderWording } from "../../../src/wordings/rendering.ts";
import { parseWording } from "../../../src/wordings/parse.ts";

const words = parseWording("chat", "en", {
  title: "News of {{ data.x }}",
  body: "# Head\n\nSaid: **{{ data.x }}** and `code` [here](https://ours.example/{{ data.x }})\n\n- one {{ data.x }}\n- two\n\n> {{ data.x }}\n\n```\n{{ data.x }}\n```",
  action_label: "Open {{ data.x }}",
  action_url: "https://ours.example/?q={{ data.x }}",
});

function said(x: string): ChatMessage {
  if (!isFor(words, "chat")) throw new Error("These are words for a chat");
  const none = { actor: null, org: null, event: null, count: 1, items: [], now: 0 };
  const brand = { name: "Acme", logo_url: null, postal_footer: null };
  const user = { id: "u", name: null, locale: null };
  return renderWording(words, { ...none, brand, user, data: { x } }, { locale: null, timezone: null });
}

const HOSTILE = [
  "@everyone @here @channel",
  "<!here> <!channel> <!everyone> <!subteam^S1>",
  "<@U012AB3CD> <#C012AB3CD> <https://evil.example|ours>",
  "<@123456789012345678> <@&123456789012345678> <#1> <:a:1> <t:1>",
  "<at>Everyone</at>",
  "[click](https://evil.example)",
  "](https://evil.example) **bold** `code` ~~x~~ ||spoiler||",
  "https://evil.example/login",
  "``` fence\n```\n# Heading\n> quote\n- item",
  ":smile: &lt;!here&gt; &amp;",
  "\u202e\u2066evil\u2069",
];

/** Everything in a value that has one of these keys. */
function valuesOf(value: unknown, key: string): unknown[] {
  if (Array.isArray(value)) return value.flatMap((one) => valuesOf(one, key));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(name === key ? [inner] : []),
    ...valuesOf(inner, key),
  ]);
}

const OURS = /^https:\/\/ours\.example\//;

describe.each(HOSTILE)("the value %j", (x) => {
  test("is nothing but text in Slack, whose blocks have elements and no markup", () => {
    const body = slackMessage(said(x));
    expect(valuesOf(body, "type")).not.toContain("mrkdwn");
    for (const kind of ["user", "usergroup", "channel", "broadcast", "emoji"])
      expect(valuesOf(body, "type")).not.toContain(kind);
    for (const url of valuesOf(body, "url")) expect(url).toMatch(OURS);
    // The fallback is parsed: what begins markup is escaped.
    expect(body.text).not.toMatch(/[<>]/);
    expect(body).toMatchObject({ unfurl_links: false, unfurl_media: false });
  });

  test("is nothing but text in Teams, whose blocks parse no Markdown", () => {
    const body = teamsMessage(said(x));
    expect(valuesOf(body, "type")).not.toContain("TextBlock");
    expect(valuesOf(body, "entities")).toEqual([]);
    for (const url of valuesOf(body, "url")) expect(url).toMatch(OURS);
  });

  test("is nothing but text in Discord, where nobody is mentioned", () => {
    const body = discordMessage(said(x));
    expect(body).toMatchObject({ allowed_mentions: { parse: [] } });
    const [text] = valuesOf(body, "description").map(String);
    // Outside of code each mark is escaped; in code nothing ends it.
    const outside = (text ?? "").replaceAll(/```[\s\S]*?```|`[^`]*`/g, "").replaceAll(/\\[\s\S]/g, "");
    for (const [, url] of outside.matchAll(/\]\(([^)]*)\)/g)) expect(url).toMatch(OURS);
    expect(outside.replaceAll(/\]\([^)]*\)/g, "")).not.toMatch(/[@<#~|]|https?:/);
  });
});

test("whatever a value is, the messages keep to the chats' limits", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), fc.integer({ min: 1, max: 100 }), (x, n) => {
      const message = said(x.repeat(n));
      const slack = slackMessage(message);
      expect(slack.blocks.length).toBeLessThanOrEqual(2);
      for (const text of valuesOf(slack.blocks, "text"))
        if (typeof text === "string") expect(text.length).toBeGreaterThan(0);
      expect(bytesOf(teamsMessage(message))).toBeLessThanOrEqual(28_672);
      for (const text of valuesOf(discordMessage(message), "description"))
        expect(String(text).length).toBeLessThanOrEqual(4_096);
      const facts = { id: "dsp_1", type: "t", eventId: null };
      expect(() => JSON.stringify(programMessage(message, facts, 0))).not.toThrow();
    }),
    { numRuns: 50 },
  );
});
