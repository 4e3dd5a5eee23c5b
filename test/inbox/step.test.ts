import { describe, expect, test } from "vitest";
import { MAX_CHANGES } from "../../src/inbox/live/protocol.ts";
import { type InboxState, step } from "../../src/inbox/live/step.ts";
import type { InboxRow } from "../../src/inbox/message.ts";

const row = (seq: number): InboxRow => ({
  id: `0195d9c0-0000-7000-8000-${String(seq).padStart(12, "0")}`,
  type: "push",
  title: `Message ${seq}`,
  body: null,
  data: null,
  expires_at: null,
  read_at: null,
  archived_at: null,
  delivered_at: 0,
  updated_at: 0,
  inbox_seq: seq,
});

/** A look that asked for what is after `since`, where the changes are 1 to `head`. */
function inboxState(head: number, since = 0): InboxState {
  const count = Math.max(0, Math.min(head - since, MAX_CHANGES + 1));
  return { since, head, unread: 0, rows: Array.from({ length: count }, (_, i) => row(head - i)) };
}

const titles = (answer: ReturnType<typeof step>) =>
  answer?.frame.type === "changes" ? answer.frame.messages.map(({ title }) => title) : answer?.frame.type;

describe("a connection", () => {
  test("is sent the changes after its position, oldest first, and is then at the end", () => {
    const answer = step(2, false, inboxState(4));
    expect(titles(answer)).toEqual(["Message 3", "Message 4"]);
    expect(answer).toMatchObject({ position: 4, frame: { cursor: "4" } });
  });

  test("that has seen everything is sent nothing, unless it waits for an answer", () => {
    expect(step(4, false, inboxState(4))).toBeNull();
    expect(step(4, true, inboxState(4))).toMatchObject({
      position: 4,
      frame: { type: "changes", messages: [] },
    });
  });

  test("that begins now is sent nothing of the past, and is at the end", () => {
    expect(step("now", true, inboxState(4))).toMatchObject({
      position: 4,
      frame: { cursor: "4", messages: [] },
    });
    expect(step("now", true, { ...inboxState(0), since: Number.POSITIVE_INFINITY })).toMatchObject({
      position: 0,
    });
  });

  test("that came to an earlier place while the database was read waits for the next look", () => {
    expect(step(1, true, inboxState(4, 2))).toBeNull();
    expect(step(1, true, { ...inboxState(4, 4), since: Number.POSITIVE_INFINITY })).toBeNull();
    expect(titles(step(2, true, inboxState(4, 2)))).toEqual(["Message 3", "Message 4"]);
  });

  test("must list again when there are too many changes, and is then sent nothing until it asks", () => {
    expect(titles(step(5, false, inboxState(MAX_CHANGES + 5)))).toHaveLength(MAX_CHANGES);
    expect(step(4, false, inboxState(MAX_CHANGES + 5))).toEqual({
      frame: { type: "reset" },
      position: "lost",
    });
    expect(step("lost", false, inboxState(MAX_CHANGES + 5))).toBeNull();
    expect(step("lost", true, inboxState(MAX_CHANGES + 5))?.frame).toEqual({ type: "reset" });
  });

  test("need not list again because another one is far behind", () => {
    expect(titles(step(MAX_CHANGES + 4, false, inboxState(MAX_CHANGES + 5)))).toEqual([
      `Message ${MAX_CHANGES + 5}`,
    ]);
  });

  test("that has seen more than there is lists again", () => {
    expect(step(5, false, inboxState(4))).toEqual({ frame: { type: "reset" }, position: "lost" });
  });
});
