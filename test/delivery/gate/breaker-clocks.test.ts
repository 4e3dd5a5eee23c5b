import { describe, expect, test } from "vitest";
import { type Breaker, acquire, MAX_PAUSE_MS, view } from "../../../src/delivery/gate/breaker.ts";
import { MINUTE } from "../../../src/lib/clock.ts";

// A caller whose clock was wrong may have set a rest that no rule allows: an hour and a minute ahead is the most.

const NOW = Date.UTC(2030, 0, 1);
const LATEST = NOW + MAX_PAUSE_MS + MINUTE;

const resting = (circuitUntil: number, pausedUntil: number): Breaker => ({
  circuit: { kind: "open", failures: 5, until: circuitUntil },
  pausedUntil,
});

describe("a rest that a wrong clock has set", () => {
  test("is kept as long as it could be right", () => {
    expect(acquire(resting(LATEST, 0), NOW)).toEqual({ admitted: false, retryAt: LATEST });
    expect(acquire(resting(NOW, LATEST), NOW)).toEqual({ admitted: false, retryAt: LATEST });
    expect(acquire(resting(LATEST, LATEST - 1), NOW)).toEqual({ admitted: false, retryAt: LATEST });
  });

  test("is dropped when it is later than that: the next caller is a probe", () => {
    expect(acquire(resting(LATEST + 1, 0), NOW)).toMatchObject({ admitted: true, probe: true });
    expect(acquire(resting(NOW, LATEST + 1), NOW)).toMatchObject({ admitted: true, probe: true });
  });

  test("costs the other rest nothing", () => {
    const pause = NOW + 10 * MINUTE;
    expect(view(resting(LATEST + 1, pause), NOW)).toMatchObject({ restsUntil: pause });
    expect(view(resting(pause, LATEST + 1), NOW)).toEqual({
      circuit: "open",
      failures: 5,
      restsUntil: pause,
    });
  });
});
