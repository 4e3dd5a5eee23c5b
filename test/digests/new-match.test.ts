import { describe, expect, test } from "vitest";
import type { Harness } from "../support/harness.ts";
import { mint } from "../support/harness.ts";
import { givenReader } from "../support/mail.ts";
import { createDigestWorld, given, givenGrant, givenMatch, mailsTo, prefer, remove, rows, told } from "./world.ts";

const MINUTE = 60_000;

/** Lets two minutes pass, and the queues run. */
async function gathered(h: Harness): Promise<void> {
  h.clock.advance(2 * MINUTE);
  await h.drain();
}

describe("immediately", () => {
  test("a match is told after two minutes, in one message with those that came meanwhile", async () => {
    const h = createDigestWorld();
    const { id: user } = await givenReader(h);
    const [first, second, later] = await Promise.all(
      ["Sun", "Wind", "Water"].map((title) => givenGrant(h, { title, url: `https://x.example/${title}` })),
    );
    const match = await givenMatch(h, user, first ?? "", 90);
    expect(await told(user, "new_match")).toMatchObject([
      { status: "queued", due_at: h.clock.now() + 2 * MINUTE, grant_id: first, match_id: match },
    ]);
    h.clock.advance(MINUTE);
    await h.drain();
    await givenMatch(h, user, second ?? "", 80);
    expect(mailsTo(h, user)).toEqual([]);
    h.clock.advance(MINUTE);
    await h.drain();

    const [mail, ...more] = mailsTo(h, user);
    expect(more).toEqual([]);
    expect(mail?.subject).toMatch(/2 new/i);
    for (const text of ["Sun", "Wind", "https://x.example/Sun", "90%"]) expect(mail?.text).toContain(text);
    expect(await told(user, "new_match")).toMatchObject([{ status: "sent", grant_id: null, match_id: null }]);

    await givenMatch(h, user, later ?? "", 70);
    expect(await told(user, "new_match")).toHaveLength(2);
    await gathered(h);
    expect(mailsTo(h, user)).toHaveLength(2);
    expect(mailsTo(h, user)[1]?.text).not.toContain("Sun");
  });
});
