import { describe, expect, test } from "vitest";
import { pushPayloadBytes, MAX_PUSH_BYTES } from "../../../src/channels/push/options.ts";
import { pausePayload } from "../../../src/notifications/pause/payload.ts";
import { pauseEvent, type Pausing } from "../../../src/notifications/pause/event.ts";

const NOW = Date.UTC(2026, 2, 19, 14, 30, 5);

/** As each language prints it. */
const DAY_OF_PAUSE = {
  en: "20 March 2026",
  nb: "20. mars 2026",
  de: "20. März 2026",
  fr: "20 mars 2026",
  es: "20 de marzo de 2026",
};

const mentor = (more: Partial<Pausing> = {}): Pausing => ({
  id: "pm_1",
  full_name: "Kari Nordmann",
  coordinator_id: "coord_1",
  status: "paused",
  pause_start_date: Date.UTC(2026, 2, 20),
  pause_reason: "Personal leave",
  ...more,
});

describe("what the messages to a coordinator say", () => {
  test("of a pause: from when, and why, but not why on a lock screen", () => {
    const event = pauseEvent(mentor(), NOW);
    expect(event).toMatchObject({
      type: "pause_activated",
      effectiveDate: Date.UTC(2026, 2, 20),
      reason: "Personal leave",
      title: { en: "Kari Nordmann is taking a pause", nb: "Kari Nordmann tar pause" },
    });
    for (const [language, day] of Object.entries(DAY_OF_PAUSE)) {
      expect(event.inAppBody).toHaveProperty(language, expect.stringContaining("Personal leave"));
      expect(event.inAppBody).toHaveProperty(language, expect.stringContaining(day));
      expect(event.pushBody).toHaveProperty(language, expect.stringContaining(day));
    }
    expect(JSON.stringify([event.title, event.pushBody])).not.toContain("Personal leave");
  });

  test("of a pause without a date or a reason: from now", () => {
    const event = pauseEvent(mentor({ pause_start_date: null, pause_reason: null }), NOW);
    expect(event).toMatchObject({ effectiveDate: NOW, reason: null });
    expect(event.inAppBody).toEqual(event.pushBody);
    expect(event.pushBody.en).toContain("19 March 2026");
  });

  test("of a return: that it is over as of now, whatever is left of the pause's date and reason", () => {
    const event = pauseEvent(mentor({ status: "on_leave" }), NOW);
    expect(event).toMatchObject({ type: "pause_deactivated", effectiveDate: NOW, reason: null });
    expect(event.pushBody.en).toContain("Status: on leave.");
    expect(JSON.stringify(event)).not.toContain("Personal leave");
  });

  test.each(["paused", "active"])("by e-mail: the payload is what the template takes (%s)", (status) => {
    const { type, payload } = pauseEvent(mentor({ status }), NOW);
    const parsed = pausePayload.parse(JSON.parse(JSON.stringify(payload)));
    expect({ type, ...parsed }).toEqual(payload);
  });

  test("fits into a push in every language, however long the name is", () => {
    const { title, pushBody } = pauseEvent(mentor({ full_name: "😀".repeat(100) }), NOW);
    const data = { type: "pause_activated", record_id: "x".repeat(29), peer_mentor_id: "x".repeat(128) };
    for (const language of ["en", "nb", "de", "fr", "es"] as const)
      expect(
        pushPayloadBytes({ title: title[language], body: pushBody[language], data }),
      ).toBeLessThanOrEqual(MAX_PUSH_BYTES);
  });
});
