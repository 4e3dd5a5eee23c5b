import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { createPauseWorld, givenCoordinator, givenMentor, sentTo } from "./world.ts";

const PAUSE = { current_status: "paused", pause_start_date: "2026-03-30T00:00:00.000Z", pause_reason: "X" };

test.each([
  ["nb-NO", "Kari Nordmann tar pause", "30. mars 2026. Årsak: X"],
  ["no", "Kari Nordmann tar pause", "30. mars 2026. Årsak: X"],
  ["nn-NO", "Kari Nordmann tar pause", "30. mars 2026. Årsak: X"],
  ["de-AT", "Kari Nordmann macht eine Pause", "30. März 2026. Grund: X"],
  ["fr-CA", "Kari Nordmann fait une pause", "30 mars 2026. Motif\u00a0: X"],
  ["es-MX", "Kari Nordmann hace una pausa", "30 de marzo de 2026. Motivo: X"],
  ["en-US", "Kari Nordmann is taking a pause", "30 March 2026. Reason: X"],
  ["ja", "Kari Nordmann is taking a pause", "30 March 2026. Reason: X"],
  [null, "Kari Nordmann is taking a pause", "30 March 2026. Reason: X"],
])("a coordinator with the locale %s reads of a pause in their language", async (locale, title, end) => {
  const h = createPauseWorld();
  const { id } = await givenCoordinator(h);
  await env.DB.prepare("UPDATE users SET locale = ? WHERE id = ?").bind(locale, id).run();
  const mentor = await givenMentor(h, { coordinator_id: id });
  await mentor.put(PAUSE);
  const [push, inApp] = await sentTo(id);
  expect([push?.title, inApp?.title]).toEqual([title, title]);
  expect(inApp?.body?.endsWith(end)).toBe(true);
  // The push says the same, but not why.
  expect(inApp?.body?.startsWith(push?.body ?? "?")).toBe(true);
});
